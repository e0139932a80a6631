// SPDX-License-Identifier: Apache-2.0
// A fresh process that draws one frame of a document on its standard input: prints FirstFrame as JSON.
import { text } from 'node:stream/consumers';
import { createKiln } from 'framekiln';

/** Milliseconds since the process began. */
export interface FirstFrame {
  /** Node and the library are loaded. */
  loaded: number;
  kiln: number;
  document: number;
  frame: number;
}

const loaded = performance.now();
const json = await text(process.stdin);
const [threads] = process.argv.slice(2).map(Number);
await using kiln = createKiln({ threads, device: 'cpu' });
const made = performance.now();
const document = kiln.open(Buffer.from(json));
const opened = performance.now();
for await (const _ of kiln.frames(document, { format: 'nv12', range: { start: 0, end: 1 } })) break;
const times: FirstFrame = { loaded, kiln: made, document: opened, frame: performance.now() };
process.stdout.write(JSON.stringify(times));
