// SPDX-License-Identifier: Apache-2.0
import { type ListView, listHref, SORTS, VIDEO_STATES } from './list-query.js';

/** What narrows the list down: a form that works without a script. */
export function ListFilters({ view, statuses }: { view: ListView; statuses: readonly string[] }) {
  const { q, status, video, sort, order } = view;
  const filtered = q !== undefined || status !== undefined || video !== undefined;
  // A status that no record has any more can still be in the address.
  const offered = status === undefined || statuses.includes(status) ? statuses : [status, ...statuses];
  return (
    <search>
      <form class="filters" method="get" action="/">
        <label class="wide">
          <span>Search</span>
          <input type="search" name="q" value={q} maxlength={200} placeholder="Part of an id, or of what was tried" />
        </label>
        <Choice
          label="Status"
          name="status"
          chosen={status}
          options={[['', 'any'], ...offered.map((word) => [word, word] as const)]}
        />
        <Choice label="Video" name="video" chosen={video} options={[['', 'any'], ...VIDEO_STATES]} />
        <Choice label="Sort by" name="sort" chosen={sort} options={SORTS} cardsOnly />
        <Choice label="Order" name="order" chosen={order} options={ORDERS} cardsOnly />
        <button type="submit">Search</button>
        {filtered && <a href={listHref({ sort, order, page: 1, limit: view.limit })}>Clear</a>}
      </form>
    </search>
  );
}

const ORDERS = [
  ['desc', 'downwards'],
  ['asc', 'upwards'],
] as const;

interface ChoiceProps {
  label: string;
  name: string;
  chosen: string | undefined;
  options: readonly (readonly [value: string, text: string])[];
  /** The table has its column heads instead. */
  cardsOnly?: boolean;
}

function Choice({ label, name, chosen = '', options, cardsOnly = false }: ChoiceProps) {
  return (
    <label class={cardsOnly ? 'cards-only' : undefined}>
      <span>{label}</span>
      <select name={name}>
        {options.map(([value, text]) => (
          <option value={value} selected={value === chosen}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
