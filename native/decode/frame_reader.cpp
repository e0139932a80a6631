// SPDX-License-Identifier: Apache-2.0
#include "decode/frame_reader.h"

#include <algorithm>
#include <cstring>
#include <deque>
#include <exception>

#include "decode/video_decoder.h"

extern "C" {
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
}

namespace framekiln {
namespace {

/// Of what one read() appends, unless a single frame is larger: a small file may hold thousands of large frames.
constexpr size_t kMostBytes = size_t{256} << 20;

/// FFmpeg's older names say the range.
AVPixelFormat without_range(AVPixelFormat format) {
  switch (format) {
    case AV_PIX_FMT_YUVJ420P:
      return AV_PIX_FMT_YUV420P;
    case AV_PIX_FMT_YUVJ422P:
      return AV_PIX_FMT_YUV422P;
    case AV_PIX_FMT_YUVJ444P:
      return AV_PIX_FMT_YUV444P;
    case AV_PIX_FMT_YUVJ440P:
      return AV_PIX_FMT_YUV440P;
    case AV_PIX_FMT_YUVJ411P:
      return AV_PIX_FMT_YUV411P;
    default:
      return format;
  }
}

/// AV1 may say any number, of which C++'s enumeration has not room for all.
AVColorSpace matrix_of(const AVFrame& frame) {
  static_assert(sizeof(int) == sizeof frame.colorspace);
  int told = 0;
  std::memcpy(&told, &frame.colorspace, sizeof told);
  return told >= 0 && told < AVCOL_SPC_NB ? static_cast<AVColorSpace>(told) : AVCOL_SPC_UNSPECIFIED;
}

PixelLayout layout_of(const AVFrame& frame) {
  const auto coded = static_cast<AVPixelFormat>(frame.format), format = without_range(coded);
  const AVPixFmtDescriptor* d = av_pix_fmt_desc_get(format);
  // What FFmpeg assumes of a file that does not say: grey has all values.
  const bool full =
      frame.color_range == AVCOL_RANGE_UNSPECIFIED ? d->nb_components < 3 : frame.color_range == AVCOL_RANGE_JPEG;
  const bool rgb = d->flags & AV_PIX_FMT_FLAG_RGB;
  return {format, {frame.width, frame.height}, matrix_of(frame), full || rgb || coded != format};
}

bool same(const PixelLayout& a, const PixelLayout& b) {
  return a.format == b.format && a.size.width == b.size.width && a.size.height == b.size.height &&
         a.matrix == b.matrix && a.full_range == b.full_range;
}

std::string describe(const PixelLayout& layout) {
  const char* format = av_get_pix_fmt_name(layout.format);
  const char* matrix = av_color_space_name(layout.matrix);
  return std::to_string(layout.size.width) + " x " + std::to_string(layout.size.height) + " " + format + " (matrix " +
         (matrix ? matrix : "unknown") + ", " + (layout.full_range ? "full" : "limited") + " range)";
}

bool is_invalid(const Error& error) { return std::string_view(error.code()) == kInvalidVideo; }

}  // namespace

struct FrameReader::State {
  State(const std::string& path, Control control) : file(path, control) {}

  VideoFile file;
  VideoDecoder decoder{file};
  PixelLayout layout{};
  int64_t shown = 0;  ///< frames that the file announced so far
  int64_t given = 0;
  bool drained = false;
  std::deque<int64_t> hidden;  ///< times of AV1's hidden packets that the decoder has
  std::exception_ptr failure;

  void send_next();
  bool hides(const AVFrame& frame);
  const AVFrame* next();
  bool append_next(std::vector<uint8_t>& out);
  Error with_count(const Error& error) const;
};

void FrameReader::State::send_next() {
  const AVPacket* packet = file.next();
  if (packet && file.shown()) {
    shown++;
  } else if (packet && file.stream().codecpar->codec_id == AV_CODEC_ID_AV1) {
    hidden.push_back(packet->pts);
  }
  decoder.send(packet);
  drained = !packet;
}

/// FFmpeg's decoders leave out what an edit list hides, except some of AV1; its packets come in order of display.
bool FrameReader::State::hides(const AVFrame& frame) {
  while (!hidden.empty() && hidden.front() < frame.pts) hidden.pop_front();
  return !hidden.empty() && hidden.front() == frame.pts;
}

/// Null at the end.
const AVFrame* FrameReader::State::next() {
  for (;;) {
    while (const AVFrame* frame = decoder.receive()) {
      if (!hides(*frame)) return frame;
    }
    if (drained) break;
    send_next();
  }
  if (shown == 0) throw Error(kInvalidVideo, "The video has no frames");
  // Some decoders pass over what they cannot decode, and later frames would stand in the wrong place.
  if (given < shown) {
    throw Error(kInvalidVideo, "The video is damaged: not all of its " + std::to_string(shown) + " frames decode");
  }
  return nullptr;
}

Error FrameReader::State::with_count(const Error& error) const {
  std::string text = error.what();
  const std::string count = std::to_string(given) + (given == 1 ? " frame " : " frames ");
  const bool of_decoding = text.size() > 15 && text.compare(text.size() - 15, 15, "does not decode") == 0;
  const char* verb = of_decoding ? (given == 1 ? "does" : "do") : (given == 1 ? "decodes" : "decode");
  if (given > 0) text += " (" + count + verb + ")";
  return Error(error.code(), text);
}

bool FrameReader::State::append_next(std::vector<uint8_t>& out) {
  const AVFrame* frame = nullptr;
  try {
    frame = next();
  } catch (const Error& error) {
    if (is_invalid(error)) throw with_count(error);
    throw;
  }
  if (!frame) return false;
  const PixelLayout now = layout_of(*frame);
  if (given == 0) layout = now;
  if (!same(layout, now)) {
    throw Error(kInvalidVideo, "The video changes at frame " + std::to_string(given) + ": it is " + describe(now) +
                                   ", and was " + describe(layout));
  }
  const size_t bytes = frame_bytes(layout), before = out.size();
  out.resize(before + bytes);
  check(av_image_copy_to_buffer(out.data() + before, static_cast<int>(bytes), frame->data, frame->linesize,
                                layout.format, frame->width, frame->height, 1),
        kInvalidVideo, "copy a frame");
  given++;
  return true;
}

FrameReader::FrameReader(const std::string& path, Control control) {
  const Silence silence;
  state_ = std::make_unique<State>(path, control);
}

FrameReader::~FrameReader() {
  const Silence silence;
  state_.reset();
}

int FrameReader::read(int count, std::vector<uint8_t>& out) {
  const Silence silence;
  if (state_->failure) std::rethrow_exception(state_->failure);
  const size_t before = out.size();
  int frames = 0;
  try {
    while (frames < count && state_->append_next(out)) {
      frames++;
      const size_t bytes = frame_bytes(state_->layout), most = std::max(bytes, kMostBytes);
      if (frames == 1) out.reserve(before + std::min(most / bytes, static_cast<size_t>(count)) * bytes);
      if (out.size() - before + bytes > most) break;
    }
  } catch (const Error& error) {
    state_->failure = std::current_exception();
    // The frames before are good.
    if (frames == 0 || !is_invalid(error)) throw;
  } catch (...) {
    state_->failure = std::current_exception();
    throw;
  }
  return frames;
}

const PixelLayout& FrameReader::layout() const { return state_->layout; }

}  // namespace framekiln
