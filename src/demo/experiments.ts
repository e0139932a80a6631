// SPDX-License-Identifier: Apache-2.0
// The demo's experiments: the framework's own records, and documents for many of them in all the places where a
// document can be, so that a backfill has every kind of case.
import { gzipSync } from 'node:zlib';
import { type DemoClip, type DemoDocument, makeDocument } from './documents.js';

/** An item of the table, as plain values. */
export type DemoItem = { experiment_id: string; timestamp: number } & Record<string, unknown>;

export interface DemoObject {
  key: string;
  body: Uint8Array;
  contentType: string;
}

export interface DemoExperiment {
  item: DemoItem;
  objects: DemoObject[];
}

export interface DemoSources {
  /** Records of the framework, as in `records/experiments.json`. */
  records: readonly DemoItem[];
  /** Its default document, 1920x1080: the same video as the default schedule's. */
  defaultDocument: Uint8Array;
}

/** Where an experiment's document is: in the bucket (the first three), or on the record. */
type Place = 'json' | 'gzip' | 'named' | 'map' | 'list' | 'text' | 'binary' | 'entry';

type Row = [place: Place, width: number, height: number, fps: number, frames: number, scene: DemoClip['scene']];

const ROWS: readonly Row[] = [
  ['json', 1920, 1080, 30, 60, 'all'],
  ['json', 1280, 720, 30, 150, 'all'],
  ['gzip', 1280, 720, 24, 120, 'plasma'],
  ['named', 1280, 720, 60, 120, 'geometric'],
  ['json', 854, 480, 30, 150, 'fractal'],
  ['gzip', 854, 480, 29.97, 150, 'all'],
  ['json', 641, 359, 25, 100, 'all'],
  ['json', 640, 360, 30, 300, 'geometric'],
  ['json', 640, 360, 30, 300, 'fractal'],
  ['json', 640, 360, 30, 300, 'plasma'],
  ['json', 640, 360, 30, 300, 'mandelbrot'],
  ['gzip', 640, 360, 30, 300, 'all'],
  ['gzip', 640, 360, 23.976, 240, 'mandelbrot'],
  ['gzip', 640, 360, 60, 240, 'plasma'],
  ['named', 640, 360, 30, 200, 'fractal'],
  ['json', 360, 640, 30, 150, 'all'],
  ['json', 480, 270, 30, 150, 'geometric'],
  ['json', 480, 270, 30, 150, 'mandelbrot'],
  ['gzip', 320, 240, 15, 90, 'all'],
  ['json', 320, 180, 30, 120, 'plasma'],
  ['json', 320, 180, 30, 120, 'fractal'],
  ['binary', 320, 180, 30, 120, 'all'],
  ['text', 320, 180, 30, 90, 'geometric'],
  ['map', 160, 90, 30, 60, 'all'],
  ['list', 160, 90, 30, 60, 'plasma'],
  ['entry', 160, 90, 30, 60, 'mandelbrot'],
  ['json', 160, 90, 10, 30, 'geometric'],
];
/** The row whose video a second experiment has too, stored elsewhere. */
const TWIN = 11;
const BROKEN_FRAME = 171;

/**
 * Every record given, some with a document, and a few cases that the framework's records do not have. Apart from the
 * default schedule, the default document (the same video) and a pair of twins, no two have the same video.
 */
export function sampleExperiments({ records, defaultDocument }: DemoSources): DemoExperiment[] {
  const procedural = records.filter(isProcedural);
  const take = (): DemoItem => {
    const item = procedural.shift();
    if (!item) throw new Error(`Expected ${ROWS.length + 3} completed procedural records`);
    return item;
  };
  const rows = ROWS.map(([place, width, height, fps, frames, scene], seed): DemoExperiment => {
    return withDocument(take(), makeDocument({ width, height, fps, frames, scene, seed }), place);
  });
  const [, width, height, fps, frames, scene] = ROWS[TWIN] as Row;
  const clip: DemoClip = { width, height, fps, frames, scene, seed: TWIN };
  const twin = withDocument(take(), makeDocument(clip), 'json');
  const broken = withDocument(take(), breakDocument(makeDocument({ ...clip, seed: 1000 })), 'json');
  const stored = take();
  const original = { key: `parameters/${stored.experiment_id}.json`, body: defaultDocument, contentType: JSON_TYPE };
  const special = [...rows, twin, broken, { item: stored, objects: [original] }];
  const used = new Set(special.map(({ item }) => item.experiment_id));
  const bare = records.filter((item) => !used.has(item.experiment_id)).map((item) => ({ item, objects: [] }));
  return [...bare, ...special, ...oddities(special[0] as DemoExperiment)];
}

const SMALL = { width: 192, height: 108, fps: 30, frames: 60 };

/**
 * Experiments for load, each with a small video of its own, or as large as `size` says; one document in four is in the
 * bucket, for speed.
 */
