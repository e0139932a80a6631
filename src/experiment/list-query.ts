// SPDX-License-Identifier: Apache-2.0
// One page of a list of experiments: filtered, sorted, cut.
import { refuseSetting } from '../errors.js';
import type { ExperimentSummary } from './summary.js';

export const SORTS = [
  'createdAt',
  'id',
  'status',
  'bitrateMbps',
  'reductionPercent',
  'psnrDb',
  'ssim',
  'linkExpiresAt',
] as const;
export type Sort = (typeof SORTS)[number];
export type Order = 'asc' | 'desc';

export interface ListQuery {
  /** Part of the id or of the approach, in capital or small letters. */
  q?: string | undefined;
  status?: string | undefined;
  video?: ExperimentSummary['video'] | undefined;
  /** Default `createdAt`. */
  sort?: Sort | undefined;
  /** Default `desc`. */
  order?: Order | undefined;
  /** From 1, the default. */
  page?: number | undefined;
  /** 1 to 200 experiments a page; default 50. */
  limit?: number | undefined;
}

export interface ExperimentPage {
  experiments: ExperimentSummary[];
  /** That match, on all pages. */
  total: number;
  page: number;
  /** At least 1. */
  pages: number;
  /** All that occur in the table, or the first hundred. */
  statuses: string[];
  /** When the table was read, epoch seconds. */
  readAt: number;
}

const MOST_STATUSES = 100;
const MOST_A_PAGE = 200;

/** Sorted by one value; what lacks it comes last in either order, and what is equal stays as it was. */
export function sorted(experiments: readonly ExperimentSummary[], sort: Sort, order: Order): ExperimentSummary[] {
  const sign = order === 'asc' ? 1 : -1;
  return experiments.toSorted((a, b) => {
    const [x, y] = [sortValue(a, sort), sortValue(b, sort)];
    if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined);
    return x === y ? 0 : x < y ? -sign : sign;
  });
}

/** Those that a query asks for, in the order in which they are. */
export function matching(
  experiments: readonly ExperimentSummary[],
  { q, status, video }: ListQuery,
): readonly ExperimentSummary[] {
  const part = q?.toLowerCase();
  return experiments.filter(
    (one) =>
      (part === undefined || [one.id, one.approach].some((text) => text?.toLowerCase().includes(part))) &&
      (status === undefined || one.status === status) &&
      (video === undefined || one.video === video),
  );
}

/** One page; a page behind the last one is empty. */
export function pageOf(
  experiments: readonly ExperimentSummary[],
  { page = 1, limit = 50 }: ListQuery,
): Pick<ExperimentPage, 'experiments' | 'total' | 'page' | 'pages'> {
  const total = experiments.length;
  const pages = Math.max(1, Math.ceil(total / limit));
  return { experiments: experiments.slice((page - 1) * limit, page * limit), total, page, pages };
}

export function statusesOf(experiments: Iterable<ExperimentSummary>): string[] {
  const all = new Set<string>();
  for (const { status } of experiments) if (status !== undefined) all.add(status);
  return [...all].sort().slice(0, MOST_STATUSES);
}

/** @throws FramekilnError `INVALID_SETTING` */
export function checkQuery({ sort, order, page = 1, limit = 50 }: ListQuery): void {
  if (sort !== undefined && !SORTS.includes(sort)) refuseSetting(`one of ${SORTS.join(', ')}`, 'sort', sort);
  if (order !== undefined && !['asc', 'desc'].includes(order)) refuseSetting('asc or desc', 'order', order);
  if (!Number.isSafeInteger(page) || page < 1) refuseSetting('an integer from 1', 'page', page);
  const fits = Number.isInteger(limit) && limit >= 1 && limit <= MOST_A_PAGE;
  if (!fits) refuseSetting(`an integer from 1 to ${MOST_A_PAGE}`, 'limit', limit);
}

/** An infinite PSNR is above all others. */
function sortValue(experiment: ExperimentSummary, sort: Sort): number | string | undefined {
  const value = experiment[sort];
  return value === null ? Number.POSITIVE_INFINITY : value;
}
