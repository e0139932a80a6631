// SPDX-License-Identifier: Apache-2.0
// Plots over time. A script makes timelines of them: a click or a key leads to a frame.
import { apiHref } from './parts.js';

/** Where the panels begin and end, and how high the plot is, in its own pixels: as src/measure draws it. */
interface Geometry {
  top: number;
  bottom: number;
  height: number;
}

const PARAMETERS: Geometry = { top: 85, bottom: 421, height: 537 };
/** Of a quality plot. */
export const QUALITY: Geometry = { top: 130, bottom: 582, height: 636 };

/** Complexity of each frame, on bands of the families. */
export function ParametersPlot({ id, frames }: { id: string; frames: number }) {
  return (
    <section aria-labelledby="over-time">
      <h2 id="over-time">Parameters over time</h2>
      <Plot
        src={apiHref(id, '/parameters.svg')}
        alt="Complexity of each frame, on bands of the scene families"
        label="Frame, on the plot of parameters"
        frames={frames}
        geometry={PARAMETERS}
      />
    </section>
  );
}

/** PSNR and SSIM of each frame against the original, if they have been measured; otherwise the way to do so. */
export function QualityPart({ id, frames, measured }: { id: string; frames: number; measured: boolean }) {
  const src = apiHref(id, '/quality.svg?against=original');
  return (
    <section aria-labelledby="quality" id="quality-part">
      <h2 id="quality">Against the original</h2>
      {measured ? (
        <QualityPlot src={src} frames={frames} />
      ) : (
        <>
          <p class="muted">PSNR and SSIM of each frame have not been measured yet.</p>
          <a class="button" id="measure" href={apiHref(id, '/quality?against=original')}>
            Measure PSNR and SSIM
          </a>
          <output class="status" id="measure-status" />
          <template id="quality-plot">
            <QualityPlot src={src} frames={frames} />
          </template>
        </>
      )}
    </section>
  );
}

function QualityPlot({ src, frames }: { src: string; frames: number }) {
  const alt = 'PSNR and SSIM of each frame against the original';
  return <Plot src={src} alt={alt} label="Frame, on the plot of quality" frames={frames} geometry={QUALITY} />;
}

interface PlotProps {
  src: string;
  alt: string;
  label: string;
  frames: number;
  geometry: Geometry;
}

function Plot({ src, alt, label, frames, geometry }: PlotProps) {
  return (
    <figure
      class="timeline"
      data-label={label}
      data-frames={frames}
      data-top={geometry.top}
      data-bottom={geometry.bottom}
    >
      <img src={src} alt={alt} width="960" height={geometry.height} loading="lazy" />
    </figure>
  );
}
