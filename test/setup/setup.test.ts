// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SetupError, withLock } from '../../src/setup/shell.mjs';
import { npmIsCurrent } from '../../src/setup/steps.mjs';
import { checkNode, readDistribution } from '../../src/setup/system.mjs';

const CHECKOUT = resolve(import.meta.dirname, '../..');

const CMAKE = `cmake_minimum_required(VERSION 3.22)
project(framekiln CXX)
add_library(framekiln SHARED native/addon.cc)
set_target_properties(framekiln PROPERTIES PREFIX "" SUFFIX ".node")
target_include_directories(framekiln PRIVATE \${CMAKE_JS_INC})
`;
const addon = (value: string) => `#include <node_api.h>
NAPI_MODULE_INIT() { napi_value v; napi_create_int32(env, ${value}, &v); return v; }
`;

let folder: string;
beforeAll(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'framekiln-setup-'));
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

/** A project with our set-up and a small addon. */
function makeProject(name: string): string {
  const root = join(folder, name);
  fs.mkdirSync(join(root, 'native'), { recursive: true });
  fs.cpSync(join(CHECKOUT, 'src/setup'), join(root, 'src/setup'), { recursive: true });
  fs.cpSync(join(CHECKOUT, 'src/setup.mjs'), join(root, 'src/setup.mjs'));
  fs.symlinkSync(join(CHECKOUT, 'node_modules'), join(root, 'node_modules'));
  fs.writeFileSync(join(root, 'package.json'), '{"name": "framekiln", "binary": {"napi_versions": [8]}}');
  fs.writeFileSync(join(root, 'CMakeLists.txt'), CMAKE);
  fs.writeFileSync(join(root, 'native/addon.cc'), addon('1'));
  return root;
}

function setup(root: string, args: string[], env: NodeJS.ProcessEnv = {}) {
  const { npm_config_nodedir: _, ...inherited } = process.env;
  const script = join(root, 'src/setup.mjs');
  return spawnSync(process.execPath, [script, ...args], { encoding: 'utf8', env: { ...inherited, ...env } });
}

describe('requirements', () => {
  test('Node.js 20.17 is the oldest', () => {
    expect(() => checkNode('20.16.9')).toThrow('Expected Node.js 20.17 or newer but found 20.16.9.');
    expect(() => checkNode('18.20.0')).toThrow(SetupError);
    for (const version of ['20.17.0', '22.0.0', '24.1.0']) checkNode(version);
  });

  test.each([
    ['ID=debian\nVERSION_ID="12"\n', true, true],
    ['NAME="Ubuntu"\nID=ubuntu\nID_LIKE=debian\n', true, false],
    ['ID=linuxmint\nID_LIKE="ubuntu debian"\n', true, false],
    ['ID="fedora"\n', false, true],
  ])('distribution %j', (text, debian, chromium) => {
    expect(readDistribution(text)).toEqual({ debian, chromium });
  });
});

describe('npm packages', () => {
  const lock = { '': { dependencies: { a: '1' } }, 'node_modules/a': { version: '1.0.0', integrity: 'x' } };

  function project(name: string, installed: object): string {
    const root = join(folder, name);
    fs.mkdirSync(join(root, 'node_modules/a'), { recursive: true });
    fs.writeFileSync(join(root, 'package.json'), JSON.stringify({ dependencies: { a: '1' } }));
    const packages = { ...lock, 'node_modules/b': { version: '2.0.0', optional: true } };
    fs.writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages }));
    fs.writeFileSync(join(root, 'node_modules/.package-lock.json'), JSON.stringify({ packages: installed }));
    return root;
  }

  test('current when all but optional packages are there', () => {
    expect(npmIsCurrent(project('npm-current', { 'node_modules/a': lock['node_modules/a'] }))).toBe(true);
  });

  test('not current after the lock file, the manifest or a folder changed', () => {
    expect(npmIsCurrent(project('npm-other', { 'node_modules/a': { version: '0.9.0', integrity: 'y' } }))).toBe(false);
    expect(npmIsCurrent(project('npm-none', {}))).toBe(false);

    const root = project('npm-changed', { 'node_modules/a': lock['node_modules/a'] });
    fs.writeFileSync(join(root, 'package.json'), JSON.stringify({ dependencies: { a: '2' } }));
    expect(npmIsCurrent(root)).toBe(false);

    const gone = project('npm-gone', { 'node_modules/a': lock['node_modules/a'] });
    fs.rmdirSync(join(gone, 'node_modules/a'));
    expect(npmIsCurrent(gone)).toBe(false);
  });
});

