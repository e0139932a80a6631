// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <napi.h>

#include <cstring>
#include <map>
#include <memory>

#include "frame/error.h"
#include "segment/gpu_worker.h"

namespace framekiln::addon {

/// The GPUs that a thread has open: its environment's data, which goes with it.
class GpuWorkers {
 public:
  /// Calls `use` with the device's worker, opened when it is not. One that lost its device is closed.
  template <typename Use>
  void with(int device, Use use) {
    std::unique_ptr<GpuWorker>& worker = workers_[device];
    if (!worker) worker = std::make_unique<GpuWorker>(device);
    try {
      use(*worker);
    } catch (const Error& error) {
      if (!std::strcmp(error.code(), "DEVICE_LOST") || !std::strcmp(error.code(), "GPU_OUT_OF_MEMORY")) worker.reset();
      throw;
    }
  }

  void close() { workers_.clear(); }

 private:
  std::map<int, std::unique_ptr<GpuWorker>> workers_;
};

inline GpuWorkers& gpu_workers(Napi::Env env) { return *env.GetInstanceData<GpuWorkers>(); }

}  // namespace framekiln::addon
