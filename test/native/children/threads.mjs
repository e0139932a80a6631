// SPDX-License-Identifier: Apache-2.0
// The addon in worker threads that end at bad moments: threads.mjs SCENE FOLDER. Good when the process exits with 0.
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { loadAddon } from 'framekiln/native';

const SELF = fileURLToPath(import.meta.url);
const SETTINGS = { codec: 'h264_420', width: 320, height: 180, fpsNum: 30, fpsDen: 1, preset: 'ultrafast', crf: 23 };
const jobOf = (frames, { width, height } = SETTINGS) => ({
  width,
  height,
  time: Float64Array.from({ length: frames }, (_, i) => i / 30),
  complexity: Float64Array.from({ length: frames }, (_, i) => (i % 10) / 10),
  palette: new Uint8Array(frames),
  cpu: 'baseline',
});

/** What a worker does, by name. */
const WORK = {
  /** Writes file after file, never waiting for the end of one before the next begins. */
  async mux({ folder, id }) {
    const addon = loadAddon();
    const segment = addon.encodeSegment({ ...jobOf(30), settings: SETTINGS });
    parentPort.postMessage('ready');
    for (let i = 0; ; i++) {
      const path = i % 2 === 0 ? `${folder}/${id}-${i}` : undefined;
      const muxer = addon.createMuxer(SETTINGS, i % 4 < 2 ? 'mp4' : 'matroska', path);
      for (let n = 0; n < 20; n++) await muxer.append(segment);
      muxer.finish();
      if (i % 3 === 0) muxer.close();
    }
  },
  /** Renders for minutes, unless `control` stops it. */
  render({ control }) {
    const frames = 20_000;
    const out = new Uint8Array(frames * 64 * 36 * 3);
    parentPort.postMessage('ready');
    const job = { ...jobOf(frames, { width: 64, height: 36 }), format: 'rgb24', cpu: 'reference', out, control };
    for (;;) loadAddon().renderFrames(job);
  },
  /** Everything once. */
  all() {
    const addon = loadAddon();
    const segment = addon.encodeSegment({ ...jobOf(10), settings: SETTINGS });
    addon.createMuxer(SETTINGS, 'mp4', undefined).append(segment);
    for (const chroma of ['420', '444']) addon.fidelity({ ...jobOf(3), chroma });
  },
  /** Changes a number in shared memory as fast as it can. */
  flicker({ memory }) {
    const words = new Uint32Array(memory);
    const good = words[0];
    parentPort.postMessage('ready');
    for (;;) {
      words[0] = 0x7fff_0000;
      words[0] = good;
    }
  },
};

async function start(work, data = {}) {
  const worker = new Worker(SELF, { workerData: { work, ...data } });
  await once(worker, 'message');
  return worker;
}

const SCENES = {
  async muxer(folder) {
    for (let id = 0; id < 12; id++) {
      const worker = await start('mux', { folder, id });
      await sleep(id * 3);
      await worker.terminate();
    }
  },
  async render() {
    for (let id = 0; id < 4; id++) {
      const control = new Int32Array(new SharedArrayBuffer(8));
      const worker = await start('render', { control });
      await sleep(id * 10);
      const ended = worker.terminate();
      // A thread in native code ends when that returns.
      Atomics.store(control, 0, 1);
      await ended;
    }
  },
  async together() {
    const workers = Array.from({ length: 6 }, () => new Worker(SELF, { workerData: { work: 'all' } }));
    const codes = await Promise.all(workers.map(async (worker) => (await once(worker, 'exit'))[0]));
    if (codes.some((code) => code !== 0)) throw new Error(`workers exited with ${codes}`);
  },
  async exit(folder) {
    await Promise.all(Array.from({ length: 3 }, (_, id) => start('mux', { folder, id: `exit${id}` })));
    console.log('exit done');
    process.exit(0);
  },
  /** A segment whose packet sizes change between being checked and being used. */
  async racing() {
    const addon = loadAddon();
    const segment = addon.encodeSegment({ ...jobOf(30), settings: SETTINGS });
    const memory = new SharedArrayBuffer(segment.packetBytes.byteLength);
    const packetBytes = new Uint32Array(memory);
    packetBytes.set(segment.packetBytes);
    const worker = await start('flicker', { memory });
    const until = Date.now() + 1500;
    while (Date.now() < until) {
      const muxer = addon.createMuxer(SETTINGS, 'mp4', undefined);
      try {
        for (let i = 0; i < 50; i++) await muxer.append({ ...segment, packetBytes });
      } catch (error) {
        if (error.code !== 'INVALID_ARGUMENT') throw error;
      }
    }
    await worker.terminate();
  },
};

if (isMainThread) {
  const [, , scene, folder] = process.argv;
  await SCENES[scene](folder);
  console.log(`${scene} done`);
} else {
  await WORK[workerData.work](workerData);
}
