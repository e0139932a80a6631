// SPDX-License-Identifier: Apache-2.0
// What a user gets: the packed tarball, installed and built in an empty project.
import { execFile } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BACKFILL, COMPILER, DASHBOARD, DOCUMENT, LAMBDA, SCRIPT, TYPES } from './user-project.js';

const ROOT = resolve(import.meta.dirname, '../..');
const MINUTES = 60_000;
const OFFLINE = /npm error code (ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ENETUNREACH)/;

/** Ours without what npm and vitest say about this run: a user's shell has none of it. The registry's settings stay. */
const ENV: NodeJS.ProcessEnv = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) =>
        !/^(npm_(package|lifecycle|command|execpath)|npm_config_(nodedir|local_prefix)|NODE_ENV|VITEST)/.test(name),
    ),
  ),
  // As most users build it: the kernels' machine code is for those who have nvcc.
  FRAMEKILN_NVCC: 'off',
};

let folder: string;
let tarball: string;
let files: string[];

async function call(cwd: string, command: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(command, args, { cwd, env: ENV, maxBuffer: 1 << 26 });
  return stdout;
}

beforeAll(async () => {
  folder = fs.mkdtempSync(join(tmpdir(), 'framekiln-pack-'));
  const packed = JSON.parse(
    await call(ROOT, 'npm', 'pack', '--ignore-scripts', '--json', '--pack-destination', folder),
  );
  tarball = join(folder, packed[0].filename);
  files = packed[0].files.map((file: { path: string }) => file.path);
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

test('the tarball holds what a user needs and nothing of ours', () => {
  expect(files).toEqual(
    expect.arrayContaining(['package.json', 'LICENSE', 'CMakeLists.txt', 'src/setup.mjs', 'dist/src/cli/main.js']),
  );
  // The demo's document, its frames' hashes and its records come along.
  const wanted = [
    /^(package\.json|README\.md|LICENSE|CMakeLists\.txt|src\/setup\.mjs|src\/setup\/\w+\.mjs)$/,
    /^native\/[\w/]+\.(cpp|h|inl|cu)$/,
    /^native\/render\/cuda\/(kernels\.ptx|make-ptx\.sh)$/,
    /^dist\/src\/(?!browser\/)[\w/-]+\.(js|d\.ts)$/,
    /^dist\/bench\/(?!serve)[\w/-]+\.js$/,
    /^bench\/peers\/\w+\.py$/,
    /^dist\/src\/browser\/[\w/-]+\.(js|css|svg)$/,
    /^test\/fixtures\/(golden\/default_|records\/)[^/]+$/,
  ];
  expect(files.filter((file) => !wanted.some((pattern) => pattern.test(file)))).toEqual([]);
});

test('every package that the built files import is a dependency', () => {
  const manifest = JSON.parse(fs.readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const dependencies = { ...manifest.dependencies, ...manifest.optionalDependencies };
  const foreign = files
    .filter((file) => /\.(m?js|d\.ts)$/.test(file))
    .flatMap((file) => {
      const text = fs.readFileSync(join(ROOT, file), 'utf8');
      const names = text.matchAll(/^(?:import|export)\b[^'";]*?\bfrom ['"](.+?)['"]|\bimport\(?\s*['"](.+?)['"]/gm);
      return Array.from(names, (match) => ({ file, name: match[1] ?? match[2] ?? '' }));
    })
    .filter(({ name }) => !/^(\.|node:|framekiln($|\/))/.test(name))
    .filter(({ name }) => !Object.hasOwn(dependencies, name.split('/', name.startsWith('@') ? 2 : 1).join('/')));
  expect(foreign).toEqual([]);
});

test('installed in an empty project, it builds, renders, backfills and serves', {
  timeout: 15 * MINUTES,
}, async (context) => {
  const project = join(folder, 'project');
  fs.mkdirSync(project);
  // npm 12 runs the install scripts only of packages that the project names.
  const manifest = { name: 'somebody', private: true, type: 'module', allowScripts: { framekiln: true } };
  fs.writeFileSync(join(project, 'package.json'), JSON.stringify(manifest));
  fs.writeFileSync(join(project, 'doc.json'), JSON.stringify(DOCUMENT));
  fs.writeFileSync(join(project, 'script.js'), SCRIPT);
  fs.writeFileSync(join(project, 'backfill.js'), BACKFILL);
  fs.writeFileSync(join(project, 'dashboard.js'), DASHBOARD);
  fs.writeFileSync(join(project, 'lambda.js'), LAMBDA);
  fs.writeFileSync(join(project, 'types.ts'), TYPES);
  fs.writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions: COMPILER, files: ['types.ts'] }));

  try {
    await call(
      project,
      'npm',
      'install',
      tarball,
      '--no-audit',
      '--no-fund',
      '--prefer-offline',
      '--foreground-scripts',
    );
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string };
    const code = OFFLINE.exec(stderr)?.[1];
    if (code) context.skip(`the npm registry cannot be reached (${code})`);
    throw new Error(`npm install failed:\n${stderr}`, { cause: error });
  }
  const installed = join(project, 'node_modules', 'framekiln');
  // The script's policy may want the package's exact source named: the remedy that our own message gives must then do.
  if (!fs.existsSync(join(installed, 'build/Release/framekiln.node')))
    await call(project, 'npm', 'rebuild', 'framekiln');

  const result = await call(project, process.execPath, 'script.js');
  expect(JSON.parse(result)).toEqual({ isBytes: true, type: 'ftyp', frames: 6 });

  const filled = await call(project, process.execPath, 'backfill.js');
  expect(JSON.parse(filled)).toEqual({ regenerated: 5, status: 200 });

  const { pages, assets } = JSON.parse(await call(project, process.execPath, 'dashboard.js'));
  expect(Object.values(pages)).toEqual([200, 200, 200, 200]);
  const kinds = { js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml' };
  const shipped = files
    .filter((file) => file.startsWith('dist/src/browser/'))
    // Types leave nothing behind.
    .filter((file) => !/^(\/\/.*\n)*export \{\};\n$/.test(fs.readFileSync(join(ROOT, file), 'utf8')))
    .map((file) => file.replace('dist/src/browser', '/assets'));
  const type = (file: string) => kinds[extname(file).slice(1) as keyof typeof kinds];
  // All that a page loads is there, and nothing is there that no page loads.
  expect(assets).toEqual(Object.fromEntries(shipped.map((file) => [file, `200 ${type(file)}; charset=utf-8`])));

  const lambda = JSON.parse(await call(project, process.execPath, 'lambda.js'));
  expect(lambda).toEqual({ handler: 'function', worker: 'function', rest: [], opened: [] });
  await call(project, process.execPath, join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', '.');

  const { version } = JSON.parse(fs.readFileSync(join(ROOT, 'package.json'), 'utf8'));
  expect((await call(project, 'npx', '--no-install', 'framekiln', '--version')).trim()).toContain(version);
  expect(await call(project, 'npx', '--no-install', 'framekiln', 'serve', '--help')).toContain('FRAMEKILN_TOKEN');
  await call(project, 'npx', '--no-install', 'framekiln', 'render', 'doc.json', '-o', 'out.mp4');
  expect(fs.readFileSync(join(project, 'out.mp4')).toString('latin1', 4, 8)).toBe('ftyp');
});
