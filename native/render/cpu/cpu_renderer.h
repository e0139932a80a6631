// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "frame/cpu_level.h"
#include "frame/picture.h"
#include "render/renderer.h"

namespace framekiln {

/// A renderer of one level. Throws Error INVALID_ARGUMENT when the machine cannot run it.
std::unique_ptr<Renderer> make_cpu_renderer(CpuLevel level, PixelFormat format, Size size);

/// This thread's own, made when its last one was another: its tables take a good part of a frame's time. Valid until
/// the thread asks for the next one. Throws as make_cpu_renderer.
Renderer& thread_renderer(CpuLevel level, PixelFormat format, Size size);

}  // namespace framekiln
