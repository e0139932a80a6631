// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "encode/settings.h"
#include "frame/laps.h"
#include "frame/picture.h"

namespace framekiln {

struct PacketInfo {
  uint32_t bytes;
  int64_t pts;  ///< in frames, from the segment's first frame
  int64_t dts;
  bool key;
};

/// Coded packets in decoding order, the first a key frame that nothing reaches behind, and what a muxer must know once.
/// dts start at minus the codec's reordering delay and rise by one, so segments of any length follow each other.
struct EncodedSegment {
  std::vector<uint8_t> data;  ///< the packets, one after the other
  std::vector<PacketInfo> packets;
  std::vector<uint8_t> extradata;  ///< SPS and PPS (H.264) or VOL (MPEG-4)
  int frames = 0;
  StageSeconds seconds;  ///< of the thread that made it
};

/// Encodes one segment, single-threaded, the same bytes on every machine with the same libraries.
/// Not thread-safe. Throws Error INVALID_ARGUMENT (a size the codec cannot have), ENCODER_UNAVAILABLE (the library
/// lacks it), ENCODE_FAILED or OUT_OF_MEMORY.
class Encoder {
 public:
  /// `frames` is the segment's length. Of H.264 only the first frame is a key frame, and segments of any length and
  /// content carry the same extradata.
  Encoder(const EncodeSettings& settings, int frames);
  ~Encoder();
  Encoder(const Encoder&) = delete;
  Encoder& operator=(const Encoder&) = delete;

  /// Where the next frame is to be written, in input_format(codec) and the settings' size; valid until send().
  /// Rows may be padded. 4:2:0 of an odd size: send() repeats the last column and row itself.
  Picture next();
  /// Encodes what next()'s picture holds.
  void send();
  /// Encodes a frame that lies elsewhere, of the coded size (of mpeg4_as_recorded the settings'); rows may be padded,
  /// and their memory is the caller's again when this returns. YCbCr is not copied for it.
  void send(const Picture& picture);
  /// Flushes, and gives the whole segment: ENCODE_FAILED unless all its frames were sent. Nothing can be sent after it.
  EncodedSegment finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace framekiln
