// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "cuda/picture.h"
#include "frame/cpu_level.h"
#include "frame/hash.h"
#include "render/cuda/module.h"
#include "render/frames.h"

namespace framekiln {

/// What a renderer is made for.
struct CudaTarget {
  PixelFormat format;
  Size size;
  Size written;  ///< equal, or one larger with the last column and row repeated: nv12 for encoders
  bool hashes;   ///< of the frames, without what is repeated

  bool operator==(const CudaTarget& other) const;
};

/// Draws frames on a GPU, in batches, while the host does something else. Not thread-safe.
///
/// Exact like every renderer: a frame that the kernels cannot draw, or in which a pixel is too near an edge for them to
/// tell, is drawn by the CPU and uploaded.
class CudaRenderer {
 public:
  /// `batch` is the most frames of a batch; 0 takes 1 to 16, of about 32 MB.
  CudaRenderer(std::shared_ptr<gpu::Module> module, CpuLevel cpu, const CudaTarget& target, int batch = 0);
  ~CudaRenderer();

  const CudaTarget& target() const { return target_; }
  CpuLevel cpu() const { return cpu_; }
  const std::shared_ptr<cuda::Device>& device() const { return module_->device(); }

  /// The most frames of a batch.
  int batch() const { return batch_; }
  /// How many batches may be under way at once.
  static constexpr int kSlots = 2;

  /// Queues frames `first` to `first + count` in the device's stream: out[i] gets frame first + i.
  void queue(int slot, const Frames& frames, int first, int count, const cuda::DevicePicture* out);

  /// What became of a frame of a batch.
  struct Drawn {
    FrameHash hash;   ///< of zeros unless the target wants hashes
    bool by_the_cpu;  ///< uploaded just now: what was queued behind the batch saw something else
  };
  /// Waits for the batch in the slot; all its frames are then in the GPU's memory.
  std::vector<Drawn> finish(int slot);

 private:
  struct Slot;

  void queue_hashes(Slot& slot, int count, const cuda::DevicePicture* out);
  FrameHash draw_by_cpu(const scene::FrameParams& params, const cuda::DevicePicture& out);

  std::shared_ptr<gpu::Module> module_;
  CpuLevel cpu_;
  CudaTarget target_;
  int batch_;
  std::unique_ptr<Slot> slots_[kSlots];
};

}  // namespace framekiln
