// SPDX-License-Identifier: Apache-2.0
// The layers are folders; who may import whom is the table below, and nothing else.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');

/** Each layer, bottom-up, with the layers it may use besides itself. */
const LAYERS: Record<'native' | 'src', Record<string, string[]>> = {
  native: {
    frame: [],
    scene: [],
    cuda: ['frame'],
    av: ['frame'],
    measure: ['frame'],
    encode: ['frame', 'cuda', 'av'],
    decode: ['frame', 'av'],
    render: ['frame', 'scene', 'cuda'],
    segment: ['frame', 'cuda', 'measure', 'encode', 'render'],
    compare: ['frame', 'measure', 'decode', 'render'],
    addon: ['frame', 'scene', 'cuda', 'measure', 'encode', 'decode', 'render', 'segment', 'compare'],
  },
  src: {
    setup: [],
    errors: [],
    native: ['errors'],
    document: ['errors'],
    render: ['errors', 'native', 'document'],
    measure: ['errors', 'native', 'document', 'render'],
    verify: ['errors', 'native', 'document', 'render', 'measure'],
    aws: ['errors'],
    storage: ['errors', 'aws'],
    catalog: ['errors', 'aws', 'document'],
    experiment: ['errors', 'native', 'document', 'render', 'measure', 'verify', 'aws', 'storage', 'catalog'],
    backfill: ['errors', 'document', 'render', 'measure', 'verify', 'aws', 'storage', 'catalog', 'experiment'],
    inspect: ['errors', 'native', 'document'],
    kiln: [
      ...['errors', 'native', 'document', 'render', 'measure', 'verify', 'aws', 'storage', 'catalog'],
      ...['experiment', 'backfill'],
    ],
    index: [
      'errors',
      'native',
      'document',
      'inspect',
      'render',
      'measure',
      'verify',
      'storage',
      'catalog',
      'experiment',
      'backfill',
      'kiln',
    ],
    http: ['errors', 'document', 'render', 'storage', 'catalog', 'experiment', 'backfill', 'kiln'],
    // Runs in the page: types of answers alone, which leave nothing behind.
    browser: ['http'],
    demo: ['errors', 'document', 'kiln'],
    cli: [
      ...['errors', 'native', 'document', 'render', 'measure', 'verify', 'aws', 'storage', 'catalog'],
      ...['experiment', 'backfill', 'kiln', 'http', 'demo'],
    ],
  },
};
const NODE_API_HEADERS = /^(napi|node_api|js_native_api)(-inl)?\.h$/;
const BENCH_MAY_USE = /^(framekiln|framekiln\/native|framekiln\/demo|autocannon|node:.*)$/;
/** What one file starts as a process of its own, outside its tree. */
const PROGRAMS: Record<string, string> = { 'src/cli/bench.ts': 'bench/main.js' };
const MAX_LINES = 300;

/** Files in git's reach below a folder, relative to the repository. */
function sources(folder: string, extension = /./): string[] {
  if (!existsSync(join(ROOT, folder))) return [];
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter(
      (entry) =>
        entry.isFile() &&
        extension.test(entry.name) &&
        !/__pycache__|node_modules/.test(relative(ROOT, entry.parentPath)),
    )
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    .sort();
}

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

/** `src/cli/main.ts` is in `cli`, `src/errors.ts` in `errors`. */
const layerOf = (file: string) => file.split('/')[1]?.replace(/\.\w+$/, '') ?? '';

function captures(text: string, patterns: RegExp[]): string[] {
  return patterns.flatMap((pattern) => Array.from(text.matchAll(pattern), (match) => match[1] ?? ''));
}

