// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cuda/api.h"
#include "frame/error.h"

namespace framekiln::cuda {

struct Functions {
#define FK_DECLARE(field, symbol, parameters) CUresult(*field) parameters;
  FK_CUDA_FUNCTIONS(FK_DECLARE)
#undef FK_DECLARE
};

struct DeviceFacts {
  int index;
  std::string name;
  size_t memory;     ///< bytes
  int major, minor;  ///< compute capability
  int multiprocessors;
};

/// The CUDA driver, opened when made: nothing of it is needed to build or to load the addon. Thread-safe.
class Driver {
 public:
  /// Throws Error LIB_MISSING (no libcuda), NO_GPU (none that may be used) or DRIVER_TOO_OLD.
  static std::shared_ptr<const Driver> open();
  ~Driver();
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  const Functions* operator->() const { return &functions_; }
  /// Such as "13.0".
  std::string version() const;
  std::vector<DeviceFacts> devices() const;

  /// Throws Error OUT_OF_MEMORY, or else `code`, "cannot `what`: CUDA_ERROR_..." if the driver's call failed.
  void check(CUresult result, const char* what, const char* code = "DEVICE_LOST") const;
  std::string text(CUresult result) const;

 private:
  Driver() = default;

  void* library_ = nullptr;
  Functions functions_{};
  int version_ = 0;
};

}  // namespace framekiln::cuda
