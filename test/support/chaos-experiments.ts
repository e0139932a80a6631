// SPDX-License-Identifier: Apache-2.0
// Experiments for the tests of survival: small videos of their own, documents in every place, records full of things
// that nobody may touch, and some that are never to change at all.
import { gzipSync } from 'node:zlib';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { makeDocument } from '../../src/demo/documents.js';

export type Item = Record<string, AttributeValue>;

export interface ChaosExperiment {
  id: string;
  /** The newest completed one last, if there are several. */
  items: Item[];
  objects: { key: string; body: Uint8Array }[];
  /** What its video shows; undefined when it cannot have one. */
  document?: object;
  /** What a verification of its video comes to, unless that is `proven` or, of one just made, `consistent`. */
  verdict?: string;
}

const PLACES = ['json', 'gzip', 'named', 'map', 'binary', 'entry'] as const;
const SCENES = ['geometric', 'fractal', 'plasma', 'mandelbrot', 'all'] as const;
const SINGLES = 30;
/** Experiments with the video of one before them, so many places away that its document is stored otherwise. */
const TWINS = 6;
const TWIN_OF = 7;

/** About 40 experiments, most of which get a video. */
export function chaosExperiments(): ChaosExperiment[] {
  const placed = Array.from({ length: SINGLES + TWINS }, (_, i) => {
    const seed = i < SINGLES ? i : i - SINGLES + TWIN_OF;
    const scene = SCENES[seed % SCENES.length] as (typeof SCENES)[number];
    const document = makeDocument({ width: 64, height: 48, fps: 30, frames: 20 + (seed % 20), scene, seed });
    return inPlace(`chaos_${i}`, i, document, PLACES[i % PLACES.length] as (typeof PLACES)[number]);
  });
  const stale = placed[0]?.items[0];
  if (stale) Object.assign(stale, marshall(STALE));
  return [...placed, scheduled('chaos_scheduled'), withOlderRun('chaos_twice'), ...untouchable()];
}

/** What an earlier version wrote, whose video is gone. */
const STALE = {
  reconstructed_video_url: 'https://example.com/gone.mp4',
  reconstructed_video_s3_key: 'elsewhere/gone.mp4',
  video_expires_at: 1_600_000_000,
  reconstructed_fingerprint: 'of another document',
  reconstructed_at: '2020-09-13T12:26:40.000Z',
  reconstructed_verified: 'different',
};

/** As Python writes it, with what a careless rewriting would change or trip over. */
const ENTRY =
  '{"experiment_type": "real_procedural_generation",  "status": "completed", "fps": 30.0, "psnr": NaN,' +
  ' "note": "caf\\u00e9 \\"video_url\\": null, }] \\ud83d\\ude00", "video_url": null, "1": 1e-7}';

function itemOf(id: string, index: number, attributes: Item = {}): Item {
  return {
    experiment_id: { S: id },
    // A double would round it, and then it would be the key of another item.
    timestamp: { N: `17000000${String(index).padStart(2, '0')}.1234567890123456789` },
    status: { S: 'completed' },
    experiments: { S: `[ ${ENTRY}]` },
    nested: { M: { list: { L: [{ N: '1.25' }, { NULL: true }, { BOOL: false }, { M: {} }] } } },
    tags: { SS: ['b', 'ä', '😀'] },
    numbers: { NS: ['1', '2.5'] },
    bytes: { B: Uint8Array.of(0, 1, 254, 255) },
    digits: { N: '12345678901234567890.123456789' },
    'a name: with.dots': { S: ' white\n\tspace ' },
    ...attributes,
  };
}

function inPlace(id: string, index: number, document: object, place: (typeof PLACES)[number]): ChaosExperiment {
  const text = JSON.stringify(document);
  const stored = (key: string, body: Uint8Array, attributes?: Item): ChaosExperiment => {
    return { id, items: [itemOf(id, index, attributes)], objects: [{ key, body }], document };
  };
  const onRecord = (attributes: Item): ChaosExperiment => {
    return { id, items: [itemOf(id, index, attributes)], objects: [], document };
  };
  const key = `documents/${id}/scene.json`;
  switch (place) {
    case 'json':
      return stored(`parameters/${id}.json`, Buffer.from(text));
    case 'gzip':
      return stored(`parameters/${id}.json.gz`, gzipSync(text));
    case 'named':
      return stored(key, Buffer.from(text), { parameters_s3_key: { S: key } });
    case 'map':
      return onRecord(marshall({ parameters: document }));
    case 'binary':
      return onRecord({ parameters: { B: gzipSync(text) } });
    case 'entry':
      return onRecord({
        experiments: { S: `[{"status": "failed"}, ${ENTRY.replace('{', `{"parameters": ${text}, `)}]` },
      });
  }
}

/** No document anywhere: the record says that it was the default schedule. */
function scheduled(id: string): ChaosExperiment {
  const metrics = '"compression_method": "procedural_demoscene", "resolution": "64x48", "fps": 24, "duration": 1.0';
  const experiments = { S: `[${ENTRY.replace('{', `{"real_metrics": {${metrics}}, `)}]` };
  const document = { version: '1.0', schedule: 'default', resolution: [64, 48], fps: 24, duration: 1 };
  return { id, items: [itemOf(id, 60, { experiments })], objects: [], document, verdict: 'consistent' };
}

/** Its rate is not the one on the record. */
function withOlderRun(id: string): ChaosExperiment {
  const document = makeDocument({ width: 64, height: 48, fps: 25, frames: 25, scene: 'all', seed: 500 });
  const { items, objects } = inPlace(id, 71, document, 'json');
  return { id, items: [itemOf(id, 70), ...items], objects, document, verdict: 'different' };
}

function untouchable(): ChaosExperiment[] {
  const neural = '[{"experiment_type": "real_ai_neural_networks", "status": "completed", "video_url": null}]';
  const broken = { version: '1.0', resolution: [64, 48], fps: 30, total_frames: 1, parameters: [{ time: 'soon' }] };
  const alone = (id: string, index: number, attributes: Item): ChaosExperiment => {
    return { id, items: [itemOf(id, index, attributes)], objects: [] };
  };
  return [
    alone('chaos_neural', 80, { experiments: { S: neural } }),
    alone('chaos_broken', 81, marshall({ parameters: broken })),
    alone('chaos_running', 82, { status: { S: 'running' } }),
    alone('chaos/../strange', 83, {}),
  ];
}
