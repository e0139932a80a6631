// SPDX-License-Identifier: Apache-2.0
#include "encode/png.h"

#include <algorithm>

#include "av/av.h"

namespace framekiln {
namespace {

/// The part of the source that one output pixel covers along one axis, in units of 1 / `out` of a source pixel.
struct Span {
  int64_t from, to, unit;

  Span(int index, int in, int out) : from(int64_t{index} * in), to(from + in), unit(out) {}
  int first() const { return static_cast<int>(from / unit); }
  int end() const { return static_cast<int>((to + unit - 1) / unit); }
  int64_t weight(int i) const { return std::min(to, (i + 1) * unit) - std::max(from, i * unit); }
};

/// The mean of what the two spans enclose, rounded. In integers: swscale's area filter goes through YUV with halved
/// chroma, and gives red as brown where sizes are small.
void average(const Picture& rgb, const Span& columns, const Span& rows, uint8_t out[3]) {
  int64_t sum[3] = {0, 0, 0};
  for (int y = rows.first(); y < rows.end(); y++) {
    const uint8_t* row = rgb.plane[0] + y * rgb.stride[0];
    for (int x = columns.first(); x < columns.end(); x++) {
      const int64_t weight = rows.weight(y) * columns.weight(x);
      for (int c = 0; c < 3; c++) sum[c] += weight * row[3 * x + c];
    }
  }
  const int64_t area = int64_t{rgb.size.width} * rgb.size.height;
  for (int c = 0; c < 3; c++) out[c] = static_cast<uint8_t>((sum[c] + area / 2) / area);
}

/// The encoder may read past a row's end, and keeps what it is given: both want a frame of FFmpeg's own.
Av<AVFrame> copy_of(const Picture& rgb) {
  Av<AVFrame> frame = make_frame(AV_PIX_FMT_RGB24, rgb.size.width, rgb.size.height);
  for (int y = 0; y < rgb.size.height; y++) {
    std::copy_n(rgb.plane[0] + y * rgb.stride[0], 3 * static_cast<ptrdiff_t>(rgb.size.width),
                frame->data[0] + static_cast<ptrdiff_t>(y) * frame->linesize[0]);
  }
  return frame;
}

}  // namespace

std::vector<uint8_t> encode_png(const Picture& rgb) {
  const AVCodec* codec = avcodec_find_encoder(AV_CODEC_ID_PNG);
  if (!codec) throw Error("ENCODER_UNAVAILABLE", "this FFmpeg has no encoder png");
  const Av<AVCodecContext> c = own(avcodec_alloc_context3(codec));
  c->pix_fmt = AV_PIX_FMT_RGB24;
  c->width = rgb.size.width;
  c->height = rgb.size.height;
  c->time_base = {1, 1};
  c->thread_count = 1;
  c->flags |= AV_CODEC_FLAG_BITEXACT;
  check(avcodec_open2(c.get(), codec, nullptr), kEncodeFailed, "open the encoder");
  const Av<AVFrame> frame = copy_of(rgb);
  const Av<AVPacket> packet = own(av_packet_alloc());
  check(avcodec_send_frame(c.get(), frame.get()), kEncodeFailed, "encode a picture");
  check(avcodec_send_frame(c.get(), nullptr), kEncodeFailed, "encode a picture");
  check(avcodec_receive_packet(c.get(), packet.get()), kEncodeFailed, "encode a picture");
  return {packet->data, packet->data + packet->size};
}

void scale_picture(const Picture& rgb, const Picture& out) {
  for (int y = 0; y < out.size.height; y++) {
    const Span rows(y, rgb.size.height, out.size.height);
    uint8_t* row = out.plane[0] + y * out.stride[0];
    for (int x = 0; x < out.size.width; x++) average(rgb, {x, rgb.size.width, out.size.width}, rows, row + 3 * x);
  }
}

}  // namespace framekiln
