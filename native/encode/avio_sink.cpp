// SPDX-License-Identifier: Apache-2.0
#include "encode/avio_sink.h"

#include <cstdio>

namespace framekiln {
namespace {

constexpr int kBufferBytes = 1 << 18;

}  // namespace

AvioSink::AvioSink(Sink& sink) : sink_(sink), stream_(open(writer_, true)) {}

void AvioSink::attach(AVFormatContext& oc) {
  oc.pb = stream_.get();
  oc.flags |= AVFMT_FLAG_CUSTOM_IO;
  oc.opaque = this;
  oc.io_open = open_reader;
#if FRAMEKILN_HAS_IO_CLOSE2
  oc.io_close2 = close_reader;
#else
  oc.io_close = [](AVFormatContext* context, AVIOContext* reader) { close_reader(context, reader); };
#endif
}

Av<AVIOContext> AvioSink::open(Handle& handle, bool write_access) {
  auto* buffer = static_cast<uint8_t*>(av_malloc(kBufferBytes));
  AVIOContext* made = buffer ? avio_alloc_context(buffer, kBufferBytes, write_access, &handle, read,
                                                  write_access ? write : nullptr, seek)
                             : nullptr;
  if (!made) av_free(buffer);
  return own(made);
}

template <class F>
int AvioSink::guarded(F&& f) noexcept {
  if (error_) return AVERROR_EXTERNAL;
  try {
    return f();
  } catch (...) {
    error_ = std::current_exception();
    return AVERROR_EXTERNAL;
  }
}

int AvioSink::read(void* opaque, uint8_t* data, int bytes) {
  auto& handle = *static_cast<Handle*>(opaque);
  return handle.owner->guarded([&] {
    const size_t got = handle.owner->sink_.read(handle.position, data, static_cast<size_t>(bytes));
    handle.position += static_cast<int64_t>(got);
    return got ? static_cast<int>(got) : AVERROR_EOF;
  });
}

int AvioSink::write(void* opaque, AvioWriteByte* data, int bytes) {
  auto& handle = *static_cast<Handle*>(opaque);
  return handle.owner->guarded([&] {
    handle.owner->sink_.write(handle.position, data, static_cast<size_t>(bytes));
    handle.position += bytes;
    return bytes;
  });
}

int64_t AvioSink::seek(void* opaque, int64_t offset, int whence) {
  auto& handle = *static_cast<Handle*>(opaque);
  const int64_t size = handle.owner->sink_.size();
  const int64_t from = whence == SEEK_CUR ? handle.position : whence == SEEK_END ? size : 0;
  if (whence & AVSEEK_SIZE) return size;
  if (from + offset < 0) return AVERROR(EINVAL);
  return handle.position = from + offset;
}

int AvioSink::open_reader(AVFormatContext* oc, AVIOContext** out, const char*, int flags, AVDictionary**) {
  if (flags & AVIO_FLAG_WRITE) return AVERROR(ENOSYS);
  auto& self = *static_cast<AvioSink*>(oc->opaque);
  return self.guarded([&] {
    auto handle = std::make_unique<Handle>(Handle{&self, 0});
    *out = open(*handle, false).release();
    handle.release();  // close_reader() takes it back
    return 0;
  });
}

int AvioSink::close_reader(AVFormatContext*, AVIOContext* reader) {
  const std::unique_ptr<Handle> handle(static_cast<Handle*>(reader->opaque));
  const Av<AVIOContext> closed(reader);
  return 0;
}

}  // namespace framekiln
