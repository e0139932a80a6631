// SPDX-License-Identifier: Apache-2.0
#include "cuda/driver.h"

#include <dlfcn.h>

namespace framekiln::cuda {
namespace {

/// The first driver whose libcuda has every function in use under these names.
constexpr int kOldestDriver = 11000;

}  // namespace

std::shared_ptr<const Driver> Driver::open() {
  // Not make_shared: only open() makes drivers.
  const std::shared_ptr<Driver> driver(new Driver);
  driver->library_ = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
  if (!driver->library_) throw Error("LIB_MISSING", "libcuda.so.1, a part of NVIDIA's driver, is not on this system");
  Functions& f = driver->functions_;
#define FK_LOAD(field, symbol, parameters)                                         \
  f.field = reinterpret_cast<decltype(f.field)>(dlsym(driver->library_, #symbol)); \
  if (!f.field) throw Error("DRIVER_TOO_OLD", "NVIDIA's driver has no " #symbol ": it is too old");
  FK_CUDA_FUNCTIONS(FK_LOAD)
#undef FK_LOAD
  const CUresult started = f.init(0);
  if (started != kSuccess) throw Error("NO_GPU", "NVIDIA's driver finds no GPU to use: " + driver->text(started));
  driver->check(f.driver_version(&driver->version_), "ask for the driver's version", "NO_GPU");
  if (driver->version_ < kOldestDriver) {
    throw Error("DRIVER_TOO_OLD", "NVIDIA's driver is for CUDA " + driver->version() + ", and 11.0 is needed");
  }
  if (driver->devices().empty()) throw Error("NO_GPU", "NVIDIA's driver finds no GPU to use");
  return driver;
}

Driver::~Driver() {
  if (library_) dlclose(library_);
}

std::string Driver::version() const {
  return std::to_string(version_ / 1000) + "." + std::to_string(version_ % 1000 / 10);
}

std::vector<DeviceFacts> Driver::devices() const {
  const Functions& f = functions_;
  int count = 0;
  check(f.device_count(&count), "count the GPUs", "NO_GPU");
  std::vector<DeviceFacts> devices;
  for (int i = 0; i < count; i++) {
    CUdevice device{};
    char name[256] = {};
    DeviceFacts facts{i, "", 0, 0, 0, 0};
    check(f.device_get(&device, i), "look at a GPU", "NO_GPU");
    check(f.device_name(name, sizeof name - 1, device), "look at a GPU", "NO_GPU");
    check(f.device_memory(&facts.memory, device), "look at a GPU", "NO_GPU");
    check(f.device_attribute(&facts.major, kMajor, device), "look at a GPU", "NO_GPU");
    check(f.device_attribute(&facts.minor, kMinor, device), "look at a GPU", "NO_GPU");
    check(f.device_attribute(&facts.multiprocessors, kMultiprocessors, device), "look at a GPU", "NO_GPU");
    facts.name = name;
    devices.push_back(std::move(facts));
  }
  return devices;
}

std::string Driver::text(CUresult result) const {
  const char *name = nullptr, *meaning = nullptr;
  functions_.error_name(result, &name);
  functions_.error_string(result, &meaning);
  return (name ? name : "CUDA error " + std::to_string(result)) + (meaning ? std::string(" (") + meaning + ")" : "");
}

void Driver::check(CUresult result, const char* what, const char* code) const {
  if (result == kSuccess) return;
  throw Error(result == kOutOfMemory ? "GPU_OUT_OF_MEMORY" : code, std::string("cannot ") + what + ": " + text(result));
}

}  // namespace framekiln::cuda
