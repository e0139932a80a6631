// SPDX-License-Identifier: Apache-2.0
import { defineConfig } from 'vitest/config';
import base from './vitest.config.ts';

// "npm run test:gpu": on a machine with a GPU it must be used, and be exact; elsewhere it says why it did nothing.
export default defineConfig({ test: { ...base.test, include: ['test/gpu/real/*.gpu.ts'], testTimeout: 600_000 } });
