// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cuda/picture.h"
#include "frame/hash.h"
#include "render/cuda/kernel/hash_job.h"
#include "render/cuda/kernel/job.h"

namespace framekiln::gpu {

/// Whether the kernels draw the frame exactly; otherwise the CPU does. Their sines are for phases up to 1e6.
bool can_draw(const scene::FrameParams& params);

/// All that a kernel needs to draw one frame of `size` into `out`.
DrawJob make_draw_job(const scene::FrameParams& params, Size size, const cuda::DevicePicture& out, CUdeviceptr doubts);

/// The kernel that draws a family in a format.
const char* draw_kernel(scene::Family family, PixelFormat format);

/// The parameter of the hashing kernels but its jobs, for pictures of at least kShortestHashed bytes.
HashArgs make_hash_args(PixelFormat format, Size size);

/// Blocks of 1024 bytes, begun ones too, of such a picture.
uint32_t hash_blocks(const HashArgs& args);

/// What a kernel wrote, as hash_picture gives it.
FrameHash canonical_hash(const uint64_t result[2]);

}  // namespace framekiln::gpu
