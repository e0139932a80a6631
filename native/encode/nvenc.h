// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "cuda/device.h"
#include "cuda/picture.h"
#include "encode/encoder.h"

struct AVFrame;

namespace framekiln {

/// FFmpeg's name of NVENC's encoder of a 4:2:0 codec, such as h264_nvenc.
const char* nvenc_name(Codec codec);

/// NVIDIA's encoder chip through libavcodec, fed with frames in the GPU's memory. One session, kept open over segments
/// of the same settings. Used by one thread at a time.
///
/// Errors, when it is made: CODEC_UNAVAILABLE (this libavcodec lacks it, or the chip does), NO_NVENC_UNIT, LIB_MISSING,
/// DRIVER_TOO_OLD, SESSION_LIMIT, NVENC_REFUSED (anything else that the chip or driver says), GPU_OUT_OF_MEMORY,
/// INVALID_ARGUMENT. Later: SESSION_LOST, or GPU_OUT_OF_MEMORY of next(), after which the object is of no more use.
/// Always OUT_OF_MEMORY of the host. The message has FFmpeg's own words.
class NvencEncoder {
 public:
  /// Settings must be of a 4:2:0 codec that NVENC has.
  NvencEncoder(std::shared_ptr<cuda::Device> device, const EncodeSettings& settings);
  ~NvencEncoder();
  NvencEncoder(const NvencEncoder&) = delete;
  NvencEncoder& operator=(const NvencEncoder&) = delete;

  /// Whether segments of these settings go on in this session.
  bool serves(const EncodeSettings& settings) const;

  /// Starts a segment of this many frames; what is left of another one is dropped.
  void begin(int frames);
  /// A frame of the encoder's pool, nv12 of the coded size (even sides), to be drawn into by the device's stream.
  using Frame = std::shared_ptr<AVFrame>;
  Frame next();
  static cuda::DevicePicture picture(const Frame& frame);
  /// Encodes it, in order. Drawing it must have ended: the caller has waited for the device.
  void send(Frame frame);
  /// Waits for the last packets; ENCODE_FAILED unless all frames were sent. begin() may follow.
  EncodedSegment finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace framekiln
