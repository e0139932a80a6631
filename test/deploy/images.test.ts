// SPDX-License-Identifier: Apache-2.0
// The Dockerfiles, as far as they can be checked without Docker.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

/** What FFmpeg's libraries are called in Debian 12. */
const RUNTIME = ['libavcodec59', 'libavformat59', 'libavutil57', 'libswscale6'];

interface Instruction {
  name: string;
  rest: string;
}

function instructions(file: string): Instruction[] {
  const text = readFileSync(file, 'utf8')
    .replace(/^#.*\n/gm, '')
    .replace(/\\\n/g, ' ');
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [, name = '', rest = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? expect.fail(`no instruction: ${line}`);
      return { name, rest: rest.replace(/\s+/g, ' ') };
    });
}

const fits = (path: string, pattern: string) =>
  new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`).test(path);

/** The packages that each stage installs. */
function packages(file: string): string[][] {
  return instructions(file).flatMap(({ name, rest }) => {
    const [, list] = (name === 'RUN' && /apt-get install -y --no-install-recommends (.*?) &&/.exec(rest)) || [];
    return list === undefined ? [] : [list.split(' ')];
  });
}

/** What the set-up asks of Debian for building. */
function needed(): string[] {
  const text = readFileSync('src/setup/system.mjs', 'utf8');
  const needs = text.slice(text.indexOf('const NEEDS'), text.indexOf('\n];'));
  const named = [...needs.matchAll(/debian: '([^']+)'[^}]*?(?=\},|\n {2}\})/g)]
    .filter(([entry]) => !entry.includes("for: 'tests'"))
    .map(([, name = '']) => name);
  const libraries = /LIBRARIES = \[(.*)\]/.exec(text)?.[1]?.match(/\w+/g) ?? [];
  return [...named, ...libraries.map((name) => `${name}-dev`)];
}

describe.each(['deploy/Dockerfile', 'deploy/lambda.Dockerfile'])('%s', (file) => {
  test('builds with what the set-up asks for, and runs with the libraries alone', () => {
    const stages = packages(file);
    expect(stages.at(-2)?.toSorted()).toEqual(needed().toSorted());
    expect(stages.at(-1)).toEqual(RUNTIME);
  });

  test('copies what is there, and what its .dockerignore lets through', () => {
    const through = readFileSync(`${file}.dockerignore`, 'utf8').match(/(?<=^!\/).*$/gm) ?? [];
    const copied = instructions(file)
      .filter(({ name, rest }) => name === 'COPY' && !rest.startsWith('--from='))
      .flatMap(({ rest }) => rest.split(' ').slice(0, -1));
    expect(copied).toContain('package-lock.json');
    for (const path of copied) {
      expect(existsSync(path), path).toBe(true);
      expect(
        through.some((pattern) => fits(path, pattern)),
        path,
      ).toBe(true);
    }
  });

  test('runs as somebody who is not root, without what only tests need', () => {
    const all = instructions(file);
    expect(all.filter(({ name }) => name === 'USER')).toEqual([{ name: 'USER', rest: 'node' }]);
    expect(all.some(({ rest }) => rest.includes('npm prune --ignore-scripts --omit=dev'))).toBe(true);
    const bases = all.filter(({ name }) => name === 'FROM').map(({ rest }) => rest.split(' ')[0]);
    expect(new Set(bases)).toEqual(new Set(['node:24-bookworm-slim']));
  });
});

test('the server is asked whether it lives, and GPUs may encode', () => {
  const all = instructions('deploy/Dockerfile');
  const health = all.find(({ name }) => name === 'HEALTHCHECK')?.rest ?? '';
  const [, command = ''] = /CMD (\[.*\])$/.exec(health) ?? [];
  const [program, flag, script = ''] = JSON.parse(command) as string[];
  expect([program, flag]).toEqual(['node', '-e']);
  expect(script).toContain('/healthz');
  // Nobody listens there: it says so by its exit status.
  const elsewhere = script.replace(':8080', ':1');
  expect(() => execFileSync(process.execPath, ['-e', elsewhere], { stdio: 'pipe' })).toThrow(/Command failed/);
  expect(all.find(({ name }) => name === 'ENV')?.rest).toMatch(/NVIDIA_DRIVER_CAPABILITIES=compute,utility,video/);
});

test("the packages are Debian 12's", (context) => {
  if (!readFileSync('/etc/os-release', 'utf8').includes('VERSION_CODENAME=bookworm')) context.skip('not on Debian 12');
  const lists = readdirSync('/var/lib/apt/lists').filter((name) => /_Packages/.test(name));
  if (lists.length === 0) context.skip('apt has no package lists here');
  const all = [...new Set(['deploy/Dockerfile', 'deploy/lambda.Dockerfile'].flatMap(packages).flat())];
  const text = execFileSync('apt-cache', ['policy', ...all], { encoding: 'utf8' });
  for (const name of all)
    expect(text, name).toMatch(new RegExp(`^${name.replace(/\+/g, '\\+')}:\\n.*\\n  Candidate: \\d`, 'm'));
});
