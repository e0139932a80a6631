// SPDX-License-Identifier: Apache-2.0
// Backfills that are killed or whose requests fail, and what must be true of the stores at any moment and at the end.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import {
  GetObjectCommand,
  type GetObjectCommandOutput,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { createKiln } from 'framekiln';
import { loadAddon } from 'framekiln/native';
import { expect, onTestFinished } from 'vitest';
import { DEMO_CREDENTIALS, DEMO_REGION } from '../../src/demo/names.js';
import { openServers } from '../../src/demo/servers.js';
import { experimentsTable } from '../../src/demo/table.js';
import { fingerprintOf } from '../../src/render/fingerprint.js';
import { resolveSettings } from '../../src/render/settings.js';
import { type ChaosExperiment, chaosExperiments, type Item } from './chaos-experiments.js';
import { type FaultProxy, type FaultProxyOptions, startFaultProxy } from './fault-proxy.js';
import { MAIN, type Started, start } from './process.js';

const BUCKET = 'chaos-videos';
const TABLE = 'chaos-experiments';
const WEEK = 604_800;

/** What an experiment's video must be. */
interface Wanted {
  bytes: Uint8Array;
  fingerprint: string;
  framesDigest: string;
  verdicts: readonly string[];
}

interface Snapshot {
  items: Map<string, Item>;
  objects: Map<string, GetObjectCommandOutput & { bytes: Uint8Array }>;
}

export interface Chaos {
  /** In front of S3 and DynamoDB; every backfill goes through them. */
  proxies: { s3: FaultProxy; dynamoDb: FaultProxy };
  /** Starts `framekiln backfill`. */
  backfill(...args: string[]): Started;
  /** Each record and each object is as it was or as it must become. */
  expectSound(): Promise<void>;
  /** Every video is there, recorded and linked, and nothing else has changed; `verified`: each with its verdict. */
  expectFinished(verified?: 'verified'): Promise<void>;
}

/** The proxies' options, by service. */
export type ChaosFaults = (service: 's3' | 'dynamoDb') => FaultProxyOptions;

