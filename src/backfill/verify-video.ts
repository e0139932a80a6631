// SPDX-License-Identifier: Apache-2.0
import type { ExperimentRecord } from '../catalog/record.js';
import type { Chosen } from '../experiment/choose.js';
import type { ExperimentContext } from '../experiment/context.js';
import type { Outcome } from '../experiment/outcome.js';
import { OF_FILE } from '../experiment/stored-video.js';
import { type VerifyOptions, verifyExperiment } from '../experiment/verify.js';
import { VERDICTS } from '../verify/evidence.js';

export interface VerifyVideoOptions extends Pick<VerifyOptions, 'source' | 'signal'> {
  /** Verifies again what has a verdict. */
  again: boolean;
}

/**
 * Verifies the video that an experiment now has, unless its record has a verdict on it, and writes the verdict there.
 * @returns the outcome with its verdict; as it was when there is no video to verify
 * @throws FramekilnError what stopped it
 */
export async function verifyVideo(
  context: ExperimentContext,
  { record, others }: Chosen,
  outcome: Outcome,
  { again, ...options }: VerifyVideoOptions,
): Promise<Outcome> {
  const { fingerprint, framesDigest } = outcome;
  // Of somebody's own file parameters say nothing.
  if (fingerprint === undefined || fingerprint.startsWith(OF_FILE) || outcome.code !== undefined) return outcome;
  const { reconstructed } = record;
  // What was made again lost its verdict as it was recorded. And anybody may have written it.
  const kept = reconstructed.fingerprint === fingerprint && ['current', 'relinked'].includes(outcome.outcome);
  const known = kept && VERDICTS.find((verdict) => verdict === reconstructed.verified);
  if (known && !again) return { ...outcome, verdict: known };

  // What the record says of the video that was there before is of no interest.
  const now: ExperimentRecord = { ...record, reconstructed: { fingerprint, ...(framesDigest && { framesDigest }) } };
  const rendered = ['regenerated', 'copied'].includes(outcome.outcome) ? framesDigest : undefined;
  const verification = await verifyExperiment(context, { record: now, others }, { ...options, rendered });
  const { verdict, evidence, unchecked } = verification;
  const state = await context.stores.table.update(record, { verified: verdict, fingerprint }, options.signal);
  // Somebody else recorded another video meanwhile, of which this says nothing.
  if (state !== 'written') return outcome;
  return { ...outcome, verdict, evidence, unchecked };
}
