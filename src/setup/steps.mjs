// SPDX-License-Identifier: Apache-2.0
// The steps after the system's packages: npm packages, the native addon, TypeScript.
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { ask, filesBelow, hasCommand, hashFiles, readJson, run, SetupError, writeStamp } from './shell.mjs';
import { LIBRARIES } from './system.mjs';

/** Whether node_modules holds what package-lock.json asks for, by npm's own record of what it installed. */
export function npmIsCurrent(root) {
  const wanted = readJson(join(root, 'package-lock.json'))?.packages;
  const installed = readJson(join(root, 'node_modules', '.package-lock.json'))?.packages;
  const manifest = readJson(join(root, 'package.json'));
  if (!wanted || !installed || !manifest) return false;
  for (const kind of ['dependencies', 'devDependencies']) {
    if (JSON.stringify(wanted[''][kind]) !== JSON.stringify(manifest[kind])) return false;
  }
  return Object.entries(wanted).every(([path, { version, integrity, optional }]) => {
    if (path === '') return true;
    const found = installed[path];
    if (!found) return optional === true;
    return found.version === version && found.integrity === integrity && fs.existsSync(join(root, path));
  });
}

export function npmStep(root) {
  return {
    needed: () => !npmIsCurrent(root),
    async run() {
      if (!fs.existsSync(join(root, 'package-lock.json'))) {
        throw new SetupError(`no package-lock.json in ${root}: this is not a checkout of framekiln.`, { exitCode: 2 });
      }
      if (!hasCommand('npm')) {
        throw new SetupError('npm is not on the PATH.', {
          remedy: 'Install the npm that belongs to Node.',
          exitCode: 2,
        });
      }
      // None of the packages has an install script but ours, and the next step is that.
      const flags = [
        '--ignore-scripts',
        '--include=dev',
        '--no-audit',
        '--no-fund',
        '--no-progress',
        '--loglevel=error',
      ];
      await run('npm packages (npm ci)', ['npm', 'ci', ...flags], {
        cwd: root,
        remedy: 'Check the network and the registry: npm ping; npm config get registry',
      });
      if (npmIsCurrent(root)) return;
      throw new SetupError('npm ci ended well, but node_modules does not match package-lock.json.', {
        remedy: 'Remove node_modules and run this again.',
      });
    },
  };
}

/** What decides the addon's bytes: `sources` allows a partial build, a new `environment` means to configure again. */
function nativeState(root) {
  const files = [join(root, 'CMakeLists.txt'), ...filesBelow(join(root, 'native'))].filter((file) =>
    fs.existsSync(file),
  );
  const versions = ask('pkg-config', ['--modversion', ...LIBRARIES]);
  return {
    environment: {
      root,
      arch: process.arch,
      libraries: versions?.split('\n') ?? [],
      ffnvcodec: ask('pkg-config', ['--modversion', 'ffnvcodec']) ?? null,
      compiler: ask(process.env.CXX ?? 'c++', ['-dumpfullversion', '-dumpversion']) ?? null,
      nvcc: process.env.FRAMEKILN_NVCC !== 'off' && (hasCommand('nvcc') || fs.existsSync('/usr/local/cuda/bin/nvcc')),
    },
    sources: hashFiles(root, files),
  };
}

/** cmake-js's program, wherever npm put the package: beside us or above us. */
function cmakeJs() {
  const require = createRequire(import.meta.url);
  try {
    const manifest = require.resolve('cmake-js/package.json');
    return join(dirname(manifest), require(manifest).bin['cmake-js']);
  } catch (cause) {
    const remedy = 'Run "npm install" first.';
    throw new SetupError(`the package cmake-js is not installed: ${cause.code ?? cause.message}`, { remedy });
  }
}

export function nativeStep(root) {
  const addon = join(root, 'build', 'Release', 'framekiln.node');
  const stamp = join(root, 'build', '.native-stamp');
  return {
    needed() {
      return !fs.existsSync(addon) || JSON.stringify(readJson(stamp)) !== JSON.stringify(nativeState(root));
    },
    async run() {
      const state = nativeState(root);
      const same = JSON.stringify(readJson(stamp)?.environment) === JSON.stringify(state.environment);
      fs.rmSync(stamp, { force: true });
      if (!same)
        for (const old of ['CMakeCache.txt', 'CMakeFiles'])
          fs.rmSync(join(root, 'build', old), { recursive: true, force: true });
      const jobs = String(Math.max(2, os.availableParallelism()));
      // The addon uses only Node-API, whose headers are a package: nothing is downloaded (package.json, "binary").
      await run('native addon (cmake-js)', [process.execPath, cmakeJs(), 'build', '-d', root, '-p', jobs], {
        cwd: root,
        remedy: 'If a package is missing, install it; if the sources are to blame, fix them. Then run this again.',
      });
      const load = [process.execPath, '-e', 'require(process.argv[1])', addon];
      await run('native addon (loading it once)', load, { remedy: 'It was built, but this system cannot load it.' });
      writeStamp(stamp, state);
    },
  };
}

export function typescriptStep(root) {
  const dist = join(root, 'dist');
  const stamp = join(dist, '.stamp');
  const state = () => {
    const sources = ['src', 'bench'].flatMap((folder) =>
      filesBelow(join(root, folder), (file) => !/\.py$|\/node_modules\//.test(file)),
    );
    const files = [
      ...sources,
      ...['tsconfig.json', 'package.json', 'package-lock.json'].map((name) => join(root, name)),
    ];
    return { sources: hashFiles(root, files) };
  };
  return {
    needed: () => JSON.stringify(readJson(stamp)) !== JSON.stringify(state()),
    async run() {
      const now = state();
      const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
      const flags = ['--noEmitOnError', '--listEmittedFiles', '--pretty', 'false'];
      const emitted = new Set();
      for (const [what, project] of [
        ['TypeScript (tsc)', root],
        ["TypeScript of the dashboard's pages (tsc)", join(root, 'src', 'browser')],
      ]) {
        const output = await run(what, [process.execPath, tsc, '-p', project, ...flags], {
          cwd: root,
          remedy: 'Fix the errors above. Then run this again.',
        });
        for (const [, file] of output.matchAll(/^TSFILE: (.*)$/gm)) emitted.add(resolve(root, file));
      }
      for (const file of filesBelow(join(root, 'src', 'browser'), (name) => /\.(css|svg)$/.test(name))) {
        const copy = join(dist, relative(root, file));
        fs.mkdirSync(dirname(copy), { recursive: true });
        fs.copyFileSync(file, copy);
        emitted.add(copy);
      }
      // What a deleted source once gave must not be tested, nor packed.
      for (const file of filesBelow(dist)) if (!emitted.has(file)) fs.rmSync(file);
      const main = join(dist, 'src', 'cli', 'main.js');
      if (fs.existsSync(main)) fs.chmodSync(main, 0o755);
      writeStamp(stamp, now);
    },
  };
}
