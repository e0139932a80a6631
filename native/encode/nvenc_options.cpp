// SPDX-License-Identifier: Apache-2.0
#include "encode/nvenc_options.h"

#include <algorithm>
#include <climits>
#include <cmath>
#include <cstring>
#include <string>

#include "encode/codec_options.h"
#include "encode/nvenc.h"

namespace framekiln {
namespace {

/// Longer than any segment: the first frame alone is a key frame. FFmpeg takes no NVENC_INFINITE_GOPLENGTH, and with a
/// gop_size below 1 it leaves B-frames to the preset; streaming servers run chips with this value.
constexpr int kNoMoreKeyFrames = INT_MAX;

/// NVENC's preset of about an x264 preset's place between fast and good.
const char* preset_of(const std::string& x264) {
  constexpr struct {
    const char *x264, *nvenc;
  } kPresets[] = {{"ultrafast", "p1"}, {"superfast", "p2"}, {"veryfast", "p3"}, {"faster", "p4"},   {"fast", "p4"},
                  {"medium", "p5"},    {"slow", "p6"},      {"slower", "p7"},   {"veryslow", "p7"}, {"placebo", "p7"}};
  for (const auto& preset : kPresets) {
    if (x264 == preset.x264) return preset.nvenc;
  }
  return "p5";
}

bool has(const std::string& text, const char* words) { return text.find(words) != std::string::npos; }

/// What kept a session from opening. FFmpeg's codes mean several things each (nvenc_map_error in libavcodec/nvenc.c),
/// so its words decide.
const char* code_of(const std::string& log) {
  if (has(log, "Cannot load libnvidia-encode") || has(log, "Cannot load libcuda")) return "LIB_MISSING";
  if (has(log, "required nvenc API version") || has(log, "nvenc max version") || has(log, "invalid version")) {
    return "DRIVER_TOO_OLD";
  }
  if (has(log, "OpenEncodeSessionEx failed")) {
    if (has(log, "unsupported device") || has(log, "no encode device")) return "NO_NVENC_UNIT";
    // This and the next are what drivers say to one session too many.
    if (has(log, "out of memory")) return "SESSION_LIMIT";
  }
  if (has(log, "incompatible client key")) return "SESSION_LIMIT";
  if (has(log, "Codec not supported")) return "CODEC_UNAVAILABLE";
  return has(log, "out of memory") || has(log, "OUT_OF_MEMORY") ? "GPU_OUT_OF_MEMORY" : "NVENC_REFUSED";
}

void set_options(const EncodeSettings& settings, AVCodecContext& c, Options& options) {
  c.gop_size = kNoMoreKeyFrames;
  c.max_b_frames = 0;
  c.flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_CLOSED_GOP;
  options.set("forced-idr", "1");
  options.set("no-scenecut", "1");
  options.set("preset", preset_of(settings.preset));
  if (settings.codec == Codec::h264_420) options.set("profile", "high");
  // 0 would mean "automatic" to one and lossless to the other.
  const double quality = std::max(settings.crf, 1.0);
  // x264's 51 steps on AV1's scales of 255 and 63.
  const bool is_av1 = settings.codec == Codec::av1_420;
  if (settings.constant_qp) {
    options.set("rc", "constqp");
    options.set("qp", decimal(std::round(quality) * (is_av1 ? 5 : 1)));
    // All frames alike: FFmpeg's own factors would make the first one better.
    c.i_quant_factor = 0;
    c.b_quant_factor = 0;
  } else {
    options.set("rc", "vbr");
    options.set("cq", decimal(is_av1 ? quality * 63 / 51 : quality));
    c.bit_rate = 0;
  }
}

}  // namespace

const char* nvenc_name(Codec codec) {
  return codec == Codec::hevc_420 ? "hevc_nvenc" : codec == Codec::av1_420 ? "av1_nvenc" : "h264_nvenc";
}

Av<AVCodecContext> open_nvenc(const EncodeSettings& settings, AVBufferRef* pool) {
  if (!is_420(settings.codec)) throw Error("INVALID_ARGUMENT", "NVENC encodes 4:2:0 alone here");
  const char* name = nvenc_name(settings.codec);
  const AVCodec* codec = avcodec_find_encoder_by_name(name);
  if (!codec) throw Error("CODEC_UNAVAILABLE", std::string("this FFmpeg has no encoder ") + name);
  Av<AVCodecContext> c = describe_stream(settings, codec);
  c->pix_fmt = AV_PIX_FMT_CUDA;
  c->sw_pix_fmt = AV_PIX_FMT_NV12;
  c->hw_frames_ctx = av_buffer_ref(pool);
  if (!c->hw_frames_ctx) throw Error("OUT_OF_MEMORY", "FFmpeg is out of memory");
  Options options;
  set_options(settings, *c, options);
  const LogCapture log;
  const int rc = avcodec_open2(c.get(), codec, options.get());
  if (rc < 0) {
    const std::string& words = log.text();
    const bool is_host = rc == AVERROR(ENOMEM) && words.empty();
    throw Error(is_host ? "OUT_OF_MEMORY" : code_of(words),
                std::string("cannot open ") + name + ": " + error_text(rc) + (words.empty() ? "" : ": " + words));
  }
  options.expect_all_taken("NVENC_REFUSED");
  return c;
}

std::vector<uint8_t> extradata_of(const EncodeSettings& settings, const AVCodecContext& codec) {
  const char* name = settings.codec == Codec::h264_420   ? "h264_metadata"
                     : settings.codec == Codec::hevc_420 ? "hevc_metadata"
                                                         : nullptr;
  const AVBitStreamFilter* filter = name ? av_bsf_get_by_name(name) : nullptr;
  if (!filter) return {codec.extradata, codec.extradata + codec.extradata_size};
  AVBSFContext* made = nullptr;
  check(av_bsf_alloc(filter, &made), "NVENC_REFUSED", "allocate a bitstream filter");
  const Av<AVBSFContext> bsf = own(made);
  check(avcodec_parameters_from_context(bsf->par_in, &codec), "NVENC_REFUSED", "describe the stream");
  // In the middle of each block, as README's "Raw frames" has it.
  check(av_opt_set(bsf->priv_data, "chroma_sample_loc_type", "1", 0), "NVENC_REFUSED", "set up a bitstream filter");
  check(av_bsf_init(bsf.get()), "NVENC_REFUSED", "read NVENC's parameter sets");
  return {bsf->par_out->extradata, bsf->par_out->extradata + bsf->par_out->extradata_size};
}

}  // namespace framekiln
