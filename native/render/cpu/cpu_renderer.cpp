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

Renderer& thread_renderer(CpuLevel level, PixelFormat format, Size size) {
  struct Kept {
    std::unique_ptr<Renderer> renderer;
    CpuLevel level{};
    PixelFormat format{};
    Size size{};
  };
  static thread_local Kept kept;
  if (!kept.renderer || kept.level != level || kept.format != format || kept.size.width != size.width ||
      kept.size.height != size.height) {
    // The old one goes first: the reference's holds a frame.
    kept.renderer.reset();
    kept = {make_cpu_renderer(level, format, size), level, format, size};
  }
  return *kept.renderer;
}

}  // namespace framekiln
