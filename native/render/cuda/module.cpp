// SPDX-License-Identifier: Apache-2.0
#include "render/cuda/module.h"

#include <utility>

#include "render/cuda/image.h"

namespace framekiln::gpu {
namespace {

/// The driver cannot use an image that another one could: of a newer GPU, of a newer compiler, or not at all.
bool is_refusal(CUresult result) {
  return result == cuda::kInvalidImage || result == cuda::kNoBinaryForGpu || result == cuda::kInvalidPtx ||
         result == cuda::kJitCompilerNotFound || result == cuda::kUnsupportedPtxVersion;
}

}  // namespace

Module::Module(std::shared_ptr<cuda::Device> device) : device_(std::move(device)) {
  const cuda::Driver& driver = device_->driver();
  const cuda::Current current(*device_);
  CUresult result = cuda::kNoBinaryForGpu;
  if (fatbin_image()) result = driver->module_load(&module_, fatbin_image());
  if (is_refusal(result)) {
    image_ = "ptx";
    result = driver->module_load(&module_, ptx_image());
  }
  if (is_refusal(result)) {
    throw Error("MODULE_REFUSED",
                "NVIDIA's driver (CUDA " + driver.version() + ") does not take the kernels: " + driver.text(result));
  }
  driver.check(result, "load the kernels");
}

Module::~Module() {
  const cuda::Driver& driver = device_->driver();
  if (driver->context_push(device_->context()) != cuda::kSuccess) return;
  driver->stream_synchronize(device_->stream());
  driver->module_unload(module_);
  CUcontext popped;
  driver->context_pop(&popped);
}

void Module::launch(const char* kernel, const void* argument, Grid grid, unsigned threads) const {
  const cuda::Driver& driver = device_->driver();
  CUfunction function = nullptr;
  driver.check(driver->module_function(&function, module_, kernel), "find a kernel", "MODULE_REFUSED");
  void* parameters[] = {const_cast<void*>(argument)};
  driver.check(
      driver->launch(function, grid.x, grid.y, grid.z, threads, 1, 1, 0, device_->stream(), parameters, nullptr),
      "start a kernel");
}

}  // namespace framekiln::gpu
