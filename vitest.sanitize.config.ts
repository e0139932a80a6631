// SPDX-License-Identifier: Apache-2.0
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/native/sanitize/*.test.ts'],
    env: { FRAMEKILN_SANITIZE: 'full' },
    pool: 'forks',
    watch: false,
    reporters: ['verbose', './test/support/summary-reporter.ts'],
  },
});
