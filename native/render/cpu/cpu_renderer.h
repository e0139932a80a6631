// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "frame/picture.h"
#include "render/renderer.h"

namespace framekiln {

/// CPU code paths, slowest first. All give the same bytes.
enum class CpuLevel : uint8_t { reference = 0, baseline = 1, avx2 = 2, avx512 = 3 };

const char* cpu_level_name(CpuLevel level);

/// The levels that this machine can run, slowest first.
std::vector<CpuLevel> cpu_levels();

/// A renderer of one level. Throws Error INVALID_ARGUMENT when the machine cannot run it.
std::unique_ptr<Renderer> make_cpu_renderer(CpuLevel level, PixelFormat format, Size size);

}  // namespace framekiln
