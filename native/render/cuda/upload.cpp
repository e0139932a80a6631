// SPDX-License-Identifier: Apache-2.0
#include "render/cuda/upload.h"

#include <cstring>
#include <vector>

namespace framekiln::gpu {
namespace {

enum class To { device, host };

/// Copies the planes of two pictures of one size, one of them the GPU's.
void copy_planes(const std::shared_ptr<cuda::Device>& device, const Picture& host, const cuda::DevicePicture& picture,
                 To to) {
  const cuda::Driver& driver = device->driver();
  const cuda::Current current(*device);
  for (int p = 0; p < 3 && host.plane[p]; p++) {
    const PlaneSize plane = plane_size(host, p);
    CUDA_MEMCPY2D copy{};
    const size_t stride = static_cast<size_t>(host.stride[p]);
    if (to == To::device) {
      copy.srcMemoryType = static_cast<CUmemorytype>(cuda::kHostMemory);
      copy.srcHost = host.plane[p];
      copy.srcPitch = stride;
      copy.dstMemoryType = static_cast<CUmemorytype>(cuda::kDeviceMemory);
      copy.dstDevice = picture.plane[p];
      copy.dstPitch = picture.stride[p];
    } else {
      copy.srcMemoryType = static_cast<CUmemorytype>(cuda::kDeviceMemory);
      copy.srcDevice = picture.plane[p];
      copy.srcPitch = picture.stride[p];
      copy.dstMemoryType = static_cast<CUmemorytype>(cuda::kHostMemory);
      copy.dstHost = host.plane[p];
      copy.dstPitch = stride;
    }
    copy.WidthInBytes = plane.row_bytes;
    copy.Height = static_cast<size_t>(plane.rows);
    driver.check(driver->copy_2d(&copy, device->stream()), "copy a frame");
  }
  driver.check(driver->stream_synchronize(device->stream()), "copy a frame");
}

}  // namespace

void upload(const std::shared_ptr<cuda::Device>& device, const Picture& picture, const cuda::DevicePicture& to) {
  std::vector<uint8_t> memory(picture_bytes(to.format, to.size));
  const Picture whole = picture_over(to.format, to.size, memory.data());
  for (int p = 0; p < 3 && whole.plane[p]; p++) {
    const PlaneSize from = plane_size(picture, p), plane = plane_size(whole, p);
    for (int y = 0; y < plane.rows; y++) {
      const uint8_t* row = picture.plane[p] + (y < from.rows ? y : from.rows - 1) * picture.stride[p];
      uint8_t* const target = whole.plane[p] + y * whole.stride[p];
      std::memcpy(target, row, from.row_bytes);
      // Only luma is ever larger, by one.
      if (plane.row_bytes > from.row_bytes) target[from.row_bytes] = row[from.row_bytes - 1];
    }
  }
  copy_planes(device, whole, to, To::device);
}

FrameHash hash_of_device_picture(const std::shared_ptr<cuda::Device>& device, const cuda::DevicePicture& picture,
                                 Size size) {
  std::vector<uint8_t> memory(picture_bytes(picture.format, size));
  const Picture host = picture_over(picture.format, size, memory.data());
  copy_planes(device, host, picture, To::host);
  return hash_picture(host);
}

}  // namespace framekiln::gpu
