// SPDX-License-Identifier: Apache-2.0
#pragma once

// Internal: FFmpeg's libraries (4.4 and later) with owners, errors and the differences between their versions.
extern "C" {
#include <libavcodec/avcodec.h>
#include <libavcodec/bsf.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
#include <libswscale/swscale.h>
}

#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <new>
#include <string>

#include "frame/error.h"

#define FRAMEKILN_HAS_IO_CLOSE2 (LIBAVFORMAT_VERSION_INT >= AV_VERSION_INT(59, 10, 100))

namespace framekiln {

#if LIBAVFORMAT_VERSION_MAJOR >= 61
using AvioWriteByte = const uint8_t;
#else
using AvioWriteByte = uint8_t;
#endif

struct AvDeleter {
  void operator()(AVPacket* p) const { av_packet_free(&p); }
  void operator()(AVFrame* p) const { av_frame_free(&p); }
  void operator()(AVCodecContext* p) const { avcodec_free_context(&p); }
  void operator()(AVCodecParameters* p) const { avcodec_parameters_free(&p); }
  void operator()(AVBSFContext* p) const { av_bsf_free(&p); }
  void operator()(AVFormatContext* p) const { avformat_free_context(p); }
  void operator()(SwsContext* p) const { sws_freeContext(p); }
  void operator()(AVBufferRef* p) const { av_buffer_unref(&p); }
  void operator()(AVIOContext* p) const {
    av_freep(&p->buffer);
    avio_context_free(&p);
  }
};

template <class T>
using Av = std::unique_ptr<T, AvDeleter>;

/// What FFmpeg's error code says.
inline std::string error_text(int rc) {
  char text[AV_ERROR_MAX_STRING_SIZE] = {};
  av_strerror(rc, text, sizeof text);
  return text;
}

/// Passes on what an FFmpeg call returned; throws Error `code` "cannot `what`: ..." if it failed.
inline int check(int rc, const char* code, const char* what) {
  if (rc >= 0) return rc;
  throw Error(rc == AVERROR(ENOMEM) ? "OUT_OF_MEMORY" : code, std::string("cannot ") + what + ": " + error_text(rc));
}

/// Owns what an FFmpeg allocator returned.
template <class T>
Av<T> own(T* allocated) {
  if (!allocated) throw Error("OUT_OF_MEMORY", "FFmpeg is out of memory");
  return Av<T>(allocated);
}

/// Options for an FFmpeg open call, which takes out those it knows.
class Options {
 public:
  Options() = default;
  ~Options() { av_dict_free(&dict_); }
  Options(const Options&) = delete;
  Options& operator=(const Options&) = delete;

  void set(const char* name, const std::string& value) {
    check(av_dict_set(&dict_, name, value.c_str(), 0), "OUT_OF_MEMORY", "set an option");
  }
  AVDictionary** get() { return &dict_; }
  /// An option left over would be a setting silently not applied.
  void expect_all_taken(const char* code) const {
    if (const AVDictionaryEntry* left = av_dict_get(dict_, "", nullptr, AV_DICT_IGNORE_SUFFIX)) {
      throw Error(code, std::string("this FFmpeg does not know the option ") + left->key);
    }
  }

 private:
  AVDictionary* dict_ = nullptr;
};

/// A frame with memory of its own, padded as FFmpeg's SIMD code wants it.
inline Av<AVFrame> make_frame(AVPixelFormat format, int width, int height) {
  Av<AVFrame> frame = own(av_frame_alloc());
  frame->format = format;
  frame->width = width;
  frame->height = height;
  check(av_frame_get_buffer(frame.get(), 0), "OUT_OF_MEMORY", "allocate a frame");
  return frame;
}

/// While one lives, FFmpeg says nothing on this thread: of an untrusted file our own errors tell.
class Silence {
 public:
  Silence() { depth_++; }
  ~Silence() { depth_--; }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;
  static bool here() { return depth_ > 0; }

 private:
  // FFmpeg's log callback is the process's and gets nothing of ours, so a thread's wish lies here.
  inline static thread_local int depth_ = 0;
};

/// While one lives, it keeps what FFmpeg says on this thread, up to warnings, instead of stderr. Error codes of
/// hardware mean several things each; the words tell them apart.
class LogCapture {
 public:
  LogCapture() : before_(innermost_) { innermost_ = this; }
  ~LogCapture() { innermost_ = before_; }
  LogCapture(const LogCapture&) = delete;
  LogCapture& operator=(const LogCapture&) = delete;

  /// The lines, joined by "; ".
  const std::string& text() const { return text_; }
  static LogCapture* here() { return innermost_; }

  /// Called from C, which no exception may cross.
  void add(int level, const char* format, va_list values) noexcept try {
    char line[512];
    if (level > AV_LOG_WARNING || std::vsnprintf(line, sizeof line, format, values) < 0) return;
    std::string words(line);
    while (!words.empty() && words.back() == '\n') words.pop_back();
    if (!words.empty() && text_.size() < 2000) text_ += (text_.empty() || !ended_ ? "" : "; ") + words;
    ended_ = words.size() < std::strlen(line);
  } catch (const std::bad_alloc&) {
  }

 private:
  LogCapture* before_;
  std::string text_;
  bool ended_ = false;  // the last line; FFmpeg says some in pieces
  inline static thread_local LogCapture* innermost_ = nullptr;
};

/// FFmpeg's log level and callback are the process's, so the addon sets them once, when it loads: errors stay on
/// stderr, since they say what an error code does not; x264's statistics and the muxers' remarks do not.
inline void quiet_libav_logging() {
  av_log_set_level(AV_LOG_ERROR);
  av_log_set_callback([](void* context, int level, const char* format, va_list values) {
    if (LogCapture* capture = LogCapture::here()) return capture->add(level, format, values);
    if (!Silence::here()) av_log_default_callback(context, level, format, values);
  });
}

}  // namespace framekiln
