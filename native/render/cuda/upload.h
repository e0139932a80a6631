// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "cuda/device.h"
#include "cuda/picture.h"
#include "frame/hash.h"

// What is rare: frames that go to the GPU or come back one by one. All wait until it is done.
namespace framekiln::gpu {

/// Copies a picture to the GPU; where that one is larger, the last column and row are repeated.
void upload(const std::shared_ptr<cuda::Device>& device, const Picture& picture, const cuda::DevicePicture& to);

/// The hash of what of the GPU's picture is within `size`.
FrameHash hash_of_device_picture(const std::shared_ptr<cuda::Device>& device, const cuda::DevicePicture& picture,
                                 Size size);

}  // namespace framekiln::gpu
