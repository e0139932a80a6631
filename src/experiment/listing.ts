// SPDX-License-Identifier: Apache-2.0
import type { ExperimentsTable } from '../catalog/table.js';
import { isExperimentId } from '../storage/keys.js';
import { chooseItem } from './choose.js';
import { checkQuery, type ExperimentPage, type ListQuery, matching, pageOf, sorted, statusesOf } from './list-query.js';
import { unlessAborted } from './shared-work.js';
import { mayHaveDocument, summarise } from './summarise.js';
import type { ExperimentSummary } from './summary.js';

/** How old a list may be before the table is read again; longer where reading takes long, as it costs as much. */
const FRESH_MS = 30_000;
const FRESH_PER_READ = 10;

/** What was read: the summaries by id, and what follows from them. */
interface Reading {
  summaries: Map<string, ExperimentSummary>;
  /** Epoch milliseconds. */
  readAt: number;
  statuses: string[];
  /** By sort and order; made when asked for. */
  sorted: Map<string, ExperimentSummary[]>;
}

/** Runs work that the owner can stop and wait for. */
export type Background = <T>(body: (signal: AbortSignal) => Promise<T>) => Promise<T>;

/**
 * The experiments of a table as a list: a few hundred bytes each in memory. The table is read when somebody asks and
 * the list is old; who asks meanwhile gets the old one.
 */
export class Listing {
  readonly #table: ExperimentsTable;
  readonly #background: Background;
  #reading: Reading | undefined;
  #running: Promise<Reading> | undefined;
  #nextAt = 0;
  /** Experiments that were read on their own while the table is read, and are newer than what that will find. */
  #touched = new Map<string, ExperimentSummary>();

  constructor(table: ExperimentsTable, background: Background) {
    this.#table = table;
    this.#background = background;
  }

  /** @throws FramekilnError `INVALID_SETTING`, or why the table cannot be read, when there is no list yet */
  async list(query: ListQuery, signal: AbortSignal | undefined): Promise<ExperimentPage> {
    checkQuery(query);
    signal?.throwIfAborted();
    const { sort = 'createdAt', order = 'desc' } = query;
    const reading = await this.#read(signal);
    const { statuses, readAt } = reading;
    const page = pageOf(matching(inOrder(reading, sort, order), query), query);
    return { ...page, statuses, readAt: readAt / 1000 };
  }

  /** Reads one experiment again, so that the list shows it as it is now. */
  async touch(id: string, signal: AbortSignal | undefined): Promise<void> {
    if (!this.#reading && !this.#running) return;
    const chosen = chooseItem(await this.#table.query(id, signal));
    if (!chosen) return;
    const summary = summarise(chosen.record);
    if (this.#running) this.#touched.set(id, summary);
    if (this.#reading) {
      this.#reading.summaries.set(id, summary);
      this.#reading = completed(this.#reading.summaries, this.#reading.readAt);
    }
  }

  async #read(signal: AbortSignal | undefined): Promise<Reading> {
    if (!this.#running && performance.now() >= this.#nextAt) this.#begin();
    if (this.#reading) return this.#reading;
    return unlessAborted(this.#running ?? this.#begin(), signal);
  }

  #begin(): Promise<Reading> {
    const started = performance.now();
    this.#touched = new Map();
    const running = this.#background((signal) => this.#scan(signal));
    this.#running = running;
    const ended = () => {
      this.#running = undefined;
      const now = performance.now();
      // What failed is tried again as seldom, if there is a list to show.
      this.#nextAt = now + Math.max(FRESH_MS, (now - started) * FRESH_PER_READ);
    };
    running.then((reading) => {
      this.#reading = reading;
      ended();
    }, ended);
    return running;
  }

  async #scan(signal: AbortSignal): Promise<Reading> {
    const readAt = Date.now();
    const summaries = new Map<string, ExperimentSummary>();
    const undecided = new Set<string>();
    for await (const { id, items } of this.#table.leanGroups({ signal })) {
      const chosen = chooseItem(items);
      if (!chosen) continue;
      summaries.set(id, summarise(chosen.record));
      if (isExperimentId(id) && !mayHaveDocument(chosen.record)) undecided.add(id);
    }
    if (undecided.size > 0) {
      // It costs as much as the first reading, but documents are too large to be read for this.
      for await (const { id, items } of this.#table.groupsWithDocuments({ signal })) {
        const summary = summaries.get(id);
        const has = items.some(({ timestamp }) => timestamp === summary?.timestamp);
        if (summary?.video === 'none' && undecided.has(id) && has) summaries.set(id, { ...summary, video: 'missing' });
      }
    }
    for (const [id, summary] of this.#touched) summaries.set(id, summary);
    return completed(summaries, readAt);
  }
}

function completed(summaries: Reading['summaries'], readAt: number): Reading {
  return { summaries, readAt, statuses: statusesOf(summaries.values()), sorted: new Map() };
}

function inOrder(reading: Reading, sort: NonNullable<ListQuery['sort']>, order: 'asc' | 'desc'): ExperimentSummary[] {
  const name = `${sort} ${order}`;
  const known = reading.sorted.get(name) ?? sorted([...reading.summaries.values()], sort, order);
  reading.sorted.set(name, known);
  return known;
}
