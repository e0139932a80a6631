// SPDX-License-Identifier: Apache-2.0
#pragma once

// Internal: decodes the frames of a VideoFile.
#include "decode/video_file.h"

namespace framekiln {

/// One thread, frames as the file's author coded them, strictly: what a player would conceal is an error here.
/// Not thread-safe. Throws Error INVALID_VIDEO: no decoder, damaged, too large.
class VideoDecoder {
 public:
  /// Decodes what `file` gives from now on; it outlives the decoder.
  explicit VideoDecoder(const VideoFile& file);

  /// Takes the packet that the file's next() gave; null ends the video. Every receive() before the next one.
  void send(const AVPacket* packet);
  /// The next frame that is ready, in order of display, valid until the next call; null: send more, or the end.
  const AVFrame* receive();

  const AVCodecContext& context() const { return *context_; }

 private:
  void check_decoded(int rc) const;

  const VideoFile& file_;
  Av<AVCodecContext> context_;
  Av<AVFrame> frame_ = own(av_frame_alloc());
};

}  // namespace framekiln
