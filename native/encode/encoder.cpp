// SPDX-License-Identifier: Apache-2.0
#include "encode/encoder.h"

#include <cstring>
#include <optional>
#include <string>
#include <utility>

#include "av/av.h"
#include "encode/as_recorded.h"
#include "encode/codec_options.h"

namespace framekiln {
namespace {

/// x264 writes its version and settings into an SEI message of the first packet: not in a file of ours.
Av<AVBSFContext> open_sei_filter(const AVCodecContext& codec) {
  const AVBitStreamFilter* filter = av_bsf_get_by_name("filter_units");
  if (!filter) throw Error("ENCODER_UNAVAILABLE", "this FFmpeg has no bitstream filter filter_units");
  AVBSFContext* made = nullptr;
  check(av_bsf_alloc(filter, &made), kEncodeFailed, "allocate a bitstream filter");
  Av<AVBSFContext> bsf = own(made);
  check(avcodec_parameters_from_context(bsf->par_in, &codec), kEncodeFailed, "describe the stream");
  check(av_opt_set(bsf->priv_data, "remove_types", "6", 0), kEncodeFailed, "set up a bitstream filter");
  bsf->time_base_in = codec.time_base;
  check(av_bsf_init(bsf.get()), kEncodeFailed, "open a bitstream filter");
  return bsf;
}

/// Repeats the last column and row of an nv12 frame's luma where the coded frame is larger. Chroma is there already.
void repeat_edges(AVFrame& frame, Size size) {
  uint8_t* luma = frame.data[0];
  const ptrdiff_t stride = frame.linesize[0];
  if (frame.width > size.width) {
    for (int y = 0; y < size.height; y++) luma[y * stride + size.width] = luma[y * stride + size.width - 1];
  }
  if (frame.height > size.height) {
    std::memcpy(luma + size.height * stride, luma + (size.height - 1) * stride, static_cast<size_t>(frame.width));
  }
}

}  // namespace

struct Encoder::Impl {
  EncodeSettings settings;
  int frames;
  int sent = 0;
  Av<AVCodecContext> codec;
  Av<AVBSFContext> bsf;  // none for mpeg4
  Av<AVPacket> packet = own(av_packet_alloc());
  Av<AVFrame> frame;
  std::optional<AsRecordedInput> recorded;
  EncodedSegment segment;

  Impl(const EncodeSettings& wanted, int length) : settings(wanted), frames(length), codec(open_encoder(wanted)) {
    if (settings.codec == Codec::mpeg4_as_recorded) {
      recorded.emplace(settings.size, Size{codec->width, codec->height});
    } else {
      bsf = open_sei_filter(*codec);
    }
    segment.packets.reserve(static_cast<size_t>(frames));
    segment.extradata.assign(codec->extradata, codec->extradata + codec->extradata_size);
  }

  /// A frame that the encoder does not still look at.
  AVFrame& free_frame() {
    if (!frame || !av_frame_is_writable(frame.get())) frame = make_frame(codec->pix_fmt, codec->width, codec->height);
    return *frame;
  }

  Picture next() {
    if (recorded) return recorded->picture();
    AVFrame& f = free_frame();
    Picture picture{input_format(settings.codec), settings.size, {}, {}};
    for (int i = 0; i < 3; i++) {
      picture.plane[i] = f.data[i];
      picture.stride[i] = f.linesize[i];
    }
    return picture;
  }

  void send() {
    AVFrame& f = free_frame();
    if (recorded) recorded->convert(f);
    if (settings.codec == Codec::h264_420) repeat_edges(f, settings.size);
    send(f);
  }

  void send(const Picture& picture) {
    const Size taken = recorded ? settings.size : Size{codec->width, codec->height};
    if (picture.format != input_format(settings.codec) || picture.size.width != taken.width ||
        picture.size.height != taken.height) {
      throw Error("INVALID_ARGUMENT", "a picture of another format or size than the encoder takes");
    }
    // x264 reads up to 4 bytes behind packed RGB, where the caller's memory may end.
    if (picture.format == PixelFormat::rgb24) {
      copy_picture(picture, next());
      return send();
    }
    const Av<AVFrame> f = borrow(picture);
    send(*f);
    // Its memory is the caller's again from now on.
    if (!av_frame_is_writable(f.get())) throw Error(kEncodeFailed, "the encoder keeps frames");
  }

  void send(AVFrame& f) {
    if (sent == frames) throw Error(kEncodeFailed, "more frames than the segment's " + std::to_string(frames));
    f.pts = sent++;
    check(avcodec_send_frame(codec.get(), &f), kEncodeFailed, "encode a frame");
    receive_packets();
  }

  /// A frame over somebody else's memory.
  Av<AVFrame> borrow(const Picture& picture) const {
    Av<AVFrame> f = own(av_frame_alloc());
    f->format = codec->pix_fmt;
    f->width = codec->width;
    f->height = codec->height;
    for (int p = 0; p < 3 && picture.plane[p]; p++) {
      const size_t bytes = static_cast<size_t>(picture.stride[p]) * static_cast<size_t>(plane_size(picture, p).rows);
      f->data[p] = picture.plane[p];
      f->linesize[p] = static_cast<int>(picture.stride[p]);
      f->buf[p] = av_buffer_create(
          picture.plane[p], bytes, [](void*, uint8_t*) {}, nullptr, 0);
      if (!f->buf[p]) throw Error("OUT_OF_MEMORY", "FFmpeg is out of memory");
    }
    return f;
  }

  EncodedSegment finish() {
    if (sent != frames) {
      throw Error(kEncodeFailed,
                  "only " + std::to_string(sent) + " of the segment's " + std::to_string(frames) + " frames");
    }
    check(avcodec_send_frame(codec.get(), nullptr), kEncodeFailed, "finish a segment");
    receive_packets();
    if (static_cast<int>(segment.packets.size()) != frames) throw Error(kEncodeFailed, "the encoder dropped frames");
    segment.frames = frames;
    return std::move(segment);
  }

  void receive_packets() {
    for (;;) {
      const int rc = avcodec_receive_packet(codec.get(), packet.get());
      if (rc == AVERROR(EAGAIN) || rc == AVERROR_EOF) return;
      check(rc, kEncodeFailed, "encode a frame");
      if (bsf) {
        check(av_bsf_send_packet(bsf.get(), packet.get()), kEncodeFailed, "filter a packet");
        check(av_bsf_receive_packet(bsf.get(), packet.get()), kEncodeFailed, "filter a packet");
      }
      append(*packet);
      av_packet_unref(packet.get());
    }
  }

  /// x264's own first dts depend on whether it saw enough frames; these do not, so segments of any length fit together.
  void append(const AVPacket& p) {
    const int64_t dts = static_cast<int64_t>(segment.packets.size()) - codec->has_b_frames;
    if (p.pts < dts) throw Error(kEncodeFailed, "the encoder reorders more than it says");
    segment.packets.push_back({static_cast<uint32_t>(p.size), p.pts, dts, (p.flags & AV_PKT_FLAG_KEY) != 0});
    segment.data.insert(segment.data.end(), p.data, p.data + p.size);
  }
};

Encoder::Encoder(const EncodeSettings& settings, int frames) {
  if (frames < 1) throw Error("INVALID_ARGUMENT", "a segment has at least one frame");
  impl_ = std::make_unique<Impl>(settings, frames);
}
Encoder::~Encoder() = default;
Picture Encoder::next() { return impl_->next(); }
void Encoder::send() { impl_->send(); }
void Encoder::send(const Picture& picture) { impl_->send(picture); }
EncodedSegment Encoder::finish() { return impl_->finish(); }

}  // namespace framekiln
