// SPDX-License-Identifier: Apache-2.0
import type { ExperimentSummary } from '../../experiment/summary.js';
import { isExperimentId } from '../../storage/keys.js';
import { count, decibels, fixed, percent, significant } from './format.js';
import { Page } from './layout.js';
import { ListFilters } from './list-filters.js';
import { type ListView, listHref, pageNumbers, SORTS, type Sort } from './list-query.js';
import { Ago, apiHref, Chip, Expiry, experimentHref, Moment, VideoChip } from './parts.js';

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
  const { id, createdAt, status, approach, linkExpiresAt, verified } = experiment;
  const saved = experiment.reductionPercent;
  return (
    <tr>
      <td class="picture">
        <Thumbnail experiment={experiment} />
      </td>
      <th scope="row" class="name">
        {isExperimentId(id) ? <a href={experimentHref(id)}>{id}</a> : <span class="odd">{id}</span>}
        {approach !== undefined && <span class="approach">{approach}</span>}
      </th>
      <td data-label="Created">
        <Moment at={createdAt} />
      </td>
      <td data-label="Status">{status === undefined ? '–' : <Chip word={status} />}</td>
      <td data-label="Bit rate" class="number">
        {significant(experiment.bitrateMbps)} <span class="unit">Mbps</span>
      </td>
      <td data-label="Against HEVC" class={saved !== undefined && saved < 0 ? 'number warn' : 'number'}>
        {percent(saved)}
      </td>
      <td data-label="PSNR" class="number">
        {decibels(experiment.psnrDb)} <span class="unit">dB</span>
      </td>
      <td data-label="SSIM" class="number">
        {fixed(experiment.ssim, 4)}
      </td>
      <td data-label="Video">
        <VideoChip video={experiment.video} />
      </td>
      <td data-label="Link">{linkExpiresAt === undefined ? '–' : <Expiry at={linkExpiresAt} now={now} />}</td>
      <td data-label="Verified">{verified === undefined ? '–' : <Chip word={verified} />}</td>
    </tr>
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
