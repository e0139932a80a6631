// SPDX-License-Identifier: Apache-2.0
#include "encode/codec_options.h"

#include <algorithm>
#include <charconv>
#include <climits>
#include <cmath>

namespace framekiln {
namespace {

/// Below it x264 becomes lossless and leaves the High profile.
constexpr double kLowestLossyCrf = 1;
/// What veryfast's frames had as quantiser, on average, at a constant rate factor: the same sizes at the same number.
constexpr double kQuantiserAboveCrf = 7;
constexpr double kHighestQuantiser = 51;

const char* encoder_name(Codec codec) {
  switch (codec) {
    case Codec::h264_rgb:
      return "libx264rgb";
    case Codec::mpeg4_as_recorded:
      return "mpeg4";
    case Codec::hevc_420:
      return "hevc_nvenc";
    case Codec::av1_420:
      return "av1_nvenc";
    default:
      return "libx264";
  }
}

AVCodecID codec_id(Codec codec) {
  switch (codec) {
    case Codec::mpeg4_as_recorded:
      return AV_CODEC_ID_MPEG4;
    case Codec::hevc_420:
      return AV_CODEC_ID_HEVC;
    case Codec::av1_420:
      return AV_CODEC_ID_AV1;
    default:
      return AV_CODEC_ID_H264;
  }
}

AVPixelFormat pixel_format(Codec codec) {
  switch (codec) {
    case Codec::h264_420:
    case Codec::hevc_420:
    case Codec::av1_420:
      return AV_PIX_FMT_NV12;
    case Codec::h264_444:
      return AV_PIX_FMT_YUV444P;
    case Codec::h264_rgb:
      return AV_PIX_FMT_RGB24;
    default:
      return AV_PIX_FMT_YUV420P;
  }
}

/// As OpenCV 4 sets it: fps * width * height, to which it adds half of it twice.
int opencv_bit_rate(double fps, Size size) {
  const double rate = std::min(fps * size.width * size.height, INT_MAX / 2.0);
  const int whole = static_cast<int>(rate + 0.5);
  const int64_t once = std::min<int64_t>(static_cast<int64_t>(whole) + whole / 2, INT_MAX);
  return static_cast<int>(std::min<int64_t>(once + static_cast<int64_t>(rate / 2), INT_MAX));
}

void describe_as_recorded(const EncodeSettings& settings, AVCodecContext& c) {
  // FFmpeg's rate control aborts the process at a bit rate of 0, and MPEG-4 has 13 bits for a side.
  const double rate = static_cast<double>(settings.fps.num) / settings.fps.den * c.width * c.height;
  if (rate < 1 || c.width > 8191 || c.height > 8191) {
    throw Error("INVALID_ARGUMENT", "mpeg4_as_recorded takes sides up to 8191 and at least one pixel a second");
  }
  c.bit_rate = opencv_bit_rate(static_cast<double>(settings.fps.num) / settings.fps.den, coded_size(settings));
}

void describe_colours(const EncodeSettings& settings, AVCodecContext& c) {
  c.sample_aspect_ratio = {1, 1};
  c.color_primaries = AVCOL_PRI_BT709;
  if (settings.codec == Codec::h264_rgb) {
    c.color_trc = AVCOL_TRC_IEC61966_2_1;
    c.colorspace = AVCOL_SPC_RGB;
    c.color_range = AVCOL_RANGE_JPEG;
    return;
  }
  c.color_trc = AVCOL_TRC_BT709;
  c.colorspace = AVCOL_SPC_BT709;
  c.color_range = AVCOL_RANGE_MPEG;
  if (is_420(settings.codec)) c.chroma_sample_location = AVCHROMA_LOC_CENTER;
}

void set_as_recorded(AVCodecContext& c) {
  c.bit_rate_tolerance = static_cast<int>(c.bit_rate);
  c.qmin = 3;
  c.gop_size = 12;
}

/// What these pictures of hard edges and flat areas gain from; bench/TUNING.md has the measurements. Deblocking blurs
/// their edges, and one quantiser for all frames spares the three fastest presets the lookahead, together with B-frames
/// and weights. Whole pixels are near enough there for motion (subme 0), if blocks may be small.
std::string tuning(const std::string& preset) {
  const std::string unlooked = ":bframes=0:weightp=0:mbtree=0:rc-lookahead=0:subme=0";
  const std::string rounding = ":deadzone-inter=10:deadzone-intra=6";
  if (preset == "ultrafast") return ":no-deblock=1:me=hex:partitions=i4x4" + unlooked + rounding;
  if (preset == "superfast") return ":no-deblock=1:me=hex:partitions=all" + unlooked + rounding;
  if (preset == "veryfast") return ":no-deblock=1:me=umh:partitions=all:trellis=1" + unlooked;
  return ":no-deblock=1:partitions=all";
}

/// Of every P-frame; x264 makes the first frame a little better.
double quantiser(const EncodeSettings& settings) {
  const bool is_420 = settings.codec == Codec::h264_420;
  if (settings.codec == Codec::h264_rgb || (!is_420 && settings.crf < kLowestLossyCrf)) return 0;
  const double crf = std::max(settings.crf, kLowestLossyCrf);
  return std::min(std::round(settings.constant_qp ? crf : crf + kQuantiserAboveCrf), kHighestQuantiser);
}

/// One closed GOP whatever its length. Nothing here may follow from the number of frames or from their content,
/// or segments' SPS and PPS would differ: hence no keyint of the segment's length (1 would mean intra only).
void set_h264(const EncodeSettings& settings, AVCodecContext& c, Options& options) {
  c.gop_size = 1 << 30;  // x264's "infinite"
  c.flags |= AV_CODEC_FLAG_BITEXACT | AV_CODEC_FLAG_CLOSED_GOP;
  c.thread_count = 1;
  options.set("sc_threshold", "0");
  std::string params = "cpu-independent=1:stitchable=1:force-cfr=1";
  if (settings.parameter_set > 0) {
    params += ":sps-id=" + std::to_string(settings.parameter_set);
    c.max_b_frames = 0;
  }
  options.set("x264-params", params + tuning(settings.preset));
  if (!settings.preset.empty()) options.set("preset", settings.preset);
  options.set("profile", settings.codec == Codec::h264_420 ? "high" : "high444");
  options.set("qp", decimal(quantiser(settings)));
}

}  // namespace

std::string decimal(double value) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

Size coded_size(const EncodeSettings& settings) {
  const Size size = settings.size;
  switch (settings.codec) {
    case Codec::h264_420:
    case Codec::hevc_420:
    case Codec::av1_420:
      return {half_up(size.width) * 2, half_up(size.height) * 2};
    case Codec::mpeg4_as_recorded:
      return {size.width & -2, size.height & -2};
    default:
      return size;
  }
}

Av<AVCodecContext> describe_stream(const EncodeSettings& settings, const AVCodec* codec) {
  const Size size = coded_size(settings);
  if (size.width <= 0 || size.height <= 0 || settings.fps.num <= 0 || settings.fps.den <= 0) {
    throw Error("INVALID_ARGUMENT", "cannot encode " + std::to_string(settings.size.width) + " x " +
                                        std::to_string(settings.size.height) + " pixels at " +
                                        std::to_string(settings.fps.num) + "/" + std::to_string(settings.fps.den) +
                                        " frames a second with " + encoder_name(settings.codec));
  }
  Av<AVCodecContext> c = own(avcodec_alloc_context3(codec));
  const bool recorded = settings.codec == Codec::mpeg4_as_recorded;
  c->codec_type = AVMEDIA_TYPE_VIDEO;
  c->codec_id = codec_id(settings.codec);
  c->pix_fmt = pixel_format(settings.codec);
  c->width = size.width;
  c->height = size.height;
  c->framerate = {settings.fps.num, settings.fps.den};
  recorded ? describe_as_recorded(settings, *c) : describe_colours(settings, *c);
  c->time_base = {c->framerate.den, c->framerate.num};
  return c;
}

Av<AVCodecContext> open_encoder(const EncodeSettings& settings) {
  const char* name = encoder_name(settings.codec);
  const bool hardware = settings.codec == Codec::hevc_420 || settings.codec == Codec::av1_420;
  const AVCodec* codec = hardware ? nullptr : avcodec_find_encoder_by_name(name);
  if (hardware) throw Error("ENCODER_UNAVAILABLE", "HEVC and AV1 are encoded by NVENC alone");
  if (!codec) throw Error("ENCODER_UNAVAILABLE", std::string("this FFmpeg has no encoder ") + name);
  Av<AVCodecContext> c = describe_stream(settings, codec);
  c->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  Options options;
  settings.codec == Codec::mpeg4_as_recorded ? set_as_recorded(*c) : set_h264(settings, *c, options);
  const LogCapture log;
  const int rc = avcodec_open2(c.get(), codec, options.get());
  // Of x264-params that x264 does not know FFmpeg merely warns.
  if (rc < 0 || log.text().find("Error parsing option") != std::string::npos) {
    throw Error(rc == AVERROR(ENOMEM) ? "OUT_OF_MEMORY" : kEncodeFailed,
                std::string("cannot open ") + name + (rc < 0 ? ": " + error_text(rc) : "") +
                    (log.text().empty() ? "" : ": " + log.text()));
  }
  options.expect_all_taken(kEncodeFailed);
  return c;
}

}  // namespace framekiln
