// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "encode/settings.h"
#include "segment/gpu_worker.h"

// Only doing it proves that a GPU can.
namespace framekiln {

/// Draws a frame of each family; throws Error GPU_WRONG unless its pixels are the CPU's, or what kept it from drawing.
void check_pixels(GpuWorker& gpu);

/// Encodes a frame with NVENC; throws Error with the codes of NvencEncoder when that does not work.
void check_nvenc(GpuWorker& gpu, Codec codec);

}  // namespace framekiln
