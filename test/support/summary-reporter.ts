// SPDX-License-Identifier: Apache-2.0
// Ends the output with every skipped test and its reason, and one line of counts that scripts can read.
import type { Reporter, SerializedError, TestCase, TestModule, TestRunEndReason } from 'vitest/node';

function reasonOf(test: TestCase): string {
  const result = test.result();
  if (result.state === 'skipped' && result.note) return result.note;
  return test.options.mode === 'todo' ? 'still to be written' : 'no reason given';
}

export interface Summary {
  passed: number;
  failed: number;
  skipped: TestCase[];
  /** Failures outside any test: a file that does not load, a hook, an unhandled rejection. */
  outside: number;
}

/** A test that never got a result counts as failed, as does whatever failed outside the tests. */
export function summarise(modules: ReadonlyArray<TestModule>, errors: ReadonlyArray<SerializedError>): Summary {
  const summary: Summary = { passed: 0, failed: 0, skipped: [], outside: errors.length };
  for (const module of modules) {
    const failedBefore = summary.failed;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === 'passed') summary.passed += 1;
      else if (state === 'skipped') summary.skipped.push(test);
      else summary.failed += 1;
    }
    if (!module.ok() && summary.failed === failedBefore) summary.outside += 1;
  }
  summary.failed += summary.outside;
  return summary;
}

export default class SummaryReporter implements Reporter {
  onTestRunEnd(
    modules: ReadonlyArray<TestModule>,
    errors: ReadonlyArray<SerializedError>,
    reason: TestRunEndReason,
  ): void {
    const { passed, failed, skipped, outside } = summarise(modules, errors);
    const lines = skipped.map(
      (test) => `skipped: ${test.module.relativeModuleId} > ${test.fullName}: ${reasonOf(test)}`,
    );
    if (outside > 0) lines.push(`failed outside the tests (a file, a hook, an unhandled error): ${outside}`);
    if (reason === 'interrupted') lines.push('interrupted');
    lines.push(`${passed} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`);
    // The exit code is the last word: an interrupted or empty run is not a good one.
    if (failed > 0 || reason !== 'passed' || passed === 0) process.exitCode ||= 1;
    console.log(`\n${lines.join('\n')}`);
  }
}
