// SPDX-License-Identifier: Apache-2.0
import type { Addon, CpuLevel } from 'framekiln/native';

/** What each instruction set is to reach of the aims that are set for AVX-512. The reference has none. */
export const LEVEL_SHARE: Partial<Record<CpuLevel, number>> = { avx512: 1, avx2: 0.45, baseline: 0.28 };

/** What this machine draws with. */
export const bestLevel = (addon: Addon): CpuLevel => addon.about().cpuLevels.at(-1) as CpuLevel;
