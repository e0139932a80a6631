// SPDX-License-Identifier: Apache-2.0
// Two videos side by side. The pictures are a script's work; without it, both play on their own.
import { Hono } from 'hono';
import { isExperimentId } from '../../storage/keys.js';
import type { Services } from '../services.js';
import { CompareControls, KeysHelp } from './compare-controls.js';
import { QUALITY } from './experiment-plots.js';
import { Page, sendPage } from './layout.js';
import { apiHref, experimentHref, Problem } from './parts.js';

const ORIGINAL = 'original';
/** How many of the newest experiments a form offers. */
const OFFERED = 200;
const STYLES = ['compare.css', 'compare-stage.css', 'compare-controls.css'];

/** `/compare?a=ID&b=original` or `b=ANOTHER_ID`; without `a`, a way to choose. */
export function compareRoutes(services: Services): Hono {
  const pages = new Hono();
  pages.get('/compare', async (c) => {
    const a = c.req.query('a')?.trim() ?? '';
    const said = c.req.query('b')?.trim() ?? '';
    const experiments = await services.experiments();
    const { signal } = c.req.raw;
    const { experiments: newest } = await experiments.list({ limit: OFFERED }, signal);
    const ids = newest.flatMap(({ id, video }) => (video === 'none' || !isExperimentId(id) ? [] : [id]));
    if (a === '') return sendPage(c, <ChoosePage a="" b={said || ORIGINAL} ids={ids} />);
    const details = await experiments.describe(a, signal);
    // Who comes from its page has not asked for an original.
    if (said === '' && details.original === undefined) return sendPage(c, <ChoosePage a={a} b="" ids={ids} />);
    const b = said || ORIGINAL;
    if (b === ORIGINAL && details.original === undefined) return sendPage(c, <NoOriginalPage a={a} ids={ids} />);
    const other = b === ORIGINAL ? details : await experiments.describe(b, signal);
    const rateOf = ({ document }: typeof details) => ('inspection' in document ? document.inspection.rate : undefined);
    return sendPage(c, <ComparePage a={a} b={b} ids={ids} rateA={rateOf(details)} rateB={rateOf(other)} />);
  });
  return pages;
}

function ChoosePage(pair: PairFormProps) {
  return (
    <Page title="Side by side" here="/compare" styles={['compare.css']}>
      <div class="title">
        <h1>Side by side</h1>
      </div>
      <p class="lead">Any two experiments, or one and its original, synchronised to the frame.</p>
      <PairForm {...pair} />
    </Page>
  );
}

function NoOriginalPage({ a, ids }: { a: string; ids: readonly string[] }) {
  return (
    <Page title="Side by side" here="/compare" styles={['compare.css']}>
      <div class="title">
        <h1>Side by side</h1>
      </div>
      <Problem
        code="NO_ORIGINAL"
        message={`Nothing says what ${a} compressed`}
        remedy="Name its source on the record or in the settings, or compare it with another experiment."
      />
      <PairForm a={a} b="" ids={ids} />
    </Page>
  );
}

interface PairFormProps {
  a: string;
  b: string;
  /** To choose from; any other can be typed. */
  ids: readonly string[];
}

function PairForm({ a, b, ids }: PairFormProps) {
  return (
    <form class="pair-form" action="/compare" aria-label="What is compared">
      <label>
        <span>A: an experiment</span>
        <input
          type="text"
          name="a"
          value={a}
          list="ids"
          maxlength={200}
          required
          autocomplete="off"
          spellcheck={false}
        />
      </label>
      <label>
        <span>B: “original”, or another experiment</span>
        <input type="text" name="b" value={b} list="ids" maxlength={200} autocomplete="off" spellcheck={false} />
      </label>
      <datalist id="ids">
        {ids.map((id) => (
          <option value={id} />
        ))}
      </datalist>
      <button type="submit" class="primary">
        Compare
      </button>
    </form>
  );
}

interface PairProps extends PairFormProps {
  rateA: string | undefined;
  rateB: string | undefined;
}

function ComparePage({ a, b, ids, rateA, rateB }: PairProps) {
  const original = b === ORIGINAL;
  return (
    <Page title={`${a} and ${b}`} here="/compare" scripts={['compare/main.js']} styles={STYLES}>
      <div class="title">
        <h1>Side by side</h1>
        <details class="pair-change">
          <summary>Compare others</summary>
          <PairForm a={a} b={b} ids={ids} />
        </details>
      </div>
      <div
        class="compare"
        id="compare"
        data-a={a}
        data-b={b}
        data-rate-a={rateA}
        data-rate-b={rateB}
        data-state="loading"
      >
        <div class="sides">
          <SideCard side="a" letter="A" id={a} what="reconstructed" />
          <SideCard side="b" letter="B" id={original ? a : b} what={original ? 'original of' : 'reconstructed'} />
        </div>
        <div class="compare-stage" id="stage">
          <video id="video-a" muted playsinline preload="auto" aria-label="Video A" tabindex={-1} />
          <video id="video-b" muted playsinline preload="auto" aria-label="Video B" tabindex={-1} />
          <canvas id="canvas" role="img" aria-label="Both videos, frame by frame" />
          <span class="tag tag-a" aria-hidden="true">
            A
          </span>
          <span class="tag tag-b" aria-hidden="true">
            B
          </span>
          <div
            class="divider"
            id="divider"
            role="slider"
            tabIndex={0}
            aria-label="Where A ends and B begins"
            aria-valuemin={0}
            aria-valuemax={100}
            aria-valuenow={50}
            aria-valuetext="50 % A"
            hidden
          />
          <p class="legend">
            <i />
            <span id="legend" />
          </p>
        </div>
        <p class="graphics" id="graphics" role="status" />
        <noscript>
          <p>Without scripts, both can be played on their own. What is not made yet is made when it is played.</p>
          <div class="alone">
            <video muted controls preload="none" src={apiHref(a, '/stream.mp4')} aria-label="Video A" />
            <video
              muted
              controls
              preload="none"
              src={apiHref(original ? a : b, original ? '/stream.mp4?variant=original' : '/stream.mp4')}
              aria-label="Video B"
            />
          </div>
        </noscript>
        <CompareControls />
        <ul class="notes muted" id="notes" hidden />
        <QualityPart a={a} b={b} />
        <KeysHelp />
      </div>
    </Page>
  );
}

interface SideProps {
  side: string;
  letter: string;
  id: string;
  what: string;
}

function SideCard({ side, letter, id, what }: SideProps) {
  return (
    <section class={`side side-${side}`} aria-label={`${letter}: ${what} ${id}`}>
      <span class="letter" aria-hidden="true">
        {letter}
      </span>
      <span class="muted">{what}</span>
      <a class="id" href={experimentHref(id)}>
        {id}
      </a>
      <span class="chip" id={`shown-${side}`} hidden />
      <div id={`notice-${side}`} />
    </section>
  );
}

function QualityPart({ a, b }: { a: string; b: string }) {
  const other = b === ORIGINAL ? 'the original' : `the exact frames of ${b}`;
  return (
    <section class="card" aria-labelledby="quality">
      <h2 id="quality">PSNR and SSIM of each frame</h2>
      <p class="muted">
        Measured: the exact frames of <span class="id">{a}</span>, not its lossy video, against {other}. A click or a
        key leads to a frame.
      </p>
      <div id="measures" data-top={QUALITY.top} data-bottom={QUALITY.bottom} data-height={QUALITY.height}>
        <p class="muted">It begins when both videos are there.</p>
      </div>
    </section>
  );
}
