// SPDX-License-Identifier: Apache-2.0
// What is known of an experiment, as lists of names and values.
import type { Child } from 'hono/jsx';
import type { Inspection } from '../../document/inspect.js';
import type { ExperimentDetails, VideoState } from '../../experiment/details.js';
import { bitRate, bytes, count, decibels, percent, significant } from './format.js';

type Fact = [name: string, value: Child];

function Facts({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

const fact = (name: string, value: Child): Fact => [name, value];

function describeVideo({ bytes: size, readable, published }: VideoState): string {
  return [bytes(size), !readable && 'archived', published && 'published'].filter(Boolean).join(', ');
}

/** What the record says, and what is in the bucket. */
export function MetricsPart({ details }: { details: ExperimentDetails }) {
  const { metrics, videos, bitrateMbps, reductionPercent, psnrDb, ssim } = details;
  const facts: Fact[] = [
    ...(bitrateMbps === undefined ? [] : [fact('Bit rate', `${significant(bitrateMbps)} Mbps`)]),
    ...(reductionPercent === undefined ? [] : [fact('Against HEVC 10 Mbps', `${percent(reductionPercent)} %`)]),
    ...(psnrDb === undefined ? [] : [fact('PSNR', `${decibels(psnrDb)} dB`)]),
    ...(ssim === undefined ? [] : [fact('SSIM', ssim.toFixed(4))]),
    ...(videos.video ? [fact('Video', describeVideo(videos.video))] : []),
    ...(videos.exact ? [fact('Exact video', describeVideo(videos.exact))] : []),
  ];
  const recorded = Object.entries(metrics).map(([name, value]): Fact => {
    return [name.replaceAll('_', ' '), typeof value === 'number' ? significant(value, 6) : value];
  });
  return (
    <section aria-labelledby="results">
      <h2 id="results">Results</h2>
      {facts.length > 0 ? <Facts facts={facts} /> : <p class="muted">The record has none.</p>}
      {recorded.length > 0 && (
        <details open={recorded.length <= 12}>
          <summary>All {recorded.length} recorded metrics</summary>
          <Facts facts={recorded} />
        </details>
      )}
    </section>
  );
}

/** What is in the document. */
export function DocumentPart({ inspection, source }: { inspection: Inspection; source: string }) {
  const { width, height, fps, frames, duration, families, palettes, complexity, parameterBitsPerSecond } = inspection;
  const { min, max, mean } = complexity;
  const used = Object.entries(palettes).filter(([, number]) => number > 0);
  const facts: Fact[] = [
    ['Size', `${width} × ${height}`],
    ['Rate', `${significant(fps, 5)} frames/s`],
    ['Frames', count(frames)],
    ['Duration', `${duration.toFixed(2)} s`],
    ['Complexity', `${significant(min)} to ${significant(max)}, mean ${significant(mean)}`],
    ...(parameterBitsPerSecond === undefined ? [] : [fact('Parameters', bitRate(parameterBitsPerSecond))]),
    ['Raw frames', bytes(inspection.rawBytes)],
    ['Source', <span class="id">{source}</span>],
  ];
  return (
    <section aria-labelledby="document">
      <h2 id="document">Parameters</h2>
      <Facts facts={facts} />
      <h3>Families</h3>
      <ul class="shares">
        {families.map(({ family, frames: number, share, runs }) => (
          <li>
            <span class={`swatch ${family}`} /> {family}
            <meter aria-label={`Share of ${family}`} min={0} max={1} value={share} />
            <span class="number">{(share * 100).toFixed(1)} %</span>
            <span class="muted">
              {count(number)} in {count(runs)} {runs === 1 ? 'run' : 'runs'}
            </span>
          </li>
        ))}
      </ul>
      <h3>Palettes</h3>
      <ul class="shares">
        {used.map(([palette, number]) => (
          <li>
            <span class={`swatch ${palette}`} /> {palette}
            <meter aria-label={`Share of ${palette}`} min={0} max={1} value={number / frames} />
            <span class="number">{((number / frames) * 100).toFixed(1)} %</span>
            <span class="muted">{count(number)}</span>
          </li>
        ))}
      </ul>
      {inspection.notes.length > 0 && (
        <ul class="notes">
          {inspection.notes.map((note) => (
            <li>{note}</li>
          ))}
        </ul>
      )}
    </section>
  );
}
