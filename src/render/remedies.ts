// SPDX-License-Identifier: Apache-2.0
import { FramekilnError, GPU_CODES, type GpuCode } from '../errors.js';

const CONTAINER =
  'in a container start it with GPUs (docker run --gpus all) and NVIDIA_DRIVER_CAPABILITIES=compute,utility,video';

const REMEDIES: Record<GpuCode, string> = {
  LIB_MISSING: `Install NVIDIA's driver; ${CONTAINER}. Or leave the choice to framekiln: --device auto --encoder auto.`,
  NO_GPU: `Look with nvidia-smi; ${CONTAINER}. Or use --device auto.`,
  NO_SUCH_DEVICE: 'framekiln doctor lists the GPUs; CUDA_VISIBLE_DEVICES may hide some.',
  DRIVER_TOO_OLD: "Install a newer driver of NVIDIA's; framekiln doctor says which one is there.",
  MODULE_REFUSED: "Install a newer driver of NVIDIA's, or use --device cpu.",
  GPU_OUT_OF_MEMORY: 'Let others finish with the GPU, or use fewer threads (--threads).',
  GPU_WRONG: 'Do not trust this GPU: use --device cpu, and look at its error counters (nvidia-smi -q -d ECC).',
  DEVICE_LOST:
    "Look at the system's log for NVIDIA's Xid messages; the GPU may need a reset. --device cpu does without.",
  CODEC_UNAVAILABLE:
    'Use --codec h264, or an FFmpeg and a GPU that have this codec (HEVC: T4 and later; AV1: L4 and later).',
  NO_NVENC_UNIT:
    'A100, H100, H200 and B200 have no encoder; EC2 g4dn, g5, g6, g6e and g7e instances do. Or use --encoder software.',
  SESSION_LIMIT: 'Let other encoders on this GPU finish, or use fewer threads (--threads), or --encoder software.',
  NVENC_REFUSED: 'Use --encoder software; NVENC takes neither very small nor very large pictures.',
  SESSION_LOST: 'Run it again, or use --encoder software.',
};

/** A GPU's error that says what to do about it. */
export function gpuError(code: GpuCode, message: string, device?: string, cause?: unknown): FramekilnError {
  return new FramekilnError(code, message, {
    remedy: REMEDIES[code],
    ...(device !== undefined && { device }),
    ...(cause !== undefined && { cause }),
  });
}

export function isGpuCode(code: string | undefined): code is GpuCode {
  return (GPU_CODES as readonly string[]).includes(code ?? '');
}

/** What somebody may do about a code. */
export const remedyOf = (code: GpuCode): string => REMEDIES[code];
