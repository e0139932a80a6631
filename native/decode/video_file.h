// SPDX-License-Identifier: Apache-2.0
#pragma once

// Internal: reads the coded frames of a video file that nobody vouches for.
#include "av/av.h"
#include "decode/layout.h"

namespace framekiln {

/// The packets of a file's video stream, in decoding order. Not thread-safe; keep a Silence while it is in use.
///
/// Opens that one local file and nothing else, whatever the file names; reads MP4 and Matroska with their demuxers
/// alone. Throws Error INPUT_UNREADABLE (missing, no regular file, no permission), IO, INVALID_VIDEO or CANCELLED.
class VideoFile {
 public:
  VideoFile(const std::string& path, Control control);
  VideoFile(const VideoFile&) = delete;
  VideoFile& operator=(const VideoFile&) = delete;

  /// The next packet, valid until the next call; null at the end of a file that is whole, as far as it can be told.
  const AVPacket* next();
  /// Packets that next() gave.
  int64_t frames() const { return frames_; }

  const AVStream& stream() const { return *stream_; }
  Container container() const { return layout_.container; }
  bool has_audio() const { return audio_; }
  int64_t bytes() const { return avio_size(io_.get()); }

 private:
  struct CloseIo {
    void operator()(AVIOContext* p) const { avio_closep(&p); }
  };
  struct CloseInput {
    void operator()(AVFormatContext* p) const { avformat_close_input(&p); }
  };
  void open(const std::string& path);
  void read_header();
  void choose_stream();
  const AVPacket* at_end() const;
  [[noreturn]] void fail(const char* otherwise) const;

  Control control_;
  std::unique_ptr<AVIOContext, CloseIo> io_;
  std::unique_ptr<AVFormatContext, CloseInput> input_;
  Layout layout_{};
  AVStream* stream_ = nullptr;
  bool audio_ = false;
  int64_t frames_ = 0;
  Av<AVPacket> packet_ = own(av_packet_alloc());
};

}  // namespace framekiln