const includes = (file: string) => captures(read(file), [/^[ \t]*#[ \t]*include[ \t]*[<"]([^>"]+)[>"]/gm]);

/** Static, dynamic and re-exporting imports, and modules named for a worker by `new URL('./x.js', ...)`. */
const imports = (file: string) =>
  captures(read(file), [
    /^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/gm,
    /^\s*import\s*['"]([^'"]+)['"]/gm,
    /\bimport\s*\(\s*['"`]([^'"`]+)['"`]/g,
    /\bnew URL\(\s*['"`](\.[^'"`]+\.m?[jt]s)['"`]/g,
  ]);

/** Where a native include or a relative TypeScript import leads, if to a file of ours. */
function nativeTarget(file: string, name: string): string | undefined {
  const places = [join('native', name), join(dirname(file), name), name];
  return places.find((place) => existsSync(join(ROOT, place)));
}
const sourceTarget = (file: string, name: string) => (name.startsWith('.') ? join(dirname(file), name) : undefined);

function violations(
  tree: 'native' | 'src',
  files: string[],
  target: (file: string, name: string) => string | undefined,
) {
  const found: string[] = [];
  for (const file of files) {
    const layer = layerOf(file);
    const allowed = LAYERS[tree][layer];
    if (!allowed) found.push(`${file}: layer "${layer}" is not in the table`);
    for (const name of tree === 'native' ? includes(file) : imports(file)) {
      const to = target(file, name);
      if (to === undefined || PROGRAMS[file] === to) continue;
      const fits = to.startsWith(`${tree}/`) && (layerOf(to) === layer || allowed?.includes(layerOf(to)));
      if (!fits) found.push(`${file}: ${layer} must not use "${name}"`);
    }
  }
  return found;
}

const NATIVE = sources('native', /\.(h|hpp|inl|cpp|cc|cu|cuh)$/);
const TYPESCRIPT = sources('src', /\.(tsx?|mjs)$/);
/** Remotion's part is a package of its own. */
const BENCH = sources('bench', /\.(ts|mjs)$/).filter((file) => !file.startsWith('bench/peers/remotion/'));

describe('layers', () => {
  test('the tables hold no circle', () => {
    for (const table of Object.values(LAYERS)) {
      const below: string[] = [];
      for (const [layer, allowed] of Object.entries(table)) {
        expect(below, `${layer} uses a layer that stands above it`).toEqual(expect.arrayContaining(allowed));
        below.push(layer);
      }
    }
  });

  test('native code', () => {
    expect(NATIVE).not.toEqual([]);
    expect(violations('native', NATIVE, nativeTarget)).toEqual([]);
  });

  test('only the addon sees Node-API', () => {
    const outside = NATIVE.filter((file) => layerOf(file) !== 'addon');
    expect(outside.filter((file) => includes(file).some((name) => NODE_API_HEADERS.test(name)))).toEqual([]);
  });

  test('TypeScript', () => {
    expect(TYPESCRIPT).not.toEqual([]);
    expect(violations('src', TYPESCRIPT, sourceTarget)).toEqual([]);
  });

  test('only src/native.ts loads the addon', () => {
    const mentions = TYPESCRIPT.filter(
      (file) => file.endsWith('.ts') && /framekiln\.node|createRequire/.test(read(file)),
    );
    expect(mentions).toEqual(['src/native.ts']);
  });

  test('what runs in the page imports nothing but types from outside', () => {
    const browser = TYPESCRIPT.filter((file) => layerOf(file) === 'browser');
    expect(browser).not.toEqual([]);
    const outside = browser.flatMap((file) =>
      captures(read(file), [/^\s*(?:import|export)\s+(?!type\b)[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/gm])
        .filter((name) => !sourceTarget(file, name)?.startsWith('src/browser/'))
        .map((name) => `${file}: "${name}"`),
    );
    expect(outside).toEqual([]);
  });

  test('the set-up runs before anything is installed: Node only', () => {
    const setup = TYPESCRIPT.filter((file) => layerOf(file) === 'setup');
    const foreign = setup.flatMap((file) => imports(file).map((name) => ({ file, name })));
    expect(foreign.filter(({ name }) => !name.startsWith('node:') && !name.startsWith('.'))).toEqual([]);
  });

  test('benches use the built package', () => {
    const found = BENCH.flatMap((file) =>
      imports(file)
        .filter((name) => !(sourceTarget(file, name)?.startsWith('bench/') || BENCH_MAY_USE.test(name)))
        .map((name) => `${file}: a bench must not use "${name}"`),
    );
    expect(found).toEqual([]);
  });
});

describe('sources', () => {
  const all = ['src', 'native', 'bench'].flatMap((folder) => sources(folder));

  test(`no file above ${MAX_LINES} lines`, () => {
    // Not what programs wrote: machine code, locks, results.
    const written = all.filter((file) => !/\.ptx$|package-lock\.json$|RESULTS\.md$/.test(file));
    const long = written.map((file) => ({ file, lines: read(file).trimEnd().split('\n').length }));
    expect(long.filter(({ lines }) => lines > MAX_LINES)).toEqual([]);
  });

  test('each begins with its licence', () => {
    const bare = all.filter((file) => {
      const [first = '', second = ''] = read(file).split('\n', 2);
      const line = /^(#!|<!doctype )/i.test(first) ? second : first;
      return !/^(\/\/|#|\/\*|<!--) SPDX-License-Identifier: Apache-2\.0\b/.test(line);
    });
    expect(bare.filter((file) => !/\.(json|png|svg|ico)$/.test(file))).toEqual([]);
  });
});
