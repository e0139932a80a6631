// SPDX-License-Identifier: Apache-2.0
#include "render/cuda/picture_layout.h"

namespace framekiln {
namespace {

int rounded_up(int value, int to) { return (value + to - 1) / to * to; }

}  // namespace

PictureLayout layout_on_device(PixelFormat format, Size size) {
  PictureLayout layout{format, size, {}, {}, 0};
  uint8_t unused;
  const Picture packed = picture_over(format, {rounded_up(size.width, 16), size.height}, &unused);
  for (int p = 0; p < 3 && packed.plane[p]; p++) {
    const PlaneSize plane = plane_size(packed, p);
    layout.offset[p] = layout.bytes;
    layout.stride[p] = (plane.row_bytes + 63) / 64 * 64;
    layout.bytes += layout.stride[p] * static_cast<size_t>(plane.rows);
  }
  return layout;
}

cuda::DevicePicture PictureLayout::on_device(CUdeviceptr start) const {
  cuda::DevicePicture picture{format, size, {}, {}};
  for (int p = 0; p < 3; p++) {
    if (stride[p] == 0) continue;
    picture.plane[p] = start + offset[p];
    picture.stride[p] = stride[p];
  }
  return picture;
}

Picture PictureLayout::on_host(uint8_t* start) const {
  Picture picture{format, size, {}, {}};
  for (int p = 0; p < 3; p++) {
    if (stride[p] == 0) continue;
    picture.plane[p] = start + offset[p];
    picture.stride[p] = static_cast<ptrdiff_t>(stride[p]);
  }
  return picture;
}

}  // namespace framekiln
