// SPDX-License-Identifier: Apache-2.0
import { FramekilnError } from '../errors.js';

/**
 * JSON.parse that also understands the NaN, Infinity and -Infinity of Python's `json.dump`.
 * @throws FramekilnError `INVALID_DOCUMENT` saying what is wrong and where
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const plain = withoutLiterals(text);
    if (plain === text) throw notJson(text, cause);
    try {
      return JSON.parse(plain, (_key, value) => (value === NAN_MARKER ? Number.NaN : value));
    } catch {
      throw notJson(text, cause);
    }
  }
}

const NAN_MARKER = '\u0000NaN';
// JSON has numbers that overflow to infinity, but none that says NaN.
const REPLACEMENTS: Record<string, string> = {
  NaN: ` ${JSON.stringify(NAN_MARKER)} `,
  Infinity: ' 1e999 ',
  '-Infinity': ' -1e999 ',
};

/** The text with the bare literals outside strings replaced by JSON. */
function withoutLiterals(text: string): string {
  const parts: string[] = [];
  // A string could pass for an object's key, which a number cannot.
  const token = /"|NaN(?!\s*:)|-?Infinity/g;
  let copied = 0;
  for (let match = token.exec(text); match; match = token.exec(text)) {
    if (match[0] === '"') {
      token.lastIndex = stringEnd(text, match.index);
      continue;
    }
    parts.push(text.slice(copied, match.index), REPLACEMENTS[match[0]] as string);
    copied = token.lastIndex;
  }
  return copied === 0 ? text : parts.join('') + text.slice(copied);
}

/** Index after the string that opens at `start`. By hand: a pattern would need stack for a string of 64 MiB. */
export function stringEnd(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let backslash = quote;
    while (text[backslash - 1] === '\\') backslash--;
    if ((quote - backslash) % 2 === 0) return quote + 1;
  }
  return text.length;
}

function notJson(text: string, cause: unknown): FramekilnError {
  if (text.trim() === '') return new FramekilnError('INVALID_DOCUMENT', 'The document is empty', { cause });
  const reason = (cause as Error).message;
  const where = reason === 'Unexpected end of JSON input' ? ` at position ${text.length}` : '';
  return new FramekilnError('INVALID_DOCUMENT', `The document is not JSON: ${printable(reason)}${where}`, { cause });
}

/** The reason quotes the document, which must not reach a terminal with its control characters. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
