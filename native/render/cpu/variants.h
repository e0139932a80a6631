// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "frame/picture.h"
#include "render/renderer.h"

// One maker an instruction set. The caller owns the result and has checked that the CPU can run it.
namespace framekiln {

namespace reference {
Renderer* make_renderer(PixelFormat format, Size size);
}
namespace baseline {
Renderer* make_renderer(PixelFormat format, Size size);
}
namespace avx2 {
Renderer* make_renderer(PixelFormat format, Size size);
}
namespace avx512 {
Renderer* make_renderer(PixelFormat format, Size size);
}

}  // namespace framekiln
