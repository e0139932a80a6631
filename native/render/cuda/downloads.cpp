// SPDX-License-Identifier: Apache-2.0
#include "render/cuda/downloads.h"

#include <utility>
#include <vector>

namespace framekiln {
CudaDownloads::CudaDownloads(std::shared_ptr<gpu::Module> module, CpuLevel cpu, const CudaTarget& target)
    : renderer_(std::move(module), cpu, target), layout_(layout_on_device(target.format, target.written)) {
  const size_t bytes = layout_.bytes * static_cast<size_t>(renderer_.batch());
  for (int slot = 0; slot < CudaRenderer::kSlots; slot++) {
    device_memory_[slot] = std::make_unique<cuda::DeviceMemory>(renderer_.device(), bytes);
    host_memory_[slot] = std::make_unique<cuda::PinnedMemory>(renderer_.device(), bytes);
    copied_[slot] = std::make_unique<cuda::Event>(renderer_.device());
  }
}

bool CudaDownloads::serves(CpuLevel cpu, const CudaTarget& target) const {
  return cpu == renderer_.cpu() && target == renderer_.target();
}

void CudaDownloads::start(const Frames& frames, const Batch& batch) {
  std::vector<cuda::DevicePicture> out;
  for (size_t i = 0; i < static_cast<size_t>(batch.count); i++) {
    out.push_back(layout_.on_device(device_memory_[batch.slot]->address() + i * layout_.bytes));
  }
  renderer_.queue(batch.slot, frames, batch.first, batch.count, out.data());
  const cuda::Driver& driver = renderer_.device()->driver();
  const cuda::Current current(*renderer_.device());
  driver.check(driver->copy_to_host(host_memory_[batch.slot]->data(), device_memory_[batch.slot]->address(),
                                    layout_.bytes * static_cast<size_t>(batch.count), renderer_.device()->stream()),
               "copy frames from the GPU");
  copied_[batch.slot]->record();
}

void CudaDownloads::each(const Frames& frames, const Visit& visit) {
  const cuda::Driver& driver = renderer_.device()->driver();
  in_batches(
      frames.count, renderer_.batch(), [&](const Batch& batch) { start(frames, batch); },
      [&](const Batch& batch) {
        const std::vector<CudaRenderer::Drawn> drawn = renderer_.finish(batch.slot);
        copied_[batch.slot]->wait();
        for (size_t i = 0; i < drawn.size(); i++) {
          uint8_t* const host = host_memory_[batch.slot]->data() + i * layout_.bytes;
          if (drawn[i].by_the_cpu) {
            const cuda::Current current(*renderer_.device());
            const CUstream stream = renderer_.device()->stream();
            const CUdeviceptr from = device_memory_[batch.slot]->address() + i * layout_.bytes;
            driver.check(driver->copy_to_host(host, from, layout_.bytes, stream), "copy a frame from the GPU");
            driver.check(driver->stream_synchronize(stream), "copy a frame from the GPU");
          }
          visit(layout_.on_host(host));
        }
      });
}

}  // namespace framekiln
