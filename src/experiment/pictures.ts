// SPDX-License-Identifier: Apache-2.0
// Pictures of an experiment's document that pages show many of.
import { LRUCache } from 'lru-cache';
import pLimit from 'p-limit';
import { frameCount, sliceTable } from '../document/table.js';
import { plotDocument } from '../measure/plot-document.js';
import { findExperiment } from './choose.js';
import type { ExperimentContext } from './context.js';
import { openExperiment, stampOf } from './document-facts.js';
import type { ReadDocument } from './read-document.js';
import { SharedWork } from './shared-work.js';

const WIDTH = 320;
/** Of films that stand on their end. */
const MOST_HEIGHT = 1280;
const CACHE_BYTES = 32 * 2 ** 20;
/** Documents that are opened for pictures at a time. */
const OPENED = 2;

/** Draws posters and plots, each once, and keeps what was asked for last. */
export class Pictures {
  readonly #context: ExperimentContext;
  readonly #kept = new LRUCache<string, Buffer>({
    maxSize: CACHE_BYTES,
    sizeCalculation: (picture) => Math.max(1, picture.length),
  });
  readonly #drawing = new SharedWork<Buffer>();
  readonly #opened = pLimit(OPENED);

  constructor(context: ExperimentContext) {
    this.#context = context;
  }

  /**
   * One frame, a third into the clip, as a PNG 320 pixels wide.
   * @throws FramekilnError `NO_PARAMETERS`, `INVALID_DOCUMENT`, `EXPERIMENT_NOT_FOUND`, `INVALID_ID`
   */
  poster(id: string, signal: AbortSignal | undefined): Promise<Uint8Array> {
    return this.#picture('poster', id, signal, ({ document: { table } }) => {
      const { pool, cpu } = this.#context.render;
      const { width, height } = table;
      const scale = Math.min(WIDTH / width, MOST_HEIGHT / height);
      const [toWidth, toHeight] = [width, height].map((side) => Math.max(1, Math.round(side * scale))) as [
        number,
        number,
      ];
      const third = Math.floor(frameCount(table) / 3);
      const frame = sliceTable(table, third, third + 1);
      return pool
        .run('tile', { a: frame, gain: 1, toWidth, toHeight, cpu })
        .then(({ a: rgb }) => pool.run('png', { rgb, width: toWidth, height: toHeight }));
    });
  }

  /** The document's complexity and families over time, as an SVG. @throws as `poster` */
  async parametersPlot(id: string, signal: AbortSignal | undefined): Promise<string> {
    const svg = await this.#picture('plot', id, signal, async ({ document }) =>
      Buffer.from(plotDocument(document.table, id)),
    );
    return svg.toString();
  }

  async #picture(
    kind: string,
    id: string,
    signal: AbortSignal | undefined,
    draw: (read: ReadDocument) => Promise<Uint8Array>,
  ): Promise<Buffer> {
    return this.#drawing.run(`${kind} ${id}`, signal, async (stop) => {
      const { record } = await findExperiment(this.#context, id, stop);
      // With what the record says in its name, a picture of an older document is never found.
      const name = `${kind} ${stampOf(record)}`;
      const known = this.#kept.get(name);
      if (known) return known;
      return this.#opened(async () => {
        stop.throwIfAborted();
        const picture = Buffer.from(await draw(await openExperiment(this.#context, record, stop)));
        this.#kept.set(name, picture);
        return picture;
      });
    });
  }
}
