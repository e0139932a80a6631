// SPDX-License-Identifier: Apache-2.0
// Options that say what draws and what encodes, for every command that renders.
import { type Command, Option } from 'commander';
import type { Backend, KilnOptions } from '../kiln.js';
import type { DeviceChoice, EncoderChoice } from '../render/devices.js';
import { parseNumber } from './format.js';

export interface BackendFlags {
  threads?: string;
  device?: string;
  encoder?: string;
}

export function withBackendOptions(command: Command): Command {
  return command
    .addOption(new Option('--threads <n>', 'default: one for each core').env('FRAMEKILN_THREADS'))
    .addOption(
      new Option('--device <device>', 'what draws: cpu, cuda (all GPUs), cuda:N, or auto')
        .env('FRAMEKILN_DEVICE')
        .default('auto'),
    )
    .addOption(
      new Option('--encoder <encoder>', 'what encodes: software, nvenc, or auto')
        .env('FRAMEKILN_ENCODER')
        .default('auto'),
    );
}

export function backendOptions({ threads, device, encoder }: BackendFlags): KilnOptions {
  return {
    threads: parseNumber(threads, '--threads'),
    device: device as DeviceChoice | undefined,
    encoder: encoder as EncoderChoice | undefined,
  };
}

/** Something was asked for that may not be had. */
export function isExplicit({ device = 'auto', encoder = 'auto' }: BackendFlags): boolean {
  return device.startsWith('cuda') || encoder === 'nvenc';
}

/** What ran, and why: `drawn by cuda:0, encoded by h264_nvenc (device auto)`. */
export function backendText({ renderer, encoder, why }: Backend): string {
  return `drawn by ${renderer}, encoded by ${encoder} (${why})`;
}
