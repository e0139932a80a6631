// SPDX-License-Identifier: Apache-2.0
#include "cuda/device.h"

#include <utility>

namespace framekiln::cuda {
namespace {

/// Current, for destructors: of a lost device nothing works, and nobody is told.
template <typename Call>
void quietly(const Driver& driver, CUcontext context, Call call) {
  if (driver->context_push(context) != kSuccess) return;
  call();
  CUcontext popped;
  driver->context_pop(&popped);
}

}  // namespace

std::shared_ptr<Device> Device::open(std::shared_ptr<const Driver> driver, int index) {
  const std::shared_ptr<Device> device(new Device(std::move(driver)));
  const Driver& d = device->driver();
  const size_t count = d.devices().size();
  if (index < 0 || static_cast<size_t>(index) >= count) {
    throw Error("NO_SUCH_DEVICE", "There is no cuda:" + std::to_string(index) + ": this machine has cuda:0" +
                                      (count > 1 ? " to cuda:" + std::to_string(count - 1) : ""));
  }
  device->index_ = index;
  d.check(d->device_get(&device->device_, index), "open the GPU", "NO_GPU");
  CUcontext context = nullptr;
  d.check(d->context_retain(&context, device->device_), "open the GPU", "NO_GPU");
  device->context_ = context;
  const Current current(*device);
  d.check(d->stream_create(&device->stream_, kNonBlocking), "open the GPU", "NO_GPU");
  return device;
}

Device::~Device() {
  if (!context_) return;
  if (stream_) {
    quietly(*driver_, context_, [&] {
      (*driver_)->stream_synchronize(stream_);
      (*driver_)->stream_destroy(stream_);
    });
  }
  (*driver_)->context_release(device_);
}

DeviceMemory::DeviceMemory(std::shared_ptr<Device> device, size_t bytes) : device_(std::move(device)), bytes_(bytes) {
  const Current current(*device_);
  const Driver& d = device_->driver();
  d.check(d->mem_alloc(&address_, bytes), "allocate memory of the GPU");
}

DeviceMemory::~DeviceMemory() {
  const Driver& d = device_->driver();
  quietly(d, device_->context(), [&] { d->mem_free(address_); });
}

PinnedMemory::PinnedMemory(std::shared_ptr<Device> device, size_t bytes) : device_(std::move(device)), bytes_(bytes) {
  const Current current(*device_);
  const Driver& d = device_->driver();
  d.check(d->host_alloc(&data_, bytes, 0), "allocate pinned memory");
}

PinnedMemory::~PinnedMemory() {
  const Driver& d = device_->driver();
  quietly(d, device_->context(), [&] {
    // A copy may be under way when an exception brought us here.
    d->stream_synchronize(device_->stream());
    d->host_free(data_);
  });
}

Event::Event(std::shared_ptr<Device> device) : device_(std::move(device)) {
  const Current current(*device_);
  const Driver& d = device_->driver();
  d.check(d->event_create(&event_, kNoTiming | kBlockingSync), "make an event");
}

Event::~Event() {
  const Driver& d = device_->driver();
  quietly(d, device_->context(), [&] { d->event_destroy(event_); });
}

void Event::record() {
  const Current current(*device_);
  const Driver& d = device_->driver();
  d.check(d->event_record(event_, device_->stream()), "queue work for the GPU");
}

void Event::wait() const {
  const Current current(*device_);
  const Driver& d = device_->driver();
  d.check(d->event_synchronize(event_), "finish work of the GPU");
}

}  // namespace framekiln::cuda
