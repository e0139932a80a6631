// SPDX-License-Identifier: Apache-2.0
import type { Child } from 'hono/jsx';
import type { ExperimentSummary } from '../../experiment/summary.js';
import { isExperimentId } from '../../storage/keys.js';
import { count, decibels, isoTime, minute, percent, significant } from './format.js';
import { Page } from './layout.js';
import { ListFilters } from './list-filters.js';
import { type ListView, listHref, pageNumbers, SORTS, type Sort } from './list-query.js';
import { Ago, apiHref, Chip, Expiry, experimentHref, VideoChip } from './parts.js';

/** A page of the list, as `Experiments.list` gives it. */
export interface ListedPage {
  experiments: readonly ExperimentSummary[];
  total: number;
  page: number;
  pages: number;
  statuses: readonly string[];
  readAt: number;
}

/** The list of experiments. `now`: epoch seconds. */
export function ListPage({ view, listed, now }: { view: ListView; listed: ListedPage; now: number }) {
  const { experiments, total, page, pages, readAt } = listed;
  const first = (page - 1) * view.limit + 1;
  const shown =
    experiments.length > 0 ? `${count(first)} to ${count(first + experiments.length - 1)} of ${count(total)}` : 'None';
  return (
    <Page title="Experiments" here="/" scripts={['list.js']}>
      <div class="title">
        <h1>Experiments</h1>
        <p class="muted">
          {shown} · table read <Ago at={readAt} now={now} />
        </p>
      </div>
      <ListFilters view={view} statuses={listed.statuses} />
      {experiments.length === 0 ? <Empty view={view} /> : <Table view={view} experiments={experiments} now={now} />}
      {pages > 1 && <Pages view={view} page={page} pages={pages} />}
    </Page>
  );
}

function Empty({ view }: { view: ListView }) {
  const filtered = view.q !== undefined || view.status !== undefined || view.video !== undefined;
  return (
    <div class="empty">
      <p>
        <strong>{filtered ? 'No experiment is like that.' : 'There are no experiments yet.'}</strong>
      </p>
      {filtered ? (
        <p>
          <a href="/">Show all experiments</a>
        </p>
      ) : (
        <p>They appear here as soon as their records are in the table.</p>
      )}
    </div>
  );
}

/** What a first click on a column's head sorts by: the newest, the largest; names from A. */
const firstOrder = (sort: Sort) => (sort === 'id' || sort === 'status' ? 'asc' : 'desc');

function Head({ view, sort, number = false }: { view: ListView; sort: Sort; number?: boolean }) {
  const name = SORTS.find(([value]) => value === sort)?.[1];
  const active = view.sort === sort;
  const turned = view.order === 'asc' ? 'desc' : 'asc';
  const direction = view.order === 'asc' ? 'ascending' : 'descending';
  const href = listHref({ ...view, sort, order: active ? turned : firstOrder(sort), page: 1 });
  return (
    <th scope="col" aria-sort={active ? direction : undefined} class={number ? 'number' : undefined}>
      <a href={href}>{name}</a>
    </th>
  );
}

interface TableProps {
  view: ListView;
  experiments: readonly ExperimentSummary[];
  now: number;
}

function Table({ view, experiments, now }: TableProps) {
  return (
    <table class="experiments">
      <caption class="unseen">Experiments, sorted by the marked column</caption>
      <thead>
        <tr>
          <th scope="col">
            <span class="unseen">Picture</span>
          </th>
          <Head view={view} sort="id" />
          <Head view={view} sort="createdAt" />
          <Head view={view} sort="status" />
          <Head view={view} sort="bitrateMbps" number />
          <Head view={view} sort="reductionPercent" number />
          <Head view={view} sort="psnrDb" number />
          <Head view={view} sort="ssim" number />
          <th scope="col">Video</th>
          <Head view={view} sort="linkExpiresAt" />
          <th scope="col">Verified</th>
        </tr>
      </thead>
      <tbody>
        {experiments.map((experiment) => (
          <Row experiment={experiment} now={now} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ experiment, now }: { experiment: ExperimentSummary; now: number }) {
  const { id, createdAt, status, approach, bitrateMbps, reductionPercent, psnrDb, ssim } = experiment;
  const { video, linkExpiresAt, verified } = experiment;
  return (
    <tr>
      <td class="picture">
        <Thumbnail experiment={experiment} />
      </td>
      <th scope="row" class="name">
        {isExperimentId(id) ? <a href={experimentHref(id)}>{id}</a> : <span class="odd">{id}</span>}
        {approach !== undefined && <span class="approach">{approach}</span>}
      </th>
      <Cell label="Created (UTC)">
        <time datetime={isoTime(createdAt)}>{minute(createdAt)}</time>
      </Cell>
      <Cell label="Status">{status !== undefined && <Chip word={status} />}</Cell>
      <Cell label="Bit rate" unit="Mbps">
        {bitrateMbps !== undefined && significant(bitrateMbps)}
      </Cell>
      <Cell label="Against HEVC" unit="%">
        {reductionPercent !== undefined && (
          <span class={reductionPercent < 0 ? 'warn' : undefined}>{percent(reductionPercent)}</span>
        )}
      </Cell>
      <Cell label="PSNR" unit="dB">
        {psnrDb !== undefined && decibels(psnrDb)}
      </Cell>
      <Cell label="SSIM" unit="">
        {ssim?.toFixed(4)}
      </Cell>
      <Cell label="Video">
        <VideoChip video={video} />
      </Cell>
      <Cell label="Link">{linkExpiresAt !== undefined && <Expiry at={linkExpiresAt} now={now} />}</Cell>
      <Cell label="Verified">{verified !== undefined && <Chip word={verified} />}</Cell>
    </tr>
  );
}

/** A value, or a dash; `unit` makes it a number. */
function Cell({ label, unit, children }: { label: string; unit?: string; children: Child }) {
  const there = children !== false && children !== undefined;
  const kinds = [unit !== undefined && 'number', !there && 'nothing'].filter(Boolean);
  return (
    <td data-label={label} class={kinds.length > 0 ? kinds.join(' ') : undefined}>
      {there ? children : '–'}
      {there && unit && <span class="unit"> {unit}</span>}
    </td>
  );
}

function Thumbnail({ experiment: { id, video } }: { experiment: ExperimentSummary }) {
  if (video === 'none' || !isExperimentId(id)) return <span class="thumbnail" />;
  return (
    <a class="thumbnail" href={experimentHref(id)} tabindex={-1} aria-label={id}>
      <img src={apiHref(id, '/poster.png')} alt="" width="128" height="72" loading="lazy" decoding="async" />
    </a>
  );
}

function Pages({ view, page, pages }: { view: ListView; page: number; pages: number }) {
  const to = (number: number) => listHref({ ...view, page: number });
  return (
    <nav class="pages" aria-label="Pages">
      {page > 1 && (
        <a rel="prev" href={to(page - 1)}>
          Previous
        </a>
      )}
      <ol>
        {pageNumbers(page, pages).map((number) => (
          <li>
            {number === 0 ? (
              <span aria-hidden="true">…</span>
            ) : (
              <a href={to(number)} aria-current={number === page ? 'page' : undefined} aria-label={`Page ${number}`}>
                {count(number)}
              </a>
            )}
          </li>
        ))}
      </ol>
      {page < pages && (
        <a rel="next" href={to(page + 1)}>
          Next
        </a>
      )}
    </nav>
  );
}
