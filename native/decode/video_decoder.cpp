// SPDX-License-Identifier: Apache-2.0
#include "decode/video_decoder.h"

#include <algorithm>

#include "frame/picture.h"

namespace framekiln {
namespace {

/// What encoders of experiments write, what their originals are kept in, and what browsers play. FFmpeg has some three
/// hundred decoders more, of uneven quality, which nobody's file shall reach.
constexpr AVCodecID kCodecs[] = {AV_CODEC_ID_H264,    AV_CODEC_ID_HEVC,    AV_CODEC_ID_AV1,     AV_CODEC_ID_VP9,
                                 AV_CODEC_ID_VP8,     AV_CODEC_ID_MPEG4,   AV_CODEC_ID_MJPEG,   AV_CODEC_ID_FFV1,
                                 AV_CODEC_ID_HUFFYUV, AV_CODEC_ID_FFVHUFF, AV_CODEC_ID_UTVIDEO, AV_CODEC_ID_RAWVIDEO};

std::string known_codecs() {
  std::string list;
  for (AVCodecID id : kCodecs) list += std::string(list.empty() ? "" : ", ") + avcodec_get_name(id);
  return list;
}

[[noreturn]] void no_decoder(const char* name) {
  throw Error(kInvalidVideo, std::string("The video cannot be checked: this FFmpeg has no decoder for ") + name);
}

}  // namespace

VideoDecoder::VideoDecoder(const VideoFile& file) : file_(file) {
  const AVCodecParameters& stream = *file.stream().codecpar;
  const char* name = avcodec_get_name(stream.codec_id);
  if (std::find(std::begin(kCodecs), std::end(kCodecs), stream.codec_id) == std::end(kCodecs)) {
    throw Error(kInvalidVideo, std::string("The video's codec is ") + name + "; expected one of " + known_codecs());
  }
  const AVCodec* codec = avcodec_find_decoder(stream.codec_id);
  if (!codec) no_decoder(name);
  context_ = own(avcodec_alloc_context3(codec));
  check(avcodec_parameters_to_context(context_.get(), &stream), "OUT_OF_MEMORY", "set up a decoder");
  context_->pkt_timebase = file.stream().time_base;
  context_->thread_count = 1;
  context_->err_recognition = AV_EF_CRCCHECK | AV_EF_BITSTREAM | AV_EF_BUFFER | AV_EF_EXPLODE;
  context_->max_pixels = kMaxPixels;
  const int rc = avcodec_open2(context_.get(), codec, nullptr);
  if (rc == AVERROR(ENOSYS)) no_decoder(name);
  if (rc < 0) throw Error(kInvalidVideo, "The video's header is damaged: " + error_text(rc));
}

void VideoDecoder::check_decoded(int rc) const {
  if (rc >= 0) return;
  if (rc == AVERROR(ENOMEM)) throw Error("OUT_OF_MEMORY", "FFmpeg is out of memory");
  // FFmpeg's own decoder of AV1 works with hardware alone, and tells so only now.
  if (rc == AVERROR(ENOSYS)) no_decoder(avcodec_get_name(context_->codec_id));
  throw Error(kInvalidVideo, "The video is damaged: frame " + std::to_string(file_.frames() - 1) + " does not decode");
}

void VideoDecoder::send(const AVPacket* packet) {
  // FFmpeg would take it for the end.
  if (packet && packet->size == 0) check_decoded(AVERROR_INVALIDDATA);
  check_decoded(avcodec_send_packet(context_.get(), packet));
}

const AVFrame* VideoDecoder::receive() {
  const int rc = avcodec_receive_frame(context_.get(), frame_.get());
  if (rc == AVERROR(EAGAIN) || rc == AVERROR_EOF) return nullptr;
  check_decoded(rc);
  if (frame_->decode_error_flags || frame_->flags & AV_FRAME_FLAG_CORRUPT) check_decoded(AVERROR_INVALIDDATA);
  if (!fits({frame_->width, frame_->height}))
    throw Error(kInvalidVideo, "The video's frames are larger than 33.2 megapixels");
  return frame_.get();
}

}  // namespace framekiln
