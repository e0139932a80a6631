// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "cuda/device.h"

namespace framekiln::gpu {

/// The kernels, loaded on one device.
class Module {
 public:
  /// Throws Error MODULE_REFUSED when the driver takes neither the machine code nor the PTX.
  explicit Module(std::shared_ptr<cuda::Device> device);
  ~Module();
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  const std::shared_ptr<cuda::Device>& device() const { return device_; }
  /// The driver compiled it: "ptx", or it came as machine code: "fatbin".
  const char* image() const { return image_; }

  struct Grid {
    unsigned x, y, z;
  };
  /// Queues a kernel, which has one parameter, in the device's stream.
  void launch(const char* kernel, const void* argument, Grid grid, unsigned threads) const;

 private:
  std::shared_ptr<cuda::Device> device_;
  const char* image_ = "fatbin";
  CUmodule module_ = nullptr;
};

}  // namespace framekiln::gpu
