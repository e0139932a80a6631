// SPDX-License-Identifier: Apache-2.0
// Small pieces that several pages show.
import type { ExperimentSummary } from '../../experiment/summary.js';
import type { ApiError } from '../api.js';
import { isoTime, moment, span } from './format.js';

/** The address of an experiment's page. */
export const experimentHref = (id: string): string => `/experiments/${encodeURIComponent(id)}`;

/** The address of something about an experiment in the API. */
export const apiHref = (id: string, rest = ''): string => `/api/experiments/${encodeURIComponent(id)}${rest}`;

/** A moment. */
export function Moment({ at }: { at: number }) {
  return <time datetime={isoTime(at)}>{moment(at)}</time>;
}

/** How long ago it was. */
export function Ago({ at, now }: { at: number; now: number }) {
  return (
    <time datetime={isoTime(at)} title={moment(at)} data-ago={at}>
      {span(now - at)} ago
    </time>
  );
}

/** When a link ends. */
export function Expiry({ at, now }: { at: number; now: number }) {
  return (
    <time datetime={isoTime(at)} title={moment(at)} class={at <= now ? 'warn' : undefined}>
      {at <= now ? 'link expired' : `link for ${span(at - now)}`}
    </time>
  );
}

const TONES: Record<string, string> = {
  completed: 'good',
  success: 'good',
  exact: 'good',
  failed: 'bad',
  error: 'bad',
  timed_out: 'bad',
  running: 'busy',
  pending: 'busy',
};

/** A word in its colour; words that nobody foresaw are plain. */
export function Chip({ word, tone }: { word: string; tone?: string }) {
  return <span class={`chip ${tone ?? (Object.hasOwn(TONES, word) ? TONES[word] : '')}`}>{word}</span>;
}

const VIDEO_CHIPS = {
  stored: ['stored', 'good'],
  missing: ['not made yet', 'busy'],
  none: ['none', ''],
} as const;

/** Whether there is a video. */
export function VideoChip({ video }: Pick<ExperimentSummary, 'video'>) {
  const [word, tone] = VIDEO_CHIPS[video];
  return <Chip word={word} tone={tone} />;
}

/** What went wrong, and what can be done. The page's scripts build the same from an answer of the API. */
export function Problem({ code, message, remedy, pointer, tried }: ApiError) {
  return (
    <div class="problem">
      <p>
        <strong>{message}</strong> <code class="code">{code}</code>
      </p>
      {pointer !== undefined && (
        <p>
          At <code>{pointer}</code> of the document.
        </p>
      )}
      {remedy !== undefined && <p>{remedy}</p>}
      {tried !== undefined && tried.length > 0 && (
        <details open>
          <summary>What was tried</summary>
          <ul>
            {tried.map((place) => (
              <li>
                <code>{place}</code>
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}
