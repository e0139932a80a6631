// SPDX-License-Identifier: Apache-2.0
#include "segment/gpu_timing.h"

#include <algorithm>
#include <chrono>
#include <vector>

#include "render/cuda/batches.h"

namespace framekiln {
namespace {

/// Far more than a launch costs, and more than caches hold.
constexpr size_t kBatchBytes = 1 << 30;
constexpr int kMostFrames = 512;

double seconds_of(const auto& body) {
  const auto start = std::chrono::steady_clock::now();
  body();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

GpuTiming time_gpu(GpuWorker& gpu, const Frames& frames, CpuLevel cpu, PixelFormat format, int rounds) {
  const PictureLayout layout = layout_on_device(format, frames.size);
  const int batch = static_cast<int>(std::clamp<size_t>(kBatchBytes / layout.bytes, 1, kMostFrames));
  CudaRenderer renderer(gpu.module(), cpu, {format, frames.size, frames.size, false}, batch);
  const auto device = renderer.device();
  const cuda::Driver& driver = device->driver();
  const size_t batch_bytes = layout.bytes * static_cast<size_t>(renderer.batch());
  const cuda::DeviceMemory memory(device, CudaRenderer::kSlots * batch_bytes);
  std::vector<cuda::DevicePicture> out;
  for (int i = 0; i < CudaRenderer::kSlots * renderer.batch(); i++) {
    out.push_back(layout.on_device(memory.address() + static_cast<size_t>(i) * layout.bytes));
  }
  const auto draw = [&] {
    in_batches(
        frames.count, renderer.batch(),
        [&](const Batch& b) {
          renderer.queue(b.slot, frames, b.first, b.count, out.data() + b.slot * renderer.batch());
        },
        [&](const Batch& b) { renderer.finish(b.slot); });
  };
  const auto clear = [&] {
    const cuda::Current current(*device);
    for (int first = 0, b = 0; first < frames.count; first += renderer.batch(), b++) {
      const int count = std::min(renderer.batch(), frames.count - first);
      driver.check(driver->memset_8(memory.address() + static_cast<size_t>(b % CudaRenderer::kSlots) * batch_bytes, 0,
                                    layout.bytes * static_cast<size_t>(count), device->stream()),
                   "clear memory of the GPU");
    }
    driver.check(driver->stream_synchronize(device->stream()), "clear memory of the GPU");
  };
  const auto rounds_of = [&](const auto& body) {
    body();  // warm
    return seconds_of([&] {
      for (int i = 0; i < rounds; i++) body();
    });
  };
  return {rounds_of(draw), rounds_of(clear), static_cast<double>(layout.bytes) * frames.count * rounds};
}

}  // namespace framekiln
