// SPDX-License-Identifier: Apache-2.0
// Options of every command that walks the table.
import { type Command, Option } from 'commander';
import type { SelectionFlags } from './selection.js';

export interface WalkFlags extends Omit<SelectionFlags, 'retryFailed'> {
  maxRcu?: string;
  segments?: string;
}

export function withWalkOptions(command: Command): Command {
  return command
    .option('--status <status>', 'take experiments of this status; any; default completed, with --ids any')
    .option('--since <time>', 'take experiments from this time on: 2025-10-16, a date and time, or epoch seconds')
    .option('--until <time>', 'take experiments before this time')
    .option('--ids <ids>', 'take these alone: a list with commas, or a file with one a line')
    .option('--limit <n>', 'take at most so many')
    .addOption(new Option('--shard <i/n>', 'take one of n equal parts, 0/n to n-1/n').env('FRAMEKILN_SHARD'))
    .addOption(new Option('--max-rcu <n>', 'read units a second for the scan').env('FRAMEKILN_MAX_RCU'))
    .option('--segments <n>', 'parallel parts of the scan; default 4');
}

/** All of these options, as the flags name them. */
export const WALK_FLAGS: readonly (keyof WalkFlags)[] = [
  ...(['status', 'since', 'until', 'ids', 'limit', 'shard', 'maxRcu', 'segments'] as const),
];
