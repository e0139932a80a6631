// SPDX-License-Identifier: Apache-2.0
// What `backfill` takes, as people write it.
import { readFile } from 'node:fs/promises';
import type { Selection, Shard } from '../backfill/select.js';
import { FramekilnError, refuseSetting } from '../errors.js';
import type { Outcome } from '../experiment/outcome.js';
import { parseNumber } from './format.js';

export interface SelectionFlags {
  status?: string;
  since?: string;
  until?: string;
  ids?: string;
  retryFailed?: string;
  limit?: string;
  shard?: string;
}

/** @throws FramekilnError `INVALID_SETTING`, `INPUT_UNREADABLE` */
export async function parseSelection(flags: SelectionFlags): Promise<Selection> {
  const { ids, retryFailed, status } = flags;
  if (ids !== undefined && retryFailed !== undefined)
    refuseSetting('nothing beside --ids', '--retry-failed', retryFailed);
  const named =
    ids !== undefined ? await readIds(ids) : retryFailed !== undefined ? await failedIds(retryFailed) : undefined;
  return {
    status,
    since: parseTime(flags.since, '--since'),
    until: parseTime(flags.until, '--until'),
    ids: named,
    limit: parseNumber(flags.limit, '--limit'),
    shard: parseShard(flags.shard),
  };
}

/** `2025-10-16`, `2025-10-16T01:19:11Z` or epoch seconds, as epoch seconds. */
function parseTime(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined;
  const time = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Date.parse(text) / 1000;
  return Number.isFinite(time)
    ? time
    : refuseSetting('a date (2025-10-16), a date and time, or epoch seconds', option, text);
}

/** `0/4` to `3/4`: the first number is what array jobs count with. */
function parseShard(text: string | undefined): Shard | undefined {
  if (text === undefined) return undefined;
  const [, index, count] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  if (index === undefined || Number(index) >= Number(count)) {
    refuseSetting('i/n with i from 0 to n-1, such as 0/4', '--shard', text);
  }
  return { index: Number(index), count: Number(count) };
}

/** Ids from a file, one a line, if there is such a file; otherwise a list with commas. */
async function readIds(text: string): Promise<string[]> {
  const file = await readFile(text, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'].includes(error.code ?? '')) return undefined;
    throw unreadable(text, error);
  });
  const ids = (file === undefined ? text.split(',') : file.split('\n'))
    .map((id) => id.trim())
    .filter((id) => id !== '');
  return ids.length > 0 ? ids : refuseSetting('experiment ids, or a file of them', '--ids', text);
}

/** The experiments that failed, from a report. */
async function failedIds(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch((error) => {
    throw unreadable(path, error);
  });
  const outcomes = text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line, i) => parseOutcome(line, path, i + 1));
  return outcomes.filter(({ outcome }) => outcome === 'failed').map(({ experimentId }) => experimentId);
}

function parseOutcome(line: string, path: string, number: number): Pick<Outcome, 'experimentId' | 'outcome'> {
  try {
    const value = JSON.parse(line);
    if (typeof value.experimentId === 'string' && typeof value.outcome === 'string') return value;
  } catch {
    // Said below.
  }
  throw new FramekilnError('INPUT_UNREADABLE', `${path} is not a report: line ${number} is not an outcome`, {
    remedy: 'Give the file that "framekiln backfill --report" wrote.',
  });
}

function unreadable(path: string, cause: NodeJS.ErrnoException): FramekilnError {
  const remedy = 'Check the path.';
  return new FramekilnError('INPUT_UNREADABLE', `Cannot read ${path}: ${cause.message}`, { remedy, cause });
}
