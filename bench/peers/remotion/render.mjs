#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// Three commands; a job is JSON on standard input, a result the last line of standard output:
//   render.mjs bundle    {folder}: bundles the composition into it                 {seconds}
//   render.mjs render    {folder, file, browser, mode, clip}: the clip as MP4      {frames, seconds, startSeconds, bytes}
//   render.mjs still     the same: its first frame as PNG                          {}
import { statSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { bundle } from '@remotion/bundler';
import { openBrowser, renderMedia, renderStill, selectComposition } from '@remotion/renderer';

const entryPoint = fileURLToPath(new URL('./src/index.jsx', import.meta.url));
const job = JSON.parse(await text(process.stdin));
const since = (start) => (performance.now() - start) / 1000;

async function bundleInto({ folder }) {
  const started = performance.now();
  // Its cache would stay behind in node_modules.
  await bundle({ entryPoint, outDir: folder, enableCaching: false, rspack: true });
  return { seconds: since(started) };
}

/** A browser that has the clip's composition open. */
async function open({ folder, browser, clip }) {
  const puppeteerInstance = await openBrowser('chrome', { browserExecutable: browser, chromeMode: job.mode });
  const common = {
    serveUrl: folder,
    puppeteerInstance,
    inputProps: clip,
    browserExecutable: browser,
    logLevel: 'error',
  };
  const composition = await selectComposition({ ...common, id: 'clip' });
  return { ...common, composition };
}

async function render({ file }) {
  const started = performance.now();
  const options = await open(job);
  // The first frame waits for the page to load; the clock runs from when it is done, and counts the others.
  let first;
  await renderMedia({
    ...options,
    outputLocation: file,
    codec: 'h264',
    crf: 23,
    x264Preset: 'veryfast',
    pixelFormat: 'yuv420p',
    muted: true,
    overwrite: true,
    concurrency: 1,
    onProgress: ({ renderedFrames }) => {
      if (renderedFrames > 0) first ??= { at: performance.now(), frames: renderedFrames };
    },
  });
  const run = {
    frames: job.clip.time.length - first.frames,
    seconds: since(first.at),
    startSeconds: (first.at - started) / 1000,
    bytes: statSync(file).size,
  };
  await options.puppeteerInstance.close({ silent: true });
  return run;
}

async function still({ file }) {
  const options = await open(job);
  await renderStill({ ...options, output: file, imageFormat: 'png', overwrite: true });
  await options.puppeteerInstance.close({ silent: true });
  return {};
}

const commands = { bundle: bundleInto, render, still };
const result = await commands[process.argv[2]](job);
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
