// SPDX-License-Identifier: Apache-2.0
// Ways to spoil an argument, by name: each changes `holder[key]`, and `n` in [0, 1) chooses among variants.

/** What getters and traps of ours throw. */
export class Thrown extends Error {}

const isView = (value) => ArrayBuffer.isView(value) && !(value instanceof DataView);
const one = (list, n) => list[Math.floor(n * list.length)];
const isPlain = (holder, key) => Object.getOwnPropertyDescriptor(holder, key)?.get === undefined;

function detach(value) {
  const buffer = isView(value) ? value.buffer : value;
  if (buffer instanceof ArrayBuffer) structuredClone(buffer, { transfer: [buffer] });
}

/** The memory as an array of the type of `good`, if that is one. */
const like = (good, memory) => new (isView(good) ? good.constructor : Uint8Array)(memory);

/** A copy whose memory can shrink to a part of it. */
function resizable(good, part) {
  const bytes = isView(good) ? good.byteLength : 64;
  const view = like(good, new ArrayBuffer(bytes, { maxByteLength: bytes + 8 }));
  if (bytes > 0 && isView(good)) view.set(good);
  const left = Math.floor((bytes * part) / view.BYTES_PER_ELEMENT) * view.BYTES_PER_ELEMENT;
  return { view, shrink: () => view.buffer.resize(left) };
}

function getter(holder, key, get) {
  if (isPlain(holder, key) && !Array.isArray(holder))
    Object.defineProperty(holder, key, { configurable: true, enumerable: true, get });
}

const NUMBERS = [
  NaN,
  Infinity,
  -Infinity,
  -0,
  -1,
  0,
  0.5,
  1,
  2,
  3,
  17,
  51,
  52,
  999,
  8192,
  8193,
  10_000_001,
  2 ** 31 - 1,
];
const LARGE = [2 ** 31, 2 ** 32, 2 ** 53, 1e-9, 1e300];
const STRINGS = [
  '',
  'x',
  '64',
  '\0',
  'mp4\0',
  'h264_420',
  'baseline',
  '\ud800',
  '/dev/full',
  '..',
  'y'.repeat(1 << 20),
];
const TYPES = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  BigInt64Array,
];
const CONTENT = [NaN, -1, 0, 1, 2, 3, 255, 1e6, 2e7, 1e15, 1e300, -Infinity];

const REPLACEMENTS = {
  undefined: () => undefined,
  null: () => null,
  boolean: (_, n) => n < 0.5,
  number: (_, n) => one(NUMBERS, n),
  largeNumber: (_, n) => one(LARGE, n),
  string: (_, n) => one(STRINGS, n),
  bigint: () => 64n,
  symbol: () => Symbol('poison'),
  object: () => ({}),
  array: () => [1, 2, 3],
  function: () => () => 64,
  boxed: () => Object(64),
  traps: () => new Proxy({}, { get: (_, name) => raise(`get ${String(name)}`) }),
  proxy: (good) => new Proxy(Object(good), {}),
  revoked: () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  },
  otherType: (good, n) => new (one(TYPES, n))(good?.length ?? 4),
  buffer: (good) => (isView(good) ? good.buffer.slice(0) : new ArrayBuffer(8)),
  dataView: () => new DataView(new ArrayBuffer(64)),
  shared: (good) => {
    const view = like(good, new SharedArrayBuffer(good?.byteLength ?? 8));
    if (isView(good)) view.set(good);
    return view;
  },
  sharedBuffer: () => new SharedArrayBuffer(64),
  empty: (good) => like(good, 0),
  longer: (good) => like(good, (good?.length ?? 1) + 1),
  shorter: (good, n) => (isView(good) ? good.slice(0, Math.floor(good.length * n)) : like(good, 1)),
  huge: () => new Uint8Array(1 << 24),
  detached: (good) => {
    const copy = isView(good) ? good.slice() : new ArrayBuffer(64);
    detach(copy);
    return copy;
  },
  shrunk: (good, n) => {
    const { view, shrink } = resizable(good, n);
    shrink();
    return view;
  },
  scrambled: (good, n) =>
    isView(good) ? good.map((_, i) => CONTENT[Math.floor(n * 997 + i * 7) % CONTENT.length]) : n,
};

function raise(message) {
  throw new Thrown(message);
}

/** The typed arrays beside `key`, that reading it is to spoil. */
const others = (holder, key) =>
  Object.keys(holder).filter((name) => name !== key && isPlain(holder, name) && isView(holder[name]));

const TRICKS = {
  missing: (holder, key) => delete holder[key],
  getterThrows: (holder, key) => getter(holder, key, () => raise(`get ${key}`)),
  getterThrowsText: (holder, key) =>
    getter(holder, key, () => {
      // biome-ignore lint/style/useThrowOnlyError: anything can be thrown
      throw 'text';
    }),
  getterDetachesOthers: (holder, key) => {
    const good = holder[key];
    getter(holder, key, () => {
      for (const name of others(holder, key)) detach(holder[name]);
      return good;
    });
  },
  getterDetachesItself: (holder, key) => {
    const good = holder[key];
    getter(holder, key, () => {
      detach(good);
      return good;
    });
  },
  getterShrinksOthers: (holder, key, n) => {
    const good = holder[key];
    const shrinks = others(holder, key).map((name) => {
      const { view, shrink } = resizable(holder[name], n);
      holder[name] = view;
      return shrink;
    });
    getter(holder, key, () => {
      for (const shrink of shrinks) shrink();
      return good;
    });
  },
  sameMemory: (holder, key) => {
    const [name] = others(holder, key);
    const good = holder[key];
    if (!name || !isView(good) || holder[name].byteLength === 0) return;
    const { buffer } = holder[name];
    holder[key] = new good.constructor(buffer, 0, Math.floor(buffer.byteLength / good.BYTES_PER_ELEMENT));
  },
};

const replacements = Object.entries(REPLACEMENTS).map(([name, replace]) => [
  name,
  (holder, key, n) => {
    if (isPlain(holder, key)) holder[key] = replace(holder[key], n);
  },
]);

export const POISONS = { ...Object.fromEntries(replacements), ...TRICKS };

/** Every place in the arguments that can be spoiled: the arguments themselves and the fields of plain objects. */
export function places(holder) {
  return Object.keys(holder).flatMap((key) => {
    const value = isPlain(holder, key) ? holder[key] : undefined;
    const below = value && Object.getPrototypeOf(value) === Object.prototype ? places(value) : [];
    return [{ holder, key }, ...below];
  });
}
