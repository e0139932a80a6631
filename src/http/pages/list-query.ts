// SPDX-License-Identifier: Apache-2.0
// The list's own address: what it asks for, read and written.

export const SORTS = [
  ['createdAt', 'Created (UTC)'],
  ['id', 'Experiment'],
  ['status', 'Status'],
  ['bitrateMbps', 'Bit rate'],
  ['reductionPercent', 'Against HEVC'],
  ['psnrDb', 'PSNR'],
  ['ssim', 'SSIM'],
  ['linkExpiresAt', 'Link expires'],
] as const;
export type Sort = (typeof SORTS)[number][0];

export const VIDEO_STATES = [
  ['stored', 'stored'],
  ['missing', 'not made yet'],
  ['none', 'none'],
] as const;
export type VideoStateName = (typeof VIDEO_STATES)[number][0];

const LIMIT = 50;
const LONGEST = 200;

/** What a visitor wants to see. */
export interface ListView {
  q?: string;
  status?: string;
  video?: VideoStateName;
  sort: Sort;
  order: 'asc' | 'desc';
  page: number;
  limit: number;
}

/** Reads an address. What makes no sense in it counts as not said: a page has no use for an error about it. */
export function readListView(params: URLSearchParams): ListView {
  const text = (name: string) => params.get(name)?.trim().slice(0, LONGEST) || undefined;
  const number = (name: string, usual: number, most: number) => {
    const value = Number(params.get(name) ?? usual);
    return Number.isInteger(value) && value >= 1 ? Math.min(value, most) : usual;
  };
  const q = text('q');
  const status = text('status');
  const video = VIDEO_STATES.find(([name]) => name === params.get('video'))?.[0];
  return {
    ...(q !== undefined && { q }),
    ...(status !== undefined && { status }),
    ...(video && { video }),
    sort: SORTS.find(([name]) => name === params.get('sort'))?.[0] ?? 'createdAt',
    order: params.get('order') === 'asc' ? 'asc' : 'desc',
    page: number('page', 1, 1_000_000),
    limit: number('limit', LIMIT, 200),
  };
}

/** The address of a view, without what goes without saying. */
export function listHref({ q, status, video, sort, order, page, limit }: ListView): string {
  const params = new URLSearchParams({
    ...(q !== undefined && { q }),
    ...(status !== undefined && { status }),
    ...(video && { video }),
    ...(sort !== 'createdAt' && { sort }),
    ...(order === 'asc' && { order }),
    ...(page > 1 && { page: String(page) }),
    ...(limit !== LIMIT && { limit: String(limit) }),
  });
  const text = params.toString();
  return text === '' ? '/' : `/?${text}`;
}

/** The pages to offer: the first, the last, and those around this one; 0 is a gap. */
export function pageNumbers(page: number, pages: number): number[] {
  const near = [1, page - 2, page - 1, page, page + 1, page + 2, pages];
  const shown = [...new Set(near)].filter((n) => n >= 1 && n <= pages).sort((a, b) => a - b);
  return shown.flatMap((n, i) => {
    const before = shown[i - 1] ?? 0;
    if (n - before === 2) return [n - 1, n];
    return n - before > 2 ? [0, n] : [n];
  });
}
