// SPDX-License-Identifier: Apache-2.0
// Missing videos as messages of an SQS FIFO queue.
import { createHash } from 'node:crypto';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Logger } from 'pino';
import { Refusal } from '../errors.js';
import type { Dispatch } from '../jobs/dispatch.js';

export interface Queue {
  dispatch: Dispatch;
  close(): void;
}

/** Somebody waits for the answer. */
const TIMEOUTS = { connectionTimeout: 2000, socketTimeout: 5000 };

/**
 * A way into a FIFO queue that drops equal jobs for five minutes, and gives the jobs of one experiment to one worker
 * at a time.
 */
export function createQueue(url: string, log: Logger): Queue {
  const sqs = new SQSClient({ maxAttempts: 3, requestHandler: TIMEOUTS });
  return {
    async dispatch({ experiment, variant, force = false }) {
      const message = new SendMessageCommand({
        QueueUrl: url,
        MessageBody: JSON.stringify({ experiment, variant, ...(force && { force }) }),
        MessageGroupId: hash(experiment),
        MessageDeduplicationId: hash(experiment, variant, String(force)),
      });
      try {
        await sqs.send(message);
      } catch (error) {
        log.error({ reason: (error as Error).name, experiment, variant }, 'the queue takes no message');
        const remedy = 'Ask again in a moment.';
        throw new Refusal(503, { code: 'QUEUE_UNREACHABLE', message: 'The video cannot be queued', remedy }, 5);
      }
    },
    close: () => sqs.destroy(),
  };
}

/** SQS takes ids of 128 characters at most; those of experiments may be longer. */
const hash = (...parts: string[]): string => createHash('sha256').update(parts.join('~')).digest('hex');
