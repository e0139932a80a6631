// SPDX-License-Identifier: Apache-2.0

import type { ExperimentDetails } from '../../experiment/details.js';
import { refusalOfOutcome } from '../errors.js';
import { DocumentPart, MetricsPart } from './experiment-facts.js';
import { ParametersPlot, QualityPart } from './experiment-plots.js';
import { moment, span } from './format.js';
import { Page } from './layout.js';
import { apiHref, Chip, Moment, Problem, VideoChip } from './parts.js';

export interface ExperimentProps {
  details: ExperimentDetails;
  /** Whether its frames have been measured against the original. */
  measured: boolean;
  /** Epoch seconds. */
  now: number;
}

/** All about one experiment, and its video. */
export function ExperimentPage({ details, measured, now }: ExperimentProps) {
  const { id, createdAt, status, verified, document, faults, others } = details;
  const inspection = 'inspection' in document ? document.inspection : undefined;
  const { width = 16, height = 9 } = inspection ?? {};
  return (
    <Page title={id} here="/" scripts={['experiment.js']}>
      <nav class="crumbs" aria-label="Way">
        <a href="/">Experiments</a>
      </nav>
      <div class="title">
        <h1 class="id">{id}</h1>
        <p class="muted">
          {status !== undefined && <Chip word={status} />} {verified !== undefined && <Chip word={verified} />}{' '}
          <span id="video-state">
            {inspection || details.videos.video ? (
              <VideoChip video={details.video} />
            ) : (
              <Chip word="cannot be made" tone="bad" />
            )}
          </span>{' '}
          <Moment at={createdAt} />
        </p>
      </div>
      {details.approach !== undefined && <p class="approach">{details.approach}</p>}
      <div
        class="experiment"
        id="experiment"
        data-id={id}
        data-rate={inspection?.rate}
        data-frames={inspection?.frames}
        data-width={inspection?.width}
        data-height={inspection?.height}
        data-stored={details.videos.video?.readable ? '' : undefined}
      >
        <div class="main">
          <Stage details={details} width={width} height={height} />
          <Actions details={details} now={now} />
          {!('inspection' in document) && (
            <section aria-labelledby="reason">
              <h2 id="reason">Why it cannot be regenerated</h2>
              <Problem {...refusalOfOutcome({ experimentId: id, seconds: {}, ...document }).error} />
            </section>
          )}
          {inspection && <ParametersPlot id={id} frames={inspection.frames} />}
          {inspection && details.original !== undefined && (
            <QualityPart id={id} frames={inspection.frames} measured={measured} />
          )}
        </div>
        <aside>
          <MetricsPart details={details} />
          {inspection && 'source' in document && (
            <DocumentPart inspection={inspection} source={document.source ?? ''} />
          )}
          {faults.length > 0 && <Notes id="faults" title="Faults of the record" notes={faults} />}
          {others.length > 0 && <Notes id="others" title="Other items of this id" notes={others} />}
        </aside>
      </div>
    </Page>
  );
}

/** What the video's place shows until somebody asks for it. */
function Stage({ details, width, height }: { details: ExperimentDetails; width: number; height: number }) {
  const { id, videos } = details;
  const href = apiHref(id, videos.video?.readable ? '/video' : '/stream.mp4');
  return (
    <section class="player" id="player" aria-label="Video">
      <div class="stage">
        {'inspection' in details.document && (
          <img class="poster" src={apiHref(id, '/poster.png')} alt="" width={width} height={height} />
        )}
        <a class="button primary view" id="view-video" href={href}>
          View Video
        </a>
      </div>
    </section>
  );
}

const WEEK = 7 * 86_400;

/** How long the link on the record lasts; a fresh one, which every look at the video signs, normally lasts a week. */
function linkSentence(expiresAt: number | undefined, now: number): string {
  if (expiresAt === undefined || expiresAt <= now || expiresAt - now > WEEK - 60) return 'Link expires in 7 days.';
  return `Link expires in ${span(expiresAt - now)}.`;
}

function Actions({ details, now }: { details: ExperimentDetails; now: number }) {
  const { id, videos, linkExpiresAt, original, document } = details;
  const against = original === undefined ? '' : '&b=original';
  const regenerable = 'inspection' in document;
  return (
    <div class="below-player">
      {(regenerable || videos.video) && (
        <p class="link-facts">
          <span id="link-expiry" title={linkExpiresAt === undefined ? undefined : moment(linkExpiresAt)}>
            {linkSentence(linkExpiresAt, now)}
          </span>{' '}
          Video shows the decompressed output.
        </p>
      )}
      <div class="actions">
        {(regenerable || videos.video) && (
          <>
            <a class="button" href={apiHref(id, '/stream.mp4?download=1')}>
              Download
            </a>
            <a class="button" id="stable-link" href={apiHref(id, '/video')}>
              Stable link
            </a>
            <a class="button" href={`/compare?a=${encodeURIComponent(id)}${against}`}>
              Side by side
            </a>
          </>
        )}
        {regenerable && (
          <button type="button" id="regenerate" hidden>
            Regenerate
          </button>
        )}
        <a class="button quiet" href={apiHref(id)}>
          JSON
        </a>
      </div>
      <dialog id="confirm" aria-labelledby="confirm-title">
        <form method="dialog">
          <h2 id="confirm-title">Regenerate this video?</h2>
          <p>
            {videos.video
              ? 'It is rendered from its parameters again, and replaces the video that is there.'
              : 'It is rendered from its parameters and stored.'}
          </p>
          <div class="actions">
            <button type="submit" value="yes" class="primary">
              Regenerate
            </button>
            <button type="submit" value="no">
              Leave it
            </button>
          </div>
        </form>
      </dialog>
      <output class="status" id="status" />
    </div>
  );
}

function Notes({ id, title, notes }: { id: string; title: string; notes: readonly string[] }) {
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <ul class="notes">
        {notes.map((note) => (
          <li>{note}</li>
        ))}
      </ul>
    </section>
  );
}
