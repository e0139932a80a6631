// SPDX-License-Identifier: Apache-2.0
#include "frame/cpu_level.h"

#include <algorithm>
#include <string>

#include "frame/error.h"

namespace framekiln {

const char* cpu_level_name(CpuLevel level) {
  static const char* const names[] = {"reference", "baseline", "avx2", "avx512"};
  return names[static_cast<int>(level)];
}

std::vector<CpuLevel> cpu_levels() {
  std::vector<CpuLevel> levels{CpuLevel::reference, CpuLevel::baseline};
#if defined(FK_HAVE_X86_LEVELS)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2")) {
    levels.push_back(CpuLevel::avx2);
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl")) {
      levels.push_back(CpuLevel::avx512);
    }
  }
#endif
  return levels;
}

void check_cpu_level(CpuLevel level) {
  const std::vector<CpuLevel> levels = cpu_levels();
  if (std::find(levels.begin(), levels.end(), level) == levels.end()) {
    throw Error("INVALID_ARGUMENT", std::string("This machine cannot run the CPU level ") + cpu_level_name(level));
  }
}

}  // namespace framekiln