export function* loadExperiments(
  count: number,
  size: Pick<DemoClip, 'width' | 'height' | 'fps' | 'frames'> = SMALL,
): Generator<DemoExperiment> {
  const scenes = ['geometric', 'fractal', 'plasma', 'mandelbrot', 'all'] as const;
  for (let i = 0; i < count; i++) {
    const scene = scenes[i % scenes.length] as DemoClip['scene'];
    const document = makeDocument({ ...size, scene, seed: 2000 + i });
    yield withDocument(
      madeUpItem(`load_exp_${String(i).padStart(6, '0')}`, i),
      document,
      i % 4 === 0 ? 'gzip' : 'binary',
    );
  }
}

/** One of 10 s in 1920x1080 that no backfill has seen yet. */
export function newExperiment(epochSeconds: number): DemoExperiment {
  const timestamp = Math.floor(epochSeconds);
  const item = { ...madeUpItem(`demo_new_${timestamp}`, 0), timestamp };
  const clip: DemoClip = { width: 1920, height: 1080, fps: 30, frames: 300, scene: 'all', seed: timestamp };
  return withDocument(
    { ...item, timestamp_iso: new Date(timestamp * 1000).toISOString() },
    makeDocument(clip),
    'binary',
  );
}

/** What can go wrong with a record, and a run that has an older run beside it. */
function oddities({ item }: DemoExperiment): DemoExperiment[] {
  const neural = '[{"experiment_type": "real_ai_neural_networks", "status": "completed", "video_url": null}]';
  const items = [
    { ...madeUpItem('demo_neural', 1), experiments: neural },
    { ...madeUpItem('demo_cut_experiments', 2), experiments: '[{"experiment_type": "real_procedural_gen' },
    madeUpItem('demo/../elsewhere', 3),
    { ...madeUpItem(item.experiment_id, 4), timestamp: item.timestamp - 3600 },
  ];
  return items.map((odd) => ({ item: odd, objects: [] }));
}

const JSON_TYPE = 'application/json';

function withDocument(item: DemoItem, document: DemoDocument, place: Place): DemoExperiment {
  const id = item.experiment_id;
  const text = JSON.stringify(document);
  const inBucket = (key: string, body: Uint8Array, contentType = JSON_TYPE): DemoExperiment => {
    return { item, objects: [{ key, body, contentType }] };
  };
  const onRecord = (attributes: object): DemoExperiment => ({ item: { ...item, ...attributes }, objects: [] });
  switch (place) {
    case 'json':
      return inBucket(`parameters/${id}.json`, Buffer.from(text));
    case 'gzip':
      return inBucket(`parameters/${id}.json.gz`, gzipSync(text), 'application/gzip');
    case 'named': {
      const key = `documents/2025-10/${id}/scene.json`;
      return { ...inBucket(key, Buffer.from(text)), item: { ...item, parameters_s3_key: key } };
    }
    case 'map':
      return onRecord({ parameters: document });
    case 'list': {
      const [width, height] = document.resolution;
      const metrics = `"resolution": "${width}x${height}", "fps": ${document.fps}, "duration": ${document.duration}`;
      return onRecord({ parameters: document.parameters, experiments: inEntry(item, metrics) });
    }
    case 'text':
      return onRecord({ parameters: text });
    case 'binary':
      return onRecord({ parameters: gzipSync(text) });
    case 'entry':
      return onRecord({ experiments: inEntry(item, `"parameters": ${text}`) });
  }
}

/** The record's `experiments` string with more in its first entry, and otherwise as Python wrote it. */
function inEntry({ experiments }: DemoItem, members: string): string {
  return String(experiments).replace(/^\[\{/, `[{${members}, `);
}

function breakDocument(document: DemoDocument): DemoDocument {
  const parameters = document.parameters.map((frame, i) =>
    i === BROKEN_FRAME ? { ...frame, complexity: 'high' } : frame,
  );
  return { ...document, parameters };
}

function isProcedural({ experiment_id, status, experiments }: DemoItem): boolean {
  return experiment_id.startsWith('proc_') && status === 'completed' && String(experiments).startsWith('[{');
}

/** A record in the shape of the framework's newer ones. */
function madeUpItem(experiment_id: string, minutes: number): DemoItem {
  const timestamp = 1_760_800_000 + minutes * 60;
  return {
    experiment_id,
    timestamp,
    timestamp_iso: new Date(timestamp * 1000).toISOString().replace('.000Z', 'Z'),
    status: 'completed',
    experiments:
      '[{"experiment_type": "real_procedural_generation", "status": "completed", "approach": "procedural parameters", ' +
      '"real_metrics": {}, "video_url": null, "decoder_s3_key": null}]',
    phase_completed: 'analysis',
    validation_retries: 0,
    execution_retries: 0,
    needs_human: false,
  };
}
