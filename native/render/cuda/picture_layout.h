// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cuda/picture.h"

namespace framekiln {

/// Where planes lie in memory that a GPU draws into, and in a copy of it on the host.
struct PictureLayout {
  PixelFormat format;
  Size size;
  size_t offset[3], stride[3];
  size_t bytes;  ///< of a whole picture, so that the next one begins where planes may begin

  cuda::DevicePicture on_device(CUdeviceptr start) const;
  Picture on_host(uint8_t* start) const;
};

/// Rows have room for whole strips of 16 pixels, which is what the kernels write.
PictureLayout layout_on_device(PixelFormat format, Size size);

}  // namespace framekiln
