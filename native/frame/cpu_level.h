// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace framekiln {

/// CPU code paths, slowest first. All give the same bytes.
enum class CpuLevel : uint8_t { reference = 0, baseline = 1, avx2 = 2, avx512 = 3 };

const char* cpu_level_name(CpuLevel level);

/// The levels that this machine can run, slowest first.
std::vector<CpuLevel> cpu_levels();

/// Throws Error INVALID_ARGUMENT when the machine cannot run the level.
void check_cpu_level(CpuLevel level);

}  // namespace framekiln
