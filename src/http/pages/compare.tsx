// SPDX-License-Identifier: Apache-2.0
// Two videos side by side. The pictures are a script's work; without it, both play on their own.
import { Hono } from 'hono';
import type { Services } from '../services.js';
import { CompareControls, KeysHelp } from './compare-controls.js';
import { QUALITY } from './experiment-plots.js';
import { Page } from './layout.js';
import { apiHref, experimentHref, Problem } from './parts.js';

const ORIGINAL = 'original';
const STYLES = ['compare.css', 'compare-stage.css', 'compare-controls.css'];

/** `/compare?a=ID&b=original` or `b=ANOTHER_ID`; without `a`, a way to choose. */
export function compareRoutes(services: Services): Hono {
  const pages = new Hono();
  pages.get('/compare', async (c) => {
    const a = c.req.query('a')?.trim() ?? '';
    const b = c.req.query('b')?.trim() || ORIGINAL;
    c.header('Cache-Control', 'no-store');
    if (a === '') return c.html(<ChoosePage />);
    const experiments = await services.experiments();
    const { signal } = c.req.raw;
    const details = await experiments.describe(a, signal);
    if (b === ORIGINAL && details.original === undefined) return c.html(<NoOriginalPage a={a} />);
    const other = b === ORIGINAL ? details : await experiments.describe(b, signal);
    const rateOf = ({ document }: typeof details) => ('inspection' in document ? document.inspection.rate : undefined);
    return c.html(<ComparePage a={a} b={b} rateA={rateOf(details)} rateB={rateOf(other)} />);
  });
  return pages;
}

function ChoosePage() {
  return (
    <Page title="Side by side" here="/compare" styles={['compare.css']}>
      <div class="title">
        <h1>Side by side</h1>
      </div>
      <p class="lead">Any two experiments, or one and its original, synchronised to the frame.</p>
      <PairForm a="" b={ORIGINAL} />
    </Page>
  );
}

function NoOriginalPage({ a }: { a: string }) {
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
      <PairForm a={a} b="" />
    </Page>
  );
}

function PairForm({ a, b }: { a: string; b: string }) {
  return (
    <form class="pair-form" action="/compare" aria-label="What is compared">
      <label>
        <span>A: an experiment</span>
        <input type="text" name="a" value={a} maxlength={200} required autocomplete="off" spellcheck={false} />
      </label>
      <label>
        <span>B: “original”, or another experiment</span>
        <input type="text" name="b" value={b} maxlength={200} autocomplete="off" spellcheck={false} />
      </label>
      <button type="submit" class="primary">
        Compare
      </button>
    </form>
  );
}

interface PairProps {
  a: string;
  b: string;
  rateA: string | undefined;
  rateB: string | undefined;
}

function ComparePage({ a, b, rateA, rateB }: PairProps) {
  const original = b === ORIGINAL;
  return (
    <Page title={`${a} and ${b}`} here="/compare" scripts={['compare/main.js']} styles={STYLES}>
      <div class="title">
        <h1>Side by side</h1>
        <details class="pair-change">
          <summary>Compare others</summary>
          <PairForm a={a} b={b} />
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
          <p>Without scripts, both can be played on their own.</p>
          <div class="alone">
            <video muted controls preload="metadata" src={apiHref(a, '/video')} aria-label="Video A" />
            <video
              muted
              controls
              preload="metadata"
              src={apiHref(original ? a : b, original ? '/video?variant=original' : '/video')}
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
      <div id="measures" data-top={QUALITY.top} data-bottom={QUALITY.bottom} data-height={QUALITY.height} />
    </section>
  );
}
