// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "encode/encoder.h"
#include "encode/settings.h"
#include "encode/sink.h"
#include "frame/container.h"

namespace framekiln {

/// Writes segments, in order, into one file: constant frame rate, MP4 with its index before the media data. Of fmp4
/// each segment is a fragment, whole in the sink when append() returns and never touched again; the header comes first.
/// Not thread-safe. Throws Error MUX_FAILED, or what the sink throws.
class Muxer {
 public:
  /// The sink must outlive the muxer.
  Muxer(const EncodeSettings& settings, Container container, Sink& sink);
  ~Muxer();
  Muxer(const Muxer&) = delete;
  Muxer& operator=(const Muxer&) = delete;

  /// Appends the next segment. Its extradata is the first one's, or the end of it, as that of libx264 is of NVENC's
  /// (MUX_FAILED otherwise).
  void append(const EncodedSegment& segment);
  /// Completes the file. MUX_FAILED when nothing was appended.
  void finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace framekiln
