// SPDX-License-Identifier: Apache-2.0
// What doctor finds out about GPUs: each is opened, draws, and encodes a frame in every codec.
import { FramekilnError, toData } from '../errors.js';
import { type Addon, type GpuFacts, NVENC_CODECS } from '../native.js';
import { gpuError, isGpuCode, remedyOf } from '../render/remedies.js';
import { size } from './progress.js';

/** What works, or why not. */
type Verdict = { works: string } | { code: string; message: string };

export interface GpuReport {
  /** The CUDA version that NVIDIA's driver is for. */
  driver?: string;
  devices: (GpuFacts & { drawing: Verdict; nvenc: Record<string, Verdict> })[];
  /** Why there is none. */
  code?: string;
  message?: string;
}

export function gpuReport(addon: Addon): GpuReport {
  const found = addon.gpus();
  const devices = found.devices.map((facts) => ({
    ...facts,
    drawing: attempt(() => addon.openGpu(facts.index).image),
    nvenc: Object.fromEntries(
      NVENC_CODECS.map((codec) => [
        codec.replace('_420', ''),
        attempt(() => addon.openNvenc(facts.index, codec).encoder),
      ]),
    ),
  }));
  return { ...found, devices };
}

function attempt(call: () => string): Verdict {
  try {
    return { works: call() };
  } catch (error) {
    const { code, message } = toData(error);
    return { code, message };
  }
}

/** Indices of those that draw. */
export function drawingGpus({ devices }: GpuReport): number[] {
  return devices.filter(({ drawing }) => 'works' in drawing).map(({ index }) => index);
}

/** A GPU that is there and does not draw, or draws something else. */
export function gpuFailure({ devices }: GpuReport): FramekilnError | undefined {
  for (const { index, drawing } of devices) {
    if ('works' in drawing) continue;
    const message = `cuda:${index} does not draw: ${drawing.message}`;
    if (isGpuCode(drawing.code)) return gpuError(drawing.code, message, `cuda:${index}`);
    return new FramekilnError('RENDER_FAILED', message);
  }
  return undefined;
}

/** Rows of a table. */
export function describeGpus({ driver, devices, code, message }: GpuReport): [string, string][] {
  if (devices.length === 0) {
    const remedy = code !== 'LIB_MISSING' && isGpuCode(code) ? ` ${remedyOf(code)}` : '';
    return [['gpu', `none (${code}: ${message})${remedy}`]];
  }
  return devices.flatMap(({ index, name, memory, capability, drawing, nvenc }): [string, string][] => [
    [`cuda:${index}`, `${name}, ${size(memory)}, compute capability ${capability}, driver for CUDA ${driver}`],
    ['', `draws: ${'works' in drawing ? `as the CPU (kernels from ${drawing.works})` : text(drawing)}`],
    ...Object.entries(nvenc).map(([codec, verdict]): [string, string] => [
      '',
      `NVENC ${codec}: ${'works' in verdict ? `${verdict.works}, one frame encoded` : text(verdict)}`,
    ]),
  ]);
}

function text({ code, message }: { code: string; message: string }): string {
  return `${code}: ${message}${isGpuCode(code) ? `. ${remedyOf(code)}` : ''}`;
}
