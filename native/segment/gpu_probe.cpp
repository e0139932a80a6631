// SPDX-License-Identifier: Apache-2.0
#include "segment/gpu_probe.h"

#include <string>

namespace framekiln {
namespace {

/// A frame of each family, none of which has a pixel in doubt.
constexpr double kTime[] = {1.7, 1.7, 1.7, 1.7}, kComplexity[] = {0.2, 0.5, 0.7, 0.9};
constexpr uint8_t kPalette[] = {0, 1, 2, 0};
constexpr Frames kFrames{{160, 90}, 4, kTime, kComplexity, kPalette};

}  // namespace

void check_pixels(GpuWorker& gpu) {
  const size_t bytes = picture_bytes(PixelFormat::rgb24, kFrames.size) * kFrames.count;
  std::vector<uint8_t> drawn(bytes), wanted(bytes);
  gpu.render_frames(kFrames, CpuLevel::baseline, PixelFormat::rgb24, drawn.data(), {}, nullptr);
  render_frames(kFrames, CpuLevel::baseline, PixelFormat::rgb24, wanted.data(), {}, nullptr);
  for (size_t i = 0; i < bytes; i++) {
    if (drawn[i] == wanted[i]) continue;
    throw Error("GPU_WRONG", "the GPU draws other pixels than the CPU, the first at byte " + std::to_string(i) +
                                 " of the frames that it is checked with");
  }
}

void check_nvenc(GpuWorker& gpu, Codec codec) {
  EncodeSettings settings;
  settings.codec = codec;
  // No chip refuses this size; several refuse smaller ones.
  settings.size = {256, 256};
  settings.preset = "veryfast";
  const Frames frames{settings.size, 1, kTime, kComplexity, kPalette};
  std::vector<FrameHash> hashes;
  gpu.encode_segment_by_nvenc(frames, CpuLevel::baseline, settings, {}, hashes);
  gpu.close_nvenc();
}

}  // namespace framekiln
