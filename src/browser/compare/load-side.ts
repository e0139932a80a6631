// SPDX-License-Identifier: Apache-2.0
// Brings one side's video, as exact as the browser plays it and the server has it.
import { type ApiFailure, toFailure } from '../api.js';
import type { JobView, Variant, VideoLink } from '../api-types.js';
import { playsExact } from '../codecs.js';
import { type LoadOptions, loadVideo } from '../load-video.js';
import { readMp4Index } from './mp4-index.js';
import { parseRate, type Rate } from './rate.js';
import type { WantedVariant } from './url-state.js';
import { VideoSource } from './video-source.js';

export interface SideName {
  experiment: string;
  /** What that experiment compressed, instead of what it made. */
  original: boolean;
  /** Of the document, such as `30/1`: for when the video's index cannot be read. */
  rate: string | undefined;
}

export interface SideEvents {
  onJob(job: JobView): void;
  onFailure(failure: ApiFailure): void;
}

export interface LoadedSide {
  source: VideoSource;
  variant: Variant;
  /** False: the bucket keeps its pixels from this page. */
  readable: boolean;
  /** For people: why it is not the one that was wanted. */
  notes: string[];
}

/** @throws ApiFailure; the signal's reason */
export async function loadSide(
  video: HTMLVideoElement,
  name: SideName,
  wanted: WantedVariant,
  events: SideEvents,
  signal: AbortSignal,
): Promise<LoadedSide> {
  const exact = wanted === 'exact' || (wanted === 'auto' && playsExact());
  const notes: string[] = [];
  if (exact) {
    try {
      return await loadVariant(video, name, name.original ? 'original-exact' : 'exact', events, signal);
    } catch (error) {
      signal.throwIfAborted();
      notes.push(`There is no exact 4:4:4 video: ${toFailure(error).message}.`);
    }
  }
  const loaded = await loadVariant(video, name, name.original ? 'original' : 'video', events, signal);
  return { ...loaded, notes: [...notes, ...loaded.notes] };
}

async function loadVariant(
  video: HTMLVideoElement,
  { experiment, rate }: SideName,
  variant: Variant,
  events: SideEvents,
  outer: AbortSignal,
): Promise<LoadedSide> {
  // An attempt that failed must not go on looking after the element.
  const attempt = new AbortController();
  const signal = AbortSignal.any([outer, attempt.signal]);
  let link: VideoLink | undefined;
  const options: LoadOptions = {
    signal,
    whole: true,
    onJob: (job) => events.onJob(job),
    onLink: (fresh) => {
      link = fresh;
    },
    onFailure: (failure) => events.onFailure(failure),
  };
  let readable = true;
  video.crossOrigin = 'anonymous';
  try {
    try {
      await loadVideo(video, experiment, variant, options);
    } catch (error) {
      outer.throwIfAborted();
      if (!link || (await canRead(link.url, signal))) throw error;
      readable = false;
      video.removeAttribute('crossorigin');
      await loadVideo(video, experiment, variant, options);
    }
    const clip = await measureClip(video, link, readable, rate, signal);
    options.rate = clip.rate.num / clip.rate.den;
    return { source: new VideoSource(video, clip, signal), variant, readable, notes: clip.notes };
  } catch (error) {
    attempt.abort();
    throw error;
  }
}

async function canRead(url: string, signal: AbortSignal): Promise<boolean> {
  try {
    await readRange(url, 0, 16, signal);
    return true;
  } catch {
    return false;
  }
}

/** The number of frames and their rate: from the file's index, otherwise from what is said about it. */
async function measureClip(
  video: HTMLVideoElement,
  link: VideoLink | undefined,
  readable: boolean,
  said: string | undefined,
  signal: AbortSignal,
): Promise<{ frames: number; rate: Rate; notes: string[] }> {
  const index =
    readable && link
      ? await readMp4Index((start, length) => readRange(link.url, start, length, signal)).catch(() => undefined)
      : undefined;
  signal.throwIfAborted();
  if (index) {
    const notes = index.constant ? [] : ['Its frames last differently long: their numbers may be off by one.'];
    return { frames: index.frames, rate: index.rate, notes };
  }
  const rate = parseRate(said ?? '') ?? { num: 30, den: 1 };
  const frames = link?.frames ?? Math.max(1, Math.round((video.duration * rate.num) / rate.den));
  return { frames, rate, notes: [] };
}

async function readRange(url: string, start: number, length: number, signal: AbortSignal): Promise<Uint8Array> {
  const response = await fetch(url, { headers: { range: `bytes=${start}-${start + length - 1}` }, signal });
  if (response.status !== 206 && response.status !== 416) throw new Error(`no ranges: ${response.status}`);
  return response.status === 416 ? new Uint8Array() : new Uint8Array(await response.arrayBuffer());
}