describe('lock', () => {
  test('one holder at a time', async () => {
    const root = join(folder, 'lock');
    const order: string[] = [];
    const body = (name: string) => async () => {
      order.push(`${name} in`);
      await new Promise((done) => setTimeout(done, 50));
      order.push(`${name} out`);
    };
    await Promise.all([withLock(root, body('a')), withLock(root, body('b'))]);
    expect(order).toEqual(['a in', 'a out', 'b in', 'b out']);
  });

  test('the lock of a dead process is taken over', async () => {
    const root = join(folder, 'lock-stale');
    const dead = spawnSync(process.execPath, ['-p', 'JSON.stringify({pid: process.pid, host: os.hostname()})']);
    fs.mkdirSync(join(root, 'build'), { recursive: true });
    fs.writeFileSync(join(root, 'build/.setup-lock'), dead.stdout);
    expect(await withLock(root, async () => 'done')).toBe('done');
    expect(fs.readdirSync(join(root, 'build'))).toEqual([]);
  });
});

test('the native step builds once, again after a change, and shows what a compiler says', { timeout: 300_000 }, () => {
  const root = makeProject('native');
  const output = join(root, 'build/Release/framekiln.node');
  const load = () =>
    spawnSync(process.execPath, ['-p', 'require(process.argv[1])', output], { encoding: 'utf8' }).stdout;

  expect(setup(root, ['--native'])).toMatchObject({ status: 0, stderr: '' });
  expect(load()).toBe('1\n');

  const built = fs.statSync(output).mtimeMs;
  expect(setup(root, ['--native']).stdout).toBe('framekiln setup: the native addon is ready\n');
  expect(fs.statSync(output).mtimeMs).toBe(built);

  fs.writeFileSync(join(root, 'native/addon.cc'), addon('2'));
  expect(setup(root, ['--native'])).toMatchObject({ status: 0 });
  expect(load()).toBe('2\n');

  fs.writeFileSync(join(root, 'native/addon.cc'), addon('undeclared_name'));
  const failed = setup(root, ['--native']);
  expect(failed.status).toBe(1);
  expect(failed.stderr).toMatch(/undeclared_name[\s\S]*native addon \(cmake-js\) failed/);
});

describe('system packages', () => {
  const LIBRARIES = 'libavcodec-dev libavformat-dev libavutil-dev libswscale-dev';

  /** A PATH with a compiler, and an apt-get that writes down how it was called and "installs" the rest. */
  function fakePath(name: string, works: boolean): { PATH: string; APT_LOG: string; calls: () => string } {
    const bin = join(folder, name);
    fs.mkdirSync(bin);
    const script = (file: string, text: string) =>
      fs.writeFileSync(join(bin, file), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    for (const file of ['c++', 'make']) script(file, 'exit 0');
    script('sudo', 'shift; exec "$@"');
    script('env', 'exec /usr/bin/env "$@"');
    script(
      'apt-get',
      `echo "$DEBIAN_FRONTEND $*" >> "$APT_LOG"
case "$*" in *install*) ${works ? `for f in cmake pkg-config; do ln -s ${bin}/make ${bin}/$f; done` : 'echo E: no space left; exit 100'};; esac`,
    );
    fs.symlinkSync('/bin/ln', join(bin, 'ln'));
    const APT_LOG = join(folder, `${name}.log`);
    fs.writeFileSync(APT_LOG, '');
    return { PATH: bin, APT_LOG, calls: () => fs.readFileSync(APT_LOG, 'utf8') };
  }

  const debian = readDistribution(fs.readFileSync('/etc/os-release', 'utf8')).debian;
  const packages = `cmake pkg-config ${LIBRARIES}`;

  test('only the missing ones are installed', (context) => {
    if (!debian) context.skip('this system is neither Debian nor Ubuntu');
    const { calls, ...env } = fakePath('apt-works', true);
    // The step after it fails, since there is no lock file: only the first matters here.
    setup(makeProject('apt-works-project'), [], env);
    expect(calls()).toBe(
      `noninteractive -q update\nnoninteractive -q install -y --no-install-recommends ${packages}\n`,
    );
  });

  test('a failing apt-get shows its words', (context) => {
    if (!debian) context.skip('this system is neither Debian nor Ubuntu');
    const { calls: _, ...env } = fakePath('apt-fails', false);
    const result = setup(makeProject('apt-fails-project'), [], env);
    expect(result.status).toBe(1);
    expect(result.stderr).toContain('E: no space left');
  });

  test('an install script never calls apt-get: it names the command', (context) => {
    if (!debian) context.skip('this system is neither Debian nor Ubuntu');
    const { calls, ...env } = fakePath('apt-never', true);
    const result = setup(makeProject('apt-never-project'), ['--native'], env);
    expect(result.status).toBe(2);
    expect(result.stderr).toContain(`apt-get install -y --no-install-recommends ${packages}`);
    expect(calls()).toBe('');
  });
});
