// SPDX-License-Identifier: Apache-2.0
import type { Part } from './options.js';
import type { Bench, PartResult } from './part.js';

/** What each part runs; loaded when it is asked for. */
export const RUN: Record<Part, (bench: Bench) => Promise<PartResult>> = {
  decode: async (bench) => (await import('./decode.js')).benchDecode(bench),
  encode: async (bench) => (await import('./encode.js')).benchEncode(bench),
  pipeline: async (bench) => (await import('./pipeline.js')).benchPipeline(bench),
  measure: async (bench) => (await import('./quality.js')).benchQuality(bench),
  curve: async (bench) => (await import('./curve.js')).benchCurve(bench),
  gpu: async (bench) => (await import('./gpu.js')).benchGpu(bench),
  memory: async (bench) => (await import('./memory.js')).benchMemory(bench),
  serve: async (bench) => serve(bench),
};

/** Its load generator is for development: the installed package leaves this part out. */
async function serve(bench: Bench): Promise<PartResult> {
  const part = await import('./serve.js').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw error;
  });
  if (part) return part.benchServe(bench);
  return {
    data: { skipped: 'no load generator' },
    text: ['\nserve: skipped; it is measured from a checkout, by npm run bench -- serve'],
  };
}
