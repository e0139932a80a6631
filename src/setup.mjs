#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// Makes a checkout ready: system packages, npm packages, the native addon, TypeScript. Done steps are skipped.
// Uses nothing but Node, since it runs before anything is installed.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SetupError, say, withLock } from './setup/shell.mjs';
import { nativeStep, npmStep, typescriptStep } from './setup/steps.mjs';
import { checkNode, systemStep } from './setup/system.mjs';

const USAGE = `Usage: node src/setup.mjs [--test | --native]
  (none)    everything that building and running framekiln needs
  --test    also what its tests need
  --native  only the native addon: what "npm install" runs; never installs system packages`;

async function main(args) {
  const [mode = '', ...rest] = args;
  if (mode === '--help' || mode === '-h') return console.log(USAGE);
  if (rest.length > 0 || !['', '--test', '--native'].includes(mode)) throw new SetupError(USAGE, { exitCode: 2 });
  checkNode();

  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  const native = mode === '--native';
  const steps = [systemStep({ tests: mode === '--test', mayInstall: !native })];
  if (!native) steps.push(npmStep(root));
  steps.push(nativeStep(root));
  if (!native) steps.push(typescriptStep(root));

  // A step is { needed(), run() }. Asked once without the lock, so that a second run costs nothing, and again inside it.
  const pending = [];
  for (const step of steps) if (pending.length > 0 || step.needed()) pending.push(step);
  if (pending.length > 0) {
    await withLock(root, async () => {
      for (const step of pending) if (step.needed()) await step.run();
    });
  }
  say(native ? 'the native addon is ready' : 'ready');
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(error.report());
  process.exitCode = error.exitCode;
}
