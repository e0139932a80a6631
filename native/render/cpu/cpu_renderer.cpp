// SPDX-License-Identifier: Apache-2.0
#include "render/cpu/cpu_renderer.h"

#include "render/cpu/variants.h"

namespace framekiln {

// Here, so that no unit built for a wider instruction set emits it.
Renderer::~Renderer() = default;

std::unique_ptr<Renderer> make_cpu_renderer(CpuLevel level, PixelFormat format, Size size) {
  check_cpu_level(level);
  switch (level) {
#if defined(FK_HAVE_X86_LEVELS)
    case CpuLevel::avx512:
      return std::unique_ptr<Renderer>(avx512::make_renderer(format, size));
    case CpuLevel::avx2:
      return std::unique_ptr<Renderer>(avx2::make_renderer(format, size));
#endif
    case CpuLevel::baseline:
      return std::unique_ptr<Renderer>(baseline::make_renderer(format, size));
    default:
      return std::unique_ptr<Renderer>(reference::make_renderer(format, size));
  }
}

}  // namespace framekiln
