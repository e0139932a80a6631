// SPDX-License-Identifier: Apache-2.0
import type { Logger } from 'pino';
import { z } from 'zod';
import { VARIANTS } from '../../experiment/variant.js';
import type { Kiln } from '../../kiln.js';
import { EXPERIMENT_ID } from '../../storage/keys.js';
import { refusalOf } from '../errors.js';
import type { JobRequest } from '../jobs/dispatch.js';
import type { TimeLeft } from './container.js';

/** What is read of an event of SQS. */
export interface SqsEvent {
  Records: { messageId: string; body: string }[];
}

/** The messages that are to be delivered again, which needs ReportBatchItemFailures. */
export interface BatchResult {
  batchItemFailures: { itemIdentifier: string }[];
}

const Message = z.object({
  experiment: z.string().regex(EXPERIMENT_ID),
  variant: z.enum(VARIANTS).default('video'),
  force: z.boolean().default(false),
});

/** To stop the threads and to answer in; Lambda ends a function without a word. */
const MARGIN_MS = 10_000;
/** Refusals that another attempt may not meet. */
const AGAIN: readonly string[] = ['OBJECT_CHANGED', 'RECORD_CHANGED'];

/**
 * Makes the video of each message, one after the other: each takes all processors. What cannot be made is said in the
 * log and done with; what failed, and what there is no time for, is delivered again until the queue gives it up.
 */
export async function workOff(
  { Records }: SqsEvent,
  context: TimeLeft,
  { kiln, log }: { kiln: Kiln; log: Logger },
): Promise<BatchResult> {
  const signal = AbortSignal.timeout(Math.max(0, context.getRemainingTimeInMillis() - MARGIN_MS));
  const batchItemFailures: BatchResult['batchItemFailures'] = [];
  for (const { messageId, body } of Records) {
    const job = read(body);
    if (!job) log.error({ messageId, bytes: Buffer.byteLength(body) }, 'a malformed message is dropped');
    else if (!(await work(job, kiln, log.child({ messageId, ...job }), signal))) {
      batchItemFailures.push({ itemIdentifier: messageId });
    }
  }
  return { batchItemFailures };
}

/** @returns whether the job is done with */
async function work(job: JobRequest, kiln: Kiln, log: Logger, signal: AbortSignal): Promise<boolean> {
  const { experiment, variant, force } = job;
  try {
    signal.throwIfAborted();
    const experiments = await kiln.experiments();
    const { outcome, code, seconds } = await experiments.make(experiment, variant, { force, signal });
    log.info({ outcome, code, seconds }, 'job');
    return outcome !== 'failed';
  } catch (error) {
    if (signal.aborted) {
      log.warn('no time is left for this job');
      return false;
    }
    const { status, error: told } = refusalOf(error);
    const final = status < 500 && status !== 429 && !AGAIN.includes(told.code);
    log.error({ code: told.code, ...(!final && { err: error }) }, final ? 'job refused' : 'job failed');
    return final;
  }
}

function read(body: string): JobRequest | undefined {
  try {
    return Message.parse(JSON.parse(body));
  } catch {
    return undefined;
  }
}
