#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
import { Command, CommanderError } from 'commander';
import { backfillCommand } from './backfill.js';
import { benchCommand } from './bench.js';
import { demoCommand } from './demo.js';
import { doctorCommand } from './doctor.js';
import { linkCommand, publishCommand, regenerateCommand } from './experiment.js';
import { inspectCommand } from './inspect.js';
import { measureCommand } from './measure.js';
import { renderCommand } from './render.js';
import { serveCommand } from './serve.js';
import { EXIT, reportError } from './session.js';
import { sheetCommand } from './sheet.js';
import { verifyCommand } from './verify.js';
import { description, version } from './version.js';

// The AWS SDK announces, at every start, from when on it will want a newer Node.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

const program = new Command('framekiln').description(description).version(version).showHelpAfterError();
const commands = [
  ...[renderCommand(), inspectCommand(), backfillCommand(), regenerateCommand(), publishCommand(), linkCommand()],
  ...[measureCommand(), verifyCommand(), serveCommand(), doctorCommand(), demoCommand(), sheetCommand()],
];
for (const command of commands) {
  program.addCommand(command.copyInheritedSettings(program).exitOverride());
}
// A program of its own, whose options this one does not know: --help is one of them.
program.addCommand(benchCommand());
program.exitOverride();

// A reader that goes away early, such as head, is no news.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exitCode = EXIT.failed;
});

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.badInput;
  // Not left to itself: what waits for its next attempt at a request would keep the process for seconds.
  else process.exit(reportError(error, process.argv.includes('--json')));
}
