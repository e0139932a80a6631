// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include "render/cuda/batches.h"
#include "render/cuda/picture_layout.h"

namespace framekiln {

/// Frames drawn by a GPU, in the host's memory: drawing and copying go on while the host looks at those before.
/// Holds two batches on either side, for all its calls. Not thread-safe.
class CudaDownloads {
 public:
  CudaDownloads(std::shared_ptr<gpu::Module> module, CpuLevel cpu, const CudaTarget& target);

  bool serves(CpuLevel cpu, const CudaTarget& target) const;

  /// Shows the frames in order. The picture, of the written size, is gone when `visit` returns. After an exception,
  /// also one of `visit`, the object is of no more use.
  using Visit = std::function<void(const Picture& picture)>;
  void each(const Frames& frames, const Visit& visit);

 private:
  void start(const Frames& frames, const Batch& batch);

  CudaRenderer renderer_;
  PictureLayout layout_;
  std::unique_ptr<cuda::DeviceMemory> device_memory_[CudaRenderer::kSlots];
  std::unique_ptr<cuda::PinnedMemory> host_memory_[CudaRenderer::kSlots];
  std::unique_ptr<cuda::Event> copied_[CudaRenderer::kSlots];
};

}  // namespace framekiln