/** Stores of their own in a new folder, with the experiments of chaosExperiments in them; all gone after the test. */
export async function openChaos(folder: string, faults: ChaosFaults): Promise<Chaos> {
  const servers = await openServers(folder, [BUCKET]);
  const [s3Port, dynamoDbPort] = [servers.ports.s3, servers.ports.dynamoDb];
  const proxies = {
    s3: await startFaultProxy(`http://127.0.0.1:${s3Port}`, faults('s3')),
    dynamoDb: await startFaultProxy(`http://127.0.0.1:${dynamoDbPort}`, faults('dynamoDb')),
  };
  const aws = { region: DEMO_REGION, credentials: DEMO_CREDENTIALS };
  const s3 = new S3Client({ ...aws, endpoint: `http://127.0.0.1:${s3Port}`, forcePathStyle: true });
  const dynamoDb = new DynamoDBClient({ ...aws, endpoint: `http://127.0.0.1:${dynamoDbPort}` });
  onTestFinished(async () => {
    await Promise.all([proxies.s3.close(), proxies.dynamoDb.close()]);
    s3.destroy();
    dynamoDb.destroy();
    await servers.close();
  });

  const experiments = chaosExperiments();
  await dynamoDb.send(new CreateTableCommand(experimentsTable(TABLE)));
  for (const { key, body } of experiments.flatMap(({ objects }) => objects)) {
    await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: body }));
  }
  for (const Item of experiments.flatMap(({ items }) => items)) {
    await dynamoDb.send(new PutItemCommand({ TableName: TABLE, Item }));
  }
  const before = await snapshot();
  const wanted = await wantedVideos(experiments);
  const began = Math.floor(Date.now() / 1000);
  const temporary = join(folder, 'tmp');
  mkdirSync(temporary);

  /** The records first: a record may only speak of an object that is there already. */
  async function snapshot(): Promise<Snapshot> {
    const { Items = [] } = await dynamoDb.send(new ScanCommand({ TableName: TABLE }));
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET }));
    const objects: Snapshot['objects'] = new Map();
    for (const { Key = '' } of Contents) {
      const answer = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
      objects.set(Key, {
        ...answer,
        bytes: await (answer.Body as NonNullable<typeof answer.Body>).transformToByteArray(),
      });
    }
    return { items: new Map(Items.map((item) => [keyOf(item), item])), objects };
  }

  /** What an item must become. Its link is its own, and is tried elsewhere. */
  function finished(item: Item, now: Item, { fingerprint, framesDigest, verdicts }: Wanted): Item {
    const url = now.reconstructed_video_url?.S ?? '';
    const expires = Number(now.video_expires_at?.N);
    const at = now.reconstructed_at?.S ?? '';
    expect(expires, keyOf(item)).toBeGreaterThanOrEqual(began + WEEK);
    expect(expires, keyOf(item)).toBeLessThanOrEqual(Date.now() / 1000 + WEEK);
    expect(new Date(at).toISOString(), keyOf(item)).toBe(at);
    const { reconstructed_verified: _, ...rest } = item;
    const verdict = now.reconstructed_verified;
    // Later than the video, or never.
    if (verdict) expect(verdicts, keyOf(item)).toContain(verdict.S);
    return {
      ...rest,
      experiments: { S: String(item.experiments?.S).replace('"video_url": null', () => `"video_url": "${url}"`) },
      reconstructed_video_url: { S: url },
      reconstructed_video_s3_key: { S: videoKey(item) },
      video_expires_at: { N: String(expires) },
      reconstructed_fingerprint: { S: fingerprint },
      reconstructed_frames_digest: { S: framesDigest },
      reconstructed_at: { S: at },
      ...(verdict && { reconstructed_verified: verdict }),
    };
  }

  /** @returns the keys of the records that are finished */
  async function check(now: Snapshot): Promise<Set<string>> {
    const done = new Set<string>();
    expect([...now.items.keys()].sort()).toEqual([...before.items.keys()].sort());
    for (const [key, item] of now.items) {
      const old = before.items.get(key) as Item;
      const video = wanted.get(key);
      if (!video || item.reconstructed_at?.S === old.reconstructed_at?.S) {
        expect(item, key).toEqual(old);
      } else {
        expect(item, key).toEqual(finished(old, item, video));
        expect(now.objects.has(videoKey(item)), `${key} without a video`).toBe(true);
        done.add(key);
      }
    }
    const videos = new Map([...wanted].map(([key, video]) => [videoKey(before.items.get(key) as Item), video]));
    for (const [key, { bytes, ContentType, Metadata }] of now.objects) {
      const old = before.objects.get(key);
      const video = videos.get(key);
      expect(Buffer.compare(bytes, old?.bytes ?? video?.bytes ?? Buffer.alloc(0)), `the bytes of ${key}`).toBe(0);
      if (old || !video) continue;
      const { fingerprint, 'frames-digest': framesDigest } = Metadata ?? {};
      expect([ContentType, fingerprint, framesDigest], key).toEqual([
        'video/mp4',
        video.fingerprint,
        video.framesDigest,
      ]);
    }
    expect([...before.objects.keys()].filter((key) => !now.objects.has(key))).toEqual([]);
    return done;
  }

  return {
    proxies,
    backfill(...args) {
      const stores = ['--table', TABLE, '--bucket', BUCKET];
      const TMPDIR = mkdtempSync(join(temporary, 'run-'));
      const started = start(process.execPath, [MAIN, 'backfill', ...stores, '--json', ...args], {
        env: {
          ...process.env,
          AWS_PROFILE: undefined,
          AWS_ENDPOINT_URL_S3: proxies.s3.url,
          AWS_ENDPOINT_URL_DYNAMODB: proxies.dynamoDb.url,
          AWS_REGION: aws.region,
          AWS_ACCESS_KEY_ID: aws.credentials.accessKeyId,
          AWS_SECRET_ACCESS_KEY: aws.credentials.secretAccessKey,
          TMPDIR,
        },
      });
      // Nobody tidies up after a kill.
      const tidy = () => started.child.signalCode === 'SIGKILL' && rmSync(TMPDIR, { recursive: true });
      started.ended.then(tidy, () => undefined);
      return started;
    },
    async expectSound() {
      await check(await snapshot());
    },
    async expectFinished(verified) {
      const now = await snapshot();
      const done = await check(now);
      expect([...done].sort()).toEqual([...wanted.keys()].sort());
      expect(now.objects.size).toBe(before.objects.size + wanted.size);
      expect(readdirSync(temporary, { recursive: true }).filter((name) => /framekiln-/.test(String(name)))).toEqual([]);
      for (const key of done) {
        const [item, video] = [now.items.get(key) as Item, wanted.get(key) as Wanted];
        expect(item.reconstructed_verified !== undefined, key).toBe(verified !== undefined);
        await expectPlayable(item, video, temporary);
      }
    },
  };
}

/** By the link on the record: whole, in part, and as a file that decodes. */
async function expectPlayable(item: Item, { bytes }: Wanted, folder: string): Promise<void> {
  const url = item.reconstructed_video_url?.S ?? '';
  const whole = await fetch(url);
  expect([url, whole.status, whole.headers.get('content-type')]).toEqual([url, 200, 'video/mp4']);
  const video = new Uint8Array(await whole.arrayBuffer());
  expect(Buffer.compare(video, bytes)).toBe(0);
  const part = await fetch(url, { headers: { range: 'bytes=100-199' } });
  expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 100-199/${bytes.length}`]);
  expect(Buffer.compare(new Uint8Array(await part.arrayBuffer()), bytes.subarray(100, 200))).toBe(0);
  const file = join(folder, 'played.mp4');
  writeFileSync(file, video);
  expect(loadAddon().probeVideo(file)).toMatchObject({ codec: 'h264', pixelFormat: 'yuv420p', width: 64, height: 48 });
}

/** By the key of the one item that gets it. */
async function wantedVideos(experiments: readonly ChaosExperiment[]): Promise<Map<string, Wanted>> {
  await using kiln = createKiln({ threads: 2 });
  const wanted = new Map<string, Wanted>();
  for (const { items, document, verdict } of experiments) {
    if (!document) continue;
    const { table } = kiln.open(document);
    const { video, report } = await kiln.render(document);
    const fingerprint = fingerprintOf(table, resolveSettings({}, table));
    const { framesDigest } = report;
    const verdicts = verdict === undefined ? ['proven', 'consistent'] : [verdict];
    wanted.set(keyOf(items.at(-1) as Item), { bytes: video, fingerprint, framesDigest, verdicts });
  }
  return wanted;
}

const keyOf = ({ experiment_id, timestamp }: Item): string => `${experiment_id?.S} ${timestamp?.N}`;
const videoKey = ({ experiment_id }: Item): string => `reconstructed/${experiment_id?.S}.mp4`;
