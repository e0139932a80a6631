// SPDX-License-Identifier: Apache-2.0
// What the operating system must bring: found by what it does, installed from Debian's or Ubuntu's packages.
import { existsSync, readFileSync } from 'node:fs';
import { ask, hasCommand, run, SetupError, say } from './shell.mjs';

export const LIBRARIES = ['libavcodec', 'libavformat', 'libavutil', 'libswscale'];

export function checkNode(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 17)) return;
  throw new SetupError(`Expected Node.js 20.17 or newer but found ${version}.`, {
    remedy: 'Install a current Node.js, for example from https://nodejs.org.',
    exitCode: 2,
  });
}

const any = (...names) => names.some(hasCommand);
const library = (name) => ask('pkg-config', ['--exists', name]) !== undefined;

function hasXxhash() {
  if (existsSync('/usr/include/xxhash.h')) return true;
  return ask('c++', ['-x', 'c++', '-E', '-o', '/dev/null', '-'], '#include <xxhash.h>\n') !== undefined;
}

/**
 * Each need: what it is, the Debian package that brings it, how to see that it is there.
 * @type {readonly {what: string, debian: string, here: () => boolean, for?: 'tests', optional?: true}[]}
 */
const NEEDS = [
  { what: 'a C++ compiler and make', debian: 'build-essential', here: () => any('c++') && any('make', 'ninja') },
  { what: 'CMake', debian: 'cmake', here: () => any('cmake') },
  { what: 'pkg-config', debian: 'pkg-config', here: () => any('pkg-config') },
  ...LIBRARIES.map((name) => ({
    what: `FFmpeg's ${name} with its headers`,
    debian: `${name}-dev`,
    here: () => library(name),
  })),
  { what: 'xxhash.h', debian: 'libxxhash-dev', here: hasXxhash },
  { what: 'ffmpeg and ffprobe', debian: 'ffmpeg', here: () => any('ffmpeg') && any('ffprobe'), for: 'tests' },
  {
    what: 'Chromium (its test is skipped without)',
    debian: 'chromium',
    here: () => any('chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'),
    for: 'tests',
    optional: true,
  },
  {
    what: "ffnvcodec's headers (the tests of the GPU path are skipped without)",
    debian: 'libffmpeg-nvenc-dev',
    here: () => library('ffnvcodec'),
    for: 'tests',
    optional: true,
  },
];

/** One question to pkg-config answers for all libraries when, as usual, all are there. */
export function findMissing(tests) {
  const allLibraries = any('pkg-config') && ask('pkg-config', ['--exists', ...LIBRARIES]) !== undefined;
  return NEEDS.filter((need) => tests || need.for !== 'tests').filter((need) => {
    if (allLibraries && LIBRARIES.includes(need.debian.replace(/-dev$/, ''))) return false;
    return !need.here();
  });
}

/** `debian`: apt-get brings the packages. `chromium`: Ubuntu's is a shell around a snap, which containers cannot run. */
export function readDistribution(osRelease) {
  const value = (key) => new RegExp(`^${key}="?([^"\n]*)`, 'm').exec(osRelease)?.[1] ?? '';
  const names = `${value('ID')} ${value('ID_LIKE')}`.split(' ');
  return { debian: names.includes('debian') || names.includes('ubuntu'), chromium: !names.includes('ubuntu') };
}

function distribution() {
  try {
    const found = readDistribution(readFileSync('/etc/os-release', 'utf8'));
    return { ...found, debian: found.debian && any('apt-get') };
  } catch {
    return { debian: false, chromium: false };
  }
}

/** The words before apt-get that make us root, or undefined. */
function rootPrefix() {
  if (process.getuid?.() === 0) return [];
  return hasCommand('sudo') && ask('sudo', ['-n', 'true']) !== undefined ? ['sudo', '-n'] : undefined;
}

/** What somebody has to do who must install `missing` himself. */
export function instructions(missing, debian) {
  const packages = missing.map((need) => need.debian).join(' ');
  if (!debian) return `Install it with this system's package manager. Debian's names: ${packages}`;
  return `Run: sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packages}`;
}

async function install(packages, prefix) {
  const apt = (...args) => [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-q', ...args];
  // One broken source among many must not stop the others: what counts is whether the packages arrive.
  const update = await run('package lists (apt-get update)', apt('update')).catch((error) => {
    if (error.exitCode >= 128) throw error;
    return error.output;
  });
  try {
    await run(`system packages: ${packages.join(' ')}`, apt('install', '-y', '--no-install-recommends', ...packages));
  } catch (error) {
    error.output = `${update}\n${error.output}`;
    throw error;
  }
}

export function systemStep({ tests, mayInstall }) {
  let missing = [];
  return {
    needed() {
      missing = findMissing(tests);
      return missing.length > 0;
    },

    async run() {
      const { debian, chromium } = distribution();
      const required = missing.filter((need) => !need.optional);
      const optional = missing.filter((need) => need.optional);
      const prefix = debian && mayInstall ? rootPrefix() : undefined;
      if (required.length > 0 && prefix)
        await install(
          required.map((need) => need.debian),
          prefix,
        );
      const left = findMissing(tests).filter((need) => !need.optional);
      if (left.length > 0) {
        const names = left.map((need) => need.what).join(', ');
        throw new SetupError(`missing on this system: ${names}.`, { remedy: instructions(left, debian), exitCode: 2 });
      }
      const wanted = optional.map((need) => need.debian).filter((name) => name !== 'chromium' || chromium);
      if (wanted.length > 0 && prefix) {
        await install(wanted, prefix).catch((error) => {
          if (error.exitCode >= 128) throw error;
        });
      }
      for (const need of optional) if (!need.here()) say(`goes on without ${need.what}`);
    },
  };
}
