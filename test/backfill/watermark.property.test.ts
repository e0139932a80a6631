// SPDX-License-Identifier: Apache-2.0
// Experiments end in any order; where a scan goes on has nothing unfinished before it.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type SegmentState, Watermark } from '../../src/backfill/watermark.js';

const SEGMENTS = 3;

/** What happens: a group comes out of a segment's scan, or one of those under way ends. */
const steps = fc.array(
  fc.oneof(
    fc.record({ starts: fc.integer({ min: 0, max: SEGMENTS - 1 }) }),
    fc.record({ ends: fc.nat({ max: 1000 }) }),
  ),
  { maxLength: 150 },
);

interface Group {
  segment: number;
  place: number;
  done: boolean;
  finished: () => void;
}

const position = (segment: number, place: number): SegmentState => ({
  experiment_id: `${segment}`,
  timestamp: `${place}`,
});

/** The place before which a segment has nothing unfinished; 0 at its start. */
const placeOf = (state: SegmentState): number => (typeof state === 'object' ? Number(state.timestamp) : 0);

test('never beyond an unfinished group, always behind the last finished one in a row', () => {
  fc.assert(
    fc.property(steps, (happenings) => {
      const watermark = new Watermark(Array(SEGMENTS).fill(undefined));
      const groups: Group[] = [];
      const check = () => {
        for (const [segment, state] of watermark.states.entries()) {
          const own = groups.filter((group) => group.segment === segment);
          const unfinished = own.findIndex(({ done }) => !done);
          expect(placeOf(state)).toBe(unfinished === -1 ? own.length : unfinished);
        }
      };
      for (const step of happenings) {
        if ('starts' in step) {
          const segment = step.starts;
          const place = groups.filter((group) => group.segment === segment).length + 1;
          const group = { segment, position: position(segment, place) as Exclude<SegmentState, undefined> };
          groups.push({ segment, place, done: false, finished: watermark.started(group) });
        } else {
          const underWay = groups.filter(({ done }) => !done);
          const group = underWay[step.ends % Math.max(1, underWay.length)];
          if (!group) continue;
          group.done = true;
          group.finished();
        }
        check();
      }
    }),
    { numRuns: 200 },
  );
});

test('what was done before is kept, and the end of a segment is its last group', () => {
  const watermark = new Watermark(['done', position(1, 5), undefined]);
  const first = watermark.started({ segment: 1, position: { experiment_id: '1', timestamp: '6' } });
  const last = watermark.started({ segment: 1, position: 'done' });
  last();
  expect(watermark.states).toEqual(['done', position(1, 5), undefined]);
  first();
  expect(watermark.states).toEqual(['done', 'done', undefined]);
});
