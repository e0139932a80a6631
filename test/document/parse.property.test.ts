// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDocument } from '../../src/document/parse.js';
import { decodeDocument } from '../../src/document/read.js';
import { PALETTES } from '../../src/document/table.js';
import { FramekilnError } from '../../src/errors.js';
import { goldenDocuments, type Json, oneFrame, schedule, stored } from './samples.js';

/** Where a value is refused, or undefined when it is parsed. Anything but a FramekilnError fails the test. */
function refusedAt(value: unknown): string | undefined {
  try {
    const table = parseDocument(value, schedule);
    expect(table.complexity.length).toBe(table.time.length);
    expect(table.palette.length).toBe(table.time.length);
    return undefined;
  } catch (error) {
    if (!(error instanceof FramekilnError)) throw error;
    expect(error.code).toBe('INVALID_DOCUMENT');
    expect(error.message).toContain(error.pointer === '' ? 'the document' : error.pointer);
    return error.pointer as string;
  }
}

const small = goldenDocuments.filter(([, json]) => json.length < 10_000).map(([, json]) => json);
const ROOT_FIELDS = ['version', 'resolution', 'fps', 'duration', 'total_frames', 'parameters', 'schedule', 'other'];
const ENTRY_FIELDS = ['frame', 'time', 'complexity', 'color_palette', 'motion_intensity', 'geometric_scale'];
/** A replacement; `undefined` deletes. */
const anything = fc.oneof(fc.jsonValue(), fc.constant(undefined), fc.double(), fc.constantFrom('vibrant', '1.0'));

describe('parseDocument', () => {
  it('refuses or parses any JSON value', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => void refusedAt(value)));
  });

  it('refuses or parses anything in the shape of a document', () => {
    const entry = fc.record({ time: anything, complexity: anything, color_palette: fc.constantFrom(...PALETTES, 'x') });
    const doc = fc.record({ resolution: fc.array(fc.nat(9000)), fps: anything, parameters: fc.array(entry) });
    fc.assert(
      fc.property(doc, fc.nat(3), (fields, frames) => void refusedAt(stored({ total_frames: frames, ...fields }))),
    );
  });

  it('points at the root field that was changed, if it refuses', () => {
    fc.assert(
      fc.property(fc.constantFrom(...small), fc.constantFrom(...ROOT_FIELDS), anything, (json, field, value) => {
        const pointer = refusedAt({ ...JSON.parse(json), [field]: value });
        if (pointer === undefined) return;
        // A new length shows where the lengths are compared, and a schedule beside parameters at the parameters.
        const also: Record<string, string> = { parameters: '/total_frames', schedule: '/parameters' };
        expect([`/${field}`, also[field]]).toContain(pointer.match(/^\/\w+/)?.[0]);
      }),
      { numRuns: 1000 },
    );
  });

  it('points at the entry and field that was changed, if it refuses', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...small),
        fc.nat(),
        fc.constantFrom(...ENTRY_FIELDS),
        anything,
        (json, at, field, value) => {
          const doc = JSON.parse(json);
          const frame = at % doc.parameters.length;
          doc.parameters[frame][field] = value;
          const pointer = refusedAt(doc);
          // Another complexity is another family, to which the frame's time can be out of reach.
          if (pointer !== undefined && !(field === 'complexity' && pointer === `/parameters/${frame}/time`)) {
            expect(pointer).toBe(`/parameters/${frame}/${field}`);
          }
          if (field === 'time' || field === 'complexity') {
            expect(pointer === undefined && !Number.isFinite(value)).toBe(false);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('parses every finite time and complexity that the family can take', () => {
    const finite = fc.double({ noNaN: true, min: -1e300, max: 1e300 }).filter((time) => time !== -2);
    fc.assert(
      fc.property(finite, finite, (time, complexity) => {
        expect(refusedAt(oneFrame({ time, complexity }))).toBeUndefined();
      }),
    );
  });
});

describe('decodeDocument then parseDocument', () => {
  it('refuses or parses any edit of the JSON text', () => {
    const edit = fc.tuple(
      fc.nat(),
      fc.nat(8),
      fc.oneof(fc.string(), fc.constantFrom('NaN', '-Infinity', '1e999', '"', '[')),
    );
    fc.assert(
      fc.property(fc.constantFrom(...small), edit, (json, [at, drop, insert]) => {
        const start = at % json.length;
        const text = json.slice(0, start) + insert + json.slice(start + drop);
        try {
          const { value, jsonBytes } = decodeDocument(Buffer.from(text));
          expect(jsonBytes).toBe(Buffer.byteLength(text));
          refusedAt(value as Json);
        } catch (error) {
          if (!(error instanceof FramekilnError)) throw error;
          expect(error.code).toBe('INVALID_DOCUMENT');
        }
      }),
      { numRuns: 1000 },
    );
  });
});
