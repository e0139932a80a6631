// SPDX-License-Identifier: Apache-2.0
import { FramekilnError } from '../errors.js';

/** What the longest document needs: 64 MiB hold 1.3 million of the shortest frames, of three values each. */
export const MAX_CONTAINERS = 2 ** 21;
export const MAX_VALUES = 2 ** 23;

const [QUOTE, BACKSLASH, COMMA, BRACKET, BRACE] = Buffer.from('"\\,[{') as unknown as number[];

/**
 * Refuses JSON that would grow beyond bounds when parsed: 60 MB of `{},{},` need gigabytes, and V8 then ends the
 * whole process, whichever thread parsed.
 * @throws FramekilnError `INVALID_DOCUMENT`
 */
export function checkBounds(json: Uint8Array): void {
  let containers = 0;
  let commas = 0;
  let inString = false;
  for (let i = 0; i < json.length; i++) {
    const byte = json[i];
    if (byte === QUOTE) inString = !inString;
    else if (inString) i += byte === BACKSLASH ? 1 : 0;
    else if (byte === COMMA) commas++;
    else if (byte === BRACKET || byte === BRACE) containers++;
  }
  if (containers > MAX_CONTAINERS) refuse(MAX_CONTAINERS, 'objects and arrays', containers);
  if (containers + commas > MAX_VALUES) refuse(MAX_VALUES, 'values', containers + commas);
}

function refuse(most: number, what: string, count: number): never {
  const fields = { expected: `up to ${most} ${what}`, received: String(count) };
  throw new FramekilnError('INVALID_DOCUMENT', `The document has more than ${most} ${what}`, fields);
}
