// SPDX-License-Identifier: Apache-2.0
#include "segment/gpu_worker.h"

#include <cstring>
#include <utility>

#include "render/cuda/batches.h"

namespace framekiln {
namespace {

/// Resets the owner unless the work came to its end: what was queued may still be under way then, or lost.
template <typename T>
class Suspect {
 public:
  explicit Suspect(std::unique_ptr<T>& owner) : owner_(owner) {}
  ~Suspect() {
    if (!cleared_) owner_.reset();
  }
  void clear() { cleared_ = true; }

 private:
  std::unique_ptr<T>& owner_;
  bool cleared_ = false;
};

}  // namespace

GpuWorker::GpuWorker(int device)
    : module_(std::make_shared<gpu::Module>(cuda::Device::open(cuda::Driver::open(), device))) {}

GpuWorker::~GpuWorker() = default;

CudaDownloads& GpuWorker::downloads(CpuLevel cpu, const CudaTarget& target) {
  if (!downloads_ || !downloads_->serves(cpu, target)) {
    downloads_.reset();
    downloads_ = std::make_unique<CudaDownloads>(module_, cpu, target);
  }
  return *downloads_;
}

CudaRenderer& GpuWorker::renderer(CpuLevel cpu, const CudaTarget& target) {
  if (!renderer_ || renderer_->cpu() != cpu || !(renderer_->target() == target)) {
    renderer_.reset();
    renderer_ = std::make_unique<CudaRenderer>(module_, cpu, target);
  }
  return *renderer_;
}

void GpuWorker::render_frames(const Frames& frames, CpuLevel cpu, PixelFormat format, uint8_t* out, Control control,
                              std::vector<FrameHash>* hashes) {
  Suspect suspect(downloads_);
  downloads(cpu, {format, frames.size, frames.size, false}).each(frames, [&](const Picture& picture) {
    control.check();
    const Picture to = picture_over(format, frames.size, out);
    copy_picture(picture, to);
    if (hashes) hashes->push_back(hash_picture(to));
    out += picture_bytes(format, frames.size);
    control.count_frame();
  });
  suspect.clear();
}

EncodedSegment GpuWorker::encode_segment(const Frames& frames, CpuLevel cpu, const EncodeSettings& settings,
                                         Control control, std::vector<FrameHash>& hashes) {
  Suspect suspect(downloads_);
  const PixelFormat format = input_format(settings.codec);
  // OpenCV's encoder drops an odd column and row itself.
  const Size written = settings.codec == Codec::mpeg4_as_recorded ? settings.size : coded_size(settings);
  StageSeconds seconds;
  Laps laps(seconds);
  Encoder encoder(settings, frames.count);
  laps.end(Stage::encoding);
  downloads(cpu, {format, frames.size, written, false}).each(frames, [&](const Picture& picture) {
    // Waiting for the device, which draws beside all this.
    laps.end(Stage::drawing);
    control.check();
    Picture frame = picture;
    frame.size = frames.size;
    hashes.push_back(hash_picture(frame));
    laps.end(Stage::hashing);
    encoder.send(picture);
    laps.end(Stage::encoding);
    control.count_frame();
  });
  suspect.clear();
  EncodedSegment segment = encoder.finish();
  laps.end(Stage::encoding);
  segment.seconds = seconds;
  return segment;
}

EncodedSegment GpuWorker::encode_segment_by_nvenc(const Frames& frames, CpuLevel cpu, const EncodeSettings& settings,
                                                  Control control, std::vector<FrameHash>& hashes) {
  if (!nvenc_ || !nvenc_->serves(settings)) {
    nvenc_.reset();
    nvenc_ = std::make_unique<NvencEncoder>(module_->device(), settings);
  }
  Suspect suspect_encoder(nvenc_);
  Suspect suspect(renderer_);
  CudaRenderer& drawer = renderer(cpu, {PixelFormat::nv12, frames.size, coded_size(settings), true});
  std::vector<NvencEncoder::Frame> pictures[CudaRenderer::kSlots];
  StageSeconds seconds;
  Laps laps(seconds);
  nvenc_->begin(frames.count);
  in_batches(
      frames.count, drawer.batch(),
      [&](const Batch& batch) {
        std::vector<cuda::DevicePicture> out;
        for (int i = 0; i < batch.count; i++) {
          pictures[batch.slot].push_back(nvenc_->next());
          out.push_back(NvencEncoder::picture(pictures[batch.slot].back()));
        }
        drawer.queue(batch.slot, frames, batch.first, batch.count, out.data());
      },
      [&](const Batch& batch) {
        laps.end(Stage::encoding);
        const std::vector<CudaRenderer::Drawn> drawn = drawer.finish(batch.slot);
        laps.end(Stage::drawing);
        for (size_t i = 0; i < drawn.size(); i++) {
          control.check();
          hashes.push_back(drawn[i].hash);
          nvenc_->send(std::move(pictures[batch.slot][i]));
          control.count_frame();
        }
        pictures[batch.slot].clear();
      });
  suspect.clear();
  EncodedSegment segment = nvenc_->finish();
  laps.end(Stage::encoding);
  segment.seconds = seconds;
  suspect_encoder.clear();
  return segment;
}

}  // namespace framekiln
