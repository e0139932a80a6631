// SPDX-License-Identifier: Apache-2.0
import { stringEnd } from '../document/json.js';
import { FramekilnError } from '../errors.js';

/** Part of a text, from `start` to before `end`. */
interface Span {
  start: number;
  end: number;
}

/**
 * The JSON text of a list with `video_url` set in its entry `index`, and not one character changed elsewhere: not
 * the order of keys, the spelling of numbers and strings, or the white space.
 * @param text JSON as JSON.parse or Python's json.dumps (`NaN`) knows it: a list whose entry `index` is an object
 * @throws FramekilnError `INVALID_ARGUMENT` when there is no such entry
 */
export function withVideoUrl(text: string, index: number, url: string): string {
  const { start, end, key } = placeForUrl(text, index);
  return text.slice(0, start) + key + asciiJson(url) + text.slice(end);
}

/** What the URL replaces, and the key to write before it when the entry has none. */
function placeForUrl(text: string, index: number): Span & { key: string } {
  let depth = 0;
  let element = 0;
  let string: Span = { start: 0, end: 0 };
  let valueStart: number | undefined;
  let found: Span | undefined;
  // A loop, not a recursive descent: the text may be nested deeper than the stack.
  for (const { mark, start, end } of punctuation(text)) {
    if (depth === 1 && mark === ',') element++;
    if (depth === 2 && element === index) {
      if (mark === '"') string = { start, end };
      if (mark === ':' && JSON.parse(text.slice(string.start, string.end)) === 'video_url') valueStart = end;
      if ((mark === ',' || mark === '}') && valueStart !== undefined) {
        // Of several the last counts, as for JSON.parse.
        found = trimmed(text, valueStart, start);
        valueStart = undefined;
      }
      if (mark === '}') return found ? { ...found, key: '' } : endOfObject(text, start);
    }
    if (mark === '{' || mark === '[') depth++;
    if (mark === '}' || mark === ']') depth--;
  }
  throw new FramekilnError('INVALID_ARGUMENT', `There is no object at ${index} in the list of experiments`);
}

/** Behind the last value of the object that `brace` closes, in the style of json.dumps. */
function endOfObject(text: string, brace: number): Span & { key: string } {
  const { end } = trimmed(text, 0, brace);
  return { start: end, end, key: text[end - 1] === '{' ? '"video_url": ' : ', "video_url": ' };
}

/** Strings, marked by their quote, and the single characters that give JSON its structure. */
function* punctuation(text: string): Generator<Span & { mark: string }> {
  const pattern = /["[\]{},:]/g;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    const [mark] = match;
    const start = match.index;
    const end = mark === '"' ? stringEnd(text, start) : start + 1;
    yield { mark, start, end };
    pattern.lastIndex = end;
  }
}

/** Without the white space that JSON allows around a value. */
function trimmed(text: string, start: number, end: number): Span {
  const isSpace = (at: number) => ' \t\n\r'.includes(text.charAt(at));
  let [first, last] = [start, end];
  while (first < last && isSpace(first)) first++;
  while (last > first && isSpace(last - 1)) last--;
  return { start: first, end: last };
}

function asciiJson(value: string): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
