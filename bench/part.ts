// SPDX-License-Identifier: Apache-2.0
import type { Addon } from 'framekiln/native';
import type { Spread } from './measure.js';
import type { BenchOptions } from './options.js';
import type { Chart } from './report/chart.js';
import type { Table } from './report/table.js';

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

/** One number that another run can be held against. */
export interface Metric extends Spread {
  /** The same in every run, such as `decode 1920x1080 plasma avx2 nv12`. */
  name: string;
  /** Such as `frames/s`. */
  unit: string;
  better: 'higher' | 'lower';
}

/** What a part gives. */
export interface PartResult {
  /** Raw numbers, for `--json`. */
  data: object;
  /** For people: tables and what to know about them. */
  text: readonly (Table | string)[];
  /** For the HTML report. */
  charts?: readonly Chart[];
  /** For `--baseline`. */
  metrics?: readonly Metric[];
  aims?: readonly Aim[];
}
