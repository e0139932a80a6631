#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
import { Command, CommanderError } from 'commander';
import { demoCommand } from './demo.js';
import { doctorCommand } from './doctor.js';
import { inspectCommand } from './inspect.js';
import { renderCommand } from './render.js';
import { EXIT, reportError } from './session.js';
import { description, version } from './version.js';

const program = new Command('framekiln').description(description).version(version).showHelpAfterError();
for (const command of [renderCommand(), inspectCommand(), doctorCommand(), demoCommand()]) {
  program.addCommand(command.copyInheritedSettings(program).exitOverride());
}
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
  else process.exitCode = reportError(error, process.argv.includes('--json'));
}
