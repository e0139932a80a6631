// SPDX-License-Identifier: Apache-2.0
import type { Progress } from '../render/job.js';

const BAR_WIDTH = 24;
const QUIET_INTERVAL = 5000;

/** A line that is drawn again on a terminal; elsewhere a line every few seconds. */
export class StatusLine {
  readonly #stream: NodeJS.WriteStream;
  readonly #silent: boolean;
  #last = performance.now();
  #drawn = false;

  constructor(silent: boolean, stream: NodeJS.WriteStream = process.stderr) {
    this.#stream = stream;
    this.#silent = silent;
  }

  /** @param data what a program reads instead of the text, where there is no terminal */
  show(text: string, data?: object): void {
    if (this.#silent) return;
    if (this.#stream.isTTY) {
      // A line that wraps would not be drawn over.
      this.#stream.write(`\r${text.slice(0, (this.#stream.columns || 80) - 1)}\x1b[K`);
      this.#drawn = true;
    } else if (performance.now() - this.#last >= QUIET_INTERVAL) {
      this.#stream.write(`${data ? JSON.stringify(data) : text}\n`);
      this.#last = performance.now();
    }
  }

  /** A line that stays. */
  say(text: string): void {
    if (this.#silent) return;
    this.clear();
    this.#stream.write(`${text}\n`);
  }

  /** Removes the line, so that what follows starts clean. */
  clear(): void {
    if (this.#drawn) this.#stream.write('\r\x1b[K');
    this.#drawn = false;
  }
}

/** The progress of one render. */
export class ProgressLine {
  readonly #status: StatusLine;
  readonly #stream: NodeJS.WriteStream;

  constructor(silent: boolean, stream: NodeJS.WriteStream = process.stderr) {
    this.#status = new StatusLine(silent, stream);
    this.#stream = stream;
  }

  readonly update = (progress: Progress): void => {
    this.#status.show(this.#stream.isTTY ? `${bar(progress)} ${line(progress)}` : line(progress));
  };

  clear(): void {
    this.#status.clear();
  }
}

function bar({ framesDone, frames }: Progress): string {
  const full = Math.round((framesDone / frames) * BAR_WIDTH);
  return `[${'#'.repeat(full)}${'.'.repeat(BAR_WIDTH - full)}]`;
}

function line({ framesDone, frames, framesPerSecond, etaSeconds }: Progress): string {
  const eta = etaSeconds === undefined ? '' : `, ETA ${duration(etaSeconds)}`;
  return `${framesDone}/${frames} frames, ${framesPerSecond.toFixed(1)} frames/s${eta}`;
}

/** Seconds as people read them: `7.2 s`, `48 s`, `3:05`, `1:02:09`. */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const s = Math.round(seconds);
  if (s < 60) return `${s} s`;
  const parts = [Math.floor(s / 3600), Math.floor(s / 60) % 60, s % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, i) => (i === 0 ? String(part) : String(part).padStart(2, '0'))).join(':');
}

/** Bytes as people read them: `3.2 MB`. */
export function size(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  return power === 0 ? `${bytes} bytes` : `${(bytes / 1000 ** power).toFixed(1)} ${units[power]}`;
}
