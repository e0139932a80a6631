// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "encode/nvenc.h"
#include "render/cuda/downloads.h"
#include "segment/segment.h"

namespace framekiln {

/// One GPU as one thread works with it: kernels, buffers and an encoder session, all kept open for the next segment of
/// the same kind. Whatever goes wrong closes what it may have touched.
class GpuWorker {
 public:
  /// Opens the device and loads the kernels. Throws Error with the codes of cuda::Driver, cuda::Device and gpu::Module.
  explicit GpuWorker(int device);
  ~GpuWorker();
  GpuWorker(const GpuWorker&) = delete;
  GpuWorker& operator=(const GpuWorker&) = delete;

  const std::shared_ptr<gpu::Module>& module() const { return module_; }

  /// As the functions of the same names that draw on the CPU; frames that the GPU cannot draw exactly are drawn at
  /// `cpu`.
  void render_frames(const Frames& frames, CpuLevel cpu, PixelFormat format, uint8_t* out, Control control,
                     std::vector<FrameHash>* hashes);
  EncodedSegment encode_segment(const Frames& frames, CpuLevel cpu, const EncodeSettings& settings, Control control,
                                std::vector<FrameHash>& hashes);
  /// The same by NVENC: the frames never visit the host.
  EncodedSegment encode_segment_by_nvenc(const Frames& frames, CpuLevel cpu, const EncodeSettings& settings,
                                         Control control, std::vector<FrameHash>& hashes);
  /// Chips have a limited number of sessions.
  void close_nvenc() { nvenc_.reset(); }

 private:
  CudaDownloads& downloads(CpuLevel cpu, const CudaTarget& target);
  CudaRenderer& renderer(CpuLevel cpu, const CudaTarget& target);

  std::shared_ptr<gpu::Module> module_;
  std::unique_ptr<CudaDownloads> downloads_;
  std::unique_ptr<CudaRenderer> renderer_;
  std::unique_ptr<NvencEncoder> nvenc_;
};

}  // namespace framekiln
