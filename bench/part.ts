// SPDX-License-Identifier: Apache-2.0
import type { Addon } from 'framekiln/native';
import type { BenchOptions } from './options.js';

/** What the parts of the bench share. */
export interface Bench {
  addon: Addon;
  options: BenchOptions;
  /** Says what is being measured: these runs take minutes. */
  note: (text: string) => void;
}

/** A promise of the project, and what this run came to. */
export interface Aim {
  aim: string;
  reached: boolean;
  value: string;
}

/** What a part gives. */
export interface PartResult {
  /** Raw numbers, for `--json`. */
  data: object;
  /** For people. */
  text: string;
  aims: Aim[];
}
