// SPDX-License-Identifier: Apache-2.0
import { availableParallelism, cpus, totalmem } from 'node:os';
import { Command } from 'commander';
import { FramekilnError } from '../errors.js';
import { loadAddon } from '../native.js';
import { chooseCpu } from '../render/cpu.js';
import { describeGpus, drawingGpus, type GpuReport, gpuFailure, gpuReport } from './doctor-gpus.js';
import { parseNumber } from './format.js';
import { size } from './progress.js';
import { type SelftestResult, selftest } from './selftest.js';
import { type StoreFlags, storeOptions, withDocumentOptions, withStoreOptions } from './stores.js';
import { version } from './version.js';

interface Options extends StoreFlags {
  selftest?: boolean;
  seed: string;
  origin?: string;
  json?: boolean;
}

export function doctorCommand(): Command {
  const command = new Command('doctor')
    .summary('what this machine can do')
    .description(
      'Says what this machine can render and encode with, and checks it.\n' +
        'With --table and --bucket also checks what may be done there, and prints the IAM policy and CORS rules needed.',
    )
    .option('--selftest', 'compare every CPU level and GPU with the original frames and with the reference')
    .option('--seed <n>', 'of the random frames of --selftest', '1')
    .option('--origin <url>', 'where the dashboard will be served from, for CORS; default: anywhere')
    .option('--json', 'print JSON');
  return withDocumentOptions(withStoreOptions(command)).action(doctor);
}

async function doctor(options: Options): Promise<void> {
  const addon = loadAddon();
  const about = addon.about();
  const level = chooseCpu(about.cpuLevels, process.env.FRAMEKILN_CPU);
  const encoder = encodeOneFrame();
  const gpus = gpuReport(addon);
  const results = options.selftest
    ? selftest(addon, parseNumber(options.seed, '--seed') ?? 1, drawingGpus(gpus))
    : undefined;
  const stores = await storeChecks(options);
  const report = {
    framekiln: version,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cpu: {
      model: cpus()[0]?.model ?? 'unknown',
      threads: availableParallelism(),
      levels: about.cpuLevels,
      used: level,
    },
    memory: totalmem(),
    gpus,
    libraries: about.libraries,
    encoder,
    ...(results && { selftest: results }),
    ...(stores && { stores: stores.report }),
  };
  if (options.json) process.stdout.write(`${JSON.stringify(report)}\n`);
  else process.stdout.write(describeReport(report, results) + (stores?.text ?? ''));

  if (!encoder.works) {
    const remedy =
      'Install an FFmpeg whose libavcodec has libx264 (Debian and Ubuntu: libavcodec-extra or libavcodec59).';
    throw new FramekilnError('ENCODER_UNAVAILABLE', `libx264 does not work here: ${encoder.reason}`, { remedy });
  }
  const failure = results?.find((result) => result.failure !== undefined);
  if (failure) throw new FramekilnError('RENDER_FAILED', `${failure.backend} differs: ${failure.failure}`);
  const broken = gpuFailure(gpus);
  if (broken) throw broken;
  if (stores?.failure) throw stores.failure;

  /** Only encoding proves that the encoder is there and works. */
  function encodeOneFrame(): { works: boolean; reason?: string } {
    const settings = { width: 64, height: 64, fpsNum: 30, fpsDen: 1, preset: 'veryfast', crf: 23 };
    try {
      addon.encodeFrames({ codec: 'h264_420', ...settings }, new Uint8Array((64 * 64 * 3) / 2));
      return { works: true };
    } catch (error) {
      return { works: false, reason: (error as Error).message };
    }
  }
}

/** Whoever does not ask for stores does not wait for the AWS SDK to load. */
async function storeChecks(options: Options) {
  if (options.table === undefined && options.bucket === undefined) return undefined;
  const { checkStores, describeStores } = await import('./doctor-stores.js');
  const { report, failure } = await checkStores(storeOptions(options), options.origin);
  return { report, failure, text: describeStores(report) };
}

function describeReport(
  report: {
    framekiln: string;
    node: string;
    platform: string;
    cpu: { model: string; threads: number; levels: string[]; used: string };
    memory: number;
    gpus: GpuReport;
    libraries: Record<string, string>;
    encoder: { works: boolean; reason?: string };
  },
  results: SelftestResult[] | undefined,
): string {
  const { cpu, encoder } = report;
  const libraries = Object.entries(report.libraries).map(([name, version]) => `${name} ${version}`);
  const rows = [
    ['framekiln', `${report.framekiln}, Node ${report.node}, ${report.platform}`],
    ['cpu', `${cpu.model}, ${cpu.threads} threads, ${size(report.memory)} memory`],
    ['levels', `${cpu.levels.join(', ')}; in use: ${cpu.used}`],
    ...describeGpus(report.gpus),
    ['libraries', libraries.join(', ')],
    ['encoder', encoder.works ? 'libx264: one frame encoded' : `libx264: ${encoder.reason}`],
    ...(results ?? []).map(({ backend, golden, random }) => [
      `selftest`,
      `${backend}: ${golden.equal} of ${golden.tried} original frames, ${random.equal} of ${random.tried} random frames equal`,
    ]),
    ...(results && report.gpus.devices.length === 0 ? [['selftest', `cuda: skipped (${report.gpus.message})`]] : []),
  ];
  return rows.map(([name = '', value]) => `${name.padEnd(12)}${value}\n`).join('');
}
