// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "cuda/driver.h"

namespace framekiln::cuda {

/// One GPU as one thread uses it: its primary context, which the process shares, and a stream of its own.
/// Used by one thread at a time. Everything made from it holds it by shared_ptr, and so dies first.
class Device {
 public:
  /// Throws Error NO_SUCH_DEVICE, GPU_OUT_OF_MEMORY or NO_GPU.
  static std::shared_ptr<Device> open(std::shared_ptr<const Driver> driver, int index);
  ~Device();
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  const Driver& driver() const { return *driver_; }
  CUcontext context() const { return context_; }
  CUstream stream() const { return stream_; }
  int index() const { return index_; }

 private:
  explicit Device(std::shared_ptr<const Driver> driver) : driver_(std::move(driver)) {}

  std::shared_ptr<const Driver> driver_;
  int index_ = 0;
  CUdevice device_ = 0;
  CUcontext context_ = nullptr;
  CUstream stream_ = nullptr;
};

/// While one lives, the device's context is this thread's current one.
class Current {
 public:
  explicit Current(const Device& device) : driver_(device.driver()) {
    driver_.check(driver_->context_push(device.context()), "use the GPU");
  }
  ~Current() {
    CUcontext popped;
    driver_->context_pop(&popped);
  }
  Current(const Current&) = delete;
  Current& operator=(const Current&) = delete;

 private:
  const Driver& driver_;
};

/// Memory of the device, on a boundary of at least 256 bytes.
class DeviceMemory {
 public:
  DeviceMemory(std::shared_ptr<Device> device, size_t bytes);
  ~DeviceMemory();
  DeviceMemory(const DeviceMemory&) = delete;
  DeviceMemory& operator=(const DeviceMemory&) = delete;

  CUdeviceptr address() const { return address_; }
  size_t bytes() const { return bytes_; }

 private:
  std::shared_ptr<Device> device_;
  size_t bytes_;
  CUdeviceptr address_ = 0;
};

/// Memory of the host that the device copies to and from while both work.
class PinnedMemory {
 public:
  PinnedMemory(std::shared_ptr<Device> device, size_t bytes);
  ~PinnedMemory();
  PinnedMemory(const PinnedMemory&) = delete;
  PinnedMemory& operator=(const PinnedMemory&) = delete;

  uint8_t* data() const { return static_cast<uint8_t*>(data_); }
  size_t bytes() const { return bytes_; }

 private:
  std::shared_ptr<Device> device_;
  size_t bytes_;
  void* data_ = nullptr;
};

/// A point in the device's stream that the host can wait for, asleep.
class Event {
 public:
  explicit Event(std::shared_ptr<Device> device);
  ~Event();
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  /// Here: behind all that was queued so far.
  void record();
  /// Throws Error DEVICE_LOST when anything queued before it failed.
  void wait() const;

 private:
  std::shared_ptr<Device> device_;
  CUevent event_ = nullptr;
};

}  // namespace framekiln::cuda
