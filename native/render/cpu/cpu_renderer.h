// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "frame/cpu_level.h"
#include "frame/picture.h"
#include "render/renderer.h"

namespace framekiln {

/// A renderer of one level. Throws Error INVALID_ARGUMENT when the machine cannot run it.
std::unique_ptr<Renderer> make_cpu_renderer(CpuLevel level, PixelFormat format, Size size);

}  // namespace framekiln
