// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cuda/api.h"
#include "frame/picture.h"

namespace framekiln::cuda {

/// A frame's planes in the memory of a GPU. Planes start on 16 bytes and strides are multiples of 16 bytes; each row
/// has room for its pixels rounded up to 16, and what is behind the last pixel may be overwritten.
struct DevicePicture {
  PixelFormat format;
  Size size;  ///< in pixels as written: one larger than the frame where an encoder wants an even size
  CUdeviceptr plane[3];
  size_t stride[3];  ///< bytes
};

}  // namespace framekiln::cuda
