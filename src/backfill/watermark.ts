// SPDX-License-Identifier: Apache-2.0
import type { RecordGroup, ScanPosition } from '../catalog/scan.js';

/** Where a segment of a scan stands: after this key, at its start (undefined), or at its end. */
export type SegmentState = ScanPosition | 'done' | undefined;

interface Step {
  position: RecordGroup['position'];
  done: boolean;
}

/**
 * How far each segment of a scan is finished without a gap: experiments end in any order, but a scan goes on from one
 * key, so only what has nothing unfinished before it counts.
 */
export class Watermark {
  readonly #states: SegmentState[];
  readonly #steps: Step[][];

  constructor(states: readonly SegmentState[]) {
    this.#states = [...states];
    this.#steps = states.map(() => []);
  }

  /** Notes that a group came out of the scan. Call what this gives when it is finished. */
  started({ segment, position }: Pick<RecordGroup, 'segment' | 'position'>): () => void {
    const step: Step = { position, done: false };
    const steps = this.#steps[segment] as Step[];
    steps.push(step);
    return () => {
      step.done = true;
      while (steps[0]?.done) this.#states[segment] = (steps.shift() as Step).position;
    };
  }

  /** Where to go on, by segment. */
  get states(): readonly SegmentState[] {
    return [...this.#states];
  }
}
