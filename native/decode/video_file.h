// SPDX-License-Identifier: Apache-2.0
#pragma once

// Internal: reads the coded frames of a video file that nobody vouches for.
#include "av/av.h"
#include "decode/layout.h"

namespace framekiln {

/// The packets of a file's video stream, in decoding order. Not thread-safe; keep a Silence while it is in use.
///
/// Opens that one local file and nothing else, whatever the file names; reads it with the demuxer of its container
/// alone. Throws Error INPUT_UNREADABLE (missing, no regular file, no permission), IO, INVALID_VIDEO or CANCELLED.
class VideoFile {
 public:
  VideoFile(const std::string& path, Control control);
  /// Throws as the constructor does of what cannot be read or is no video by its first bytes, without reading on.
  static void check(const std::string& path);
  VideoFile(const VideoFile&) = delete;
  VideoFile& operator=(const VideoFile&) = delete;

  /// The next packet, valid until the next call; null at the end of a file that is whole, as far as it can be told.
  const AVPacket* next();
  /// Packets that next() gave.
  int64_t frames() const { return frames_; }
  /// Whether the last of them is a frame to show: neither an edit list nor its codec hides it.
  bool shown() const;

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
  using Io = std::unique_ptr<AVIOContext, CloseIo>;
  static Io open(const std::string& path, const Control& control);
  void read_header();
  void choose_stream();
  const AVPacket* at_end() const;
  [[noreturn]] void fail(const char* otherwise) const;

  Control control_;
  Io io_;
  std::unique_ptr<AVFormatContext, CloseInput> input_;
  Layout layout_;
  AVStream* stream_ = nullptr;
  bool all_key_ = false;  ///< its codec codes every frame on its own
  bool audio_ = false;
  int64_t frames_ = 0;
  int64_t end_ = 0;  ///< of the last packet, in the file
  Av<AVPacket> packet_ = own(av_packet_alloc());
};

}  // namespace framekiln
