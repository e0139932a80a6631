// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { plainFrame } from '../../bench/peers/plain-frame.js';
import { PALETTES } from '../../src/document/table.js';
import { defaultGolden, type Golden, pick, sha256, smallGoldens } from '../golden/goldens.js';

/** The frames that the plain renderer draws otherwise than the generator did. */
function differences({ document, sha256: wanted, frames }: Golden): (string | undefined)[] {
  const [width, height] = document.resolution;
  return document.parameters
    .map(({ time, complexity, color_palette }, i) => {
      const drawn = plainFrame({ width, height, time, complexity, palette: PALETTES.indexOf(color_palette) });
      return sha256(drawn) === wanted[i] ? undefined : frames[i];
    })
    .filter((name) => name !== undefined);
}

describe('the plain renderer draws the golden frames', () => {
  for (const golden of smallGoldens) {
    // Large ones are slow: one in 6 still has all families.
    const some = pick(golden, (frame) => golden.document.resolution[0] < 321 || frame % 6 === 0);
    test(golden.name, () => expect(differences(some)).toEqual([]));
  }

  test('1920x1080', () => expect(differences(pick(defaultGolden, (frame) => frame % 100 === 10))).toEqual([]));
});
