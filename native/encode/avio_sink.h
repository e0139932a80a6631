// SPDX-License-Identifier: Apache-2.0
#pragma once

// Internal: libavformat's I/O over a Sink.
#include <exception>

#include "av/av.h"
#include "encode/sink.h"

namespace framekiln {

/// The byte stream of one output context. An exception cannot cross FFmpeg's C frames: the first one that the sink
/// throws is kept, every later operation fails, and rethrow() lets it out on our side.
class AvioSink {
 public:
  explicit AvioSink(Sink& sink);
  AvioSink(const AvioSink&) = delete;
  AvioSink& operator=(const AvioSink&) = delete;

  /// Makes `oc` write here, and read back through a second handle, as faststart does. Must outlive it.
  void attach(AVFormatContext& oc);
  void rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  struct Handle {
    AvioSink* owner;
    int64_t position;
  };
  template <class F>
  int guarded(F&& f) noexcept;
  static Av<AVIOContext> open(Handle& handle, bool write);
  static int read(void* opaque, uint8_t* data, int bytes);
  static int write(void* opaque, AvioWriteByte* data, int bytes);
  static int64_t seek(void* opaque, int64_t offset, int whence);
  static int open_reader(AVFormatContext* oc, AVIOContext** out, const char* url, int flags, AVDictionary** options);
  static int close_reader(AVFormatContext* oc, AVIOContext* reader);

  Sink& sink_;
  std::exception_ptr error_;
  Handle writer_{this, 0};
  Av<AVIOContext> stream_;
};

}  // namespace framekiln
