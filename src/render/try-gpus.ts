// SPDX-License-Identifier: Apache-2.0
// Runs in the pool: what of this machine's GPUs works.
import { toData } from '../errors.js';
import type { Addon, NvencCodec } from '../native.js';
import type { DeviceChoice, Tried } from './devices.js';

export interface OpenGpusJob {
  device: DeviceChoice;
}

export interface OpenNvencJob {
  devices: readonly number[];
  codec: NvencCodec;
}

/** Tries the GPU that is meant, or all. */
export function openGpus(addon: Addon, { device }: OpenGpusJob): Tried {
  const { devices, code, message } = addon.gpus();
  if (devices.length === 0) return { working: [], ...(code && { code }), ...(message && { message }) };
  const one = /^cuda:(\d+)$/.exec(device)?.[1];
  const meant = one === undefined ? devices.map(({ index }) => index) : [Number(one)];
  return tryEach(meant, (index) => addon.openGpu(index));
}

export function openNvenc(addon: Addon, { devices, codec }: OpenNvencJob): Tried {
  return tryEach(devices, (index) => addon.openNvenc(index, codec));
}

function tryEach(devices: readonly number[], attempt: (index: number) => unknown): Tried {
  const working: number[] = [];
  let failure: { code: string; message: string } | undefined;
  for (const index of devices) {
    try {
      attempt(index);
      working.push(index);
    } catch (error) {
      const { code, message } = toData(error);
      failure ??= { code, message };
    }
  }
  return { working, ...(working.length === 0 && failure) };
}
