// SPDX-License-Identifier: Apache-2.0
#include "decode/probe.h"

#include <algorithm>
#include <limits>
#include <string_view>

#include "decode/video_decoder.h"

extern "C" {
#include <libavutil/pixdesc.h>
}

namespace framekiln {
namespace {

/// When the packets are shown, in the stream's time base. Floating point, which a hostile file cannot overflow.
struct Times {
  double first = std::numeric_limits<double>::infinity(), last = -first;
  double last_duration = 0;

  void add(const AVPacket& packet) {
    const int64_t told = packet.pts != AV_NOPTS_VALUE ? packet.pts : packet.dts;
    if (told == AV_NOPTS_VALUE) return;
    const auto time = static_cast<double>(told);
    first = std::min(first, time);
    if (time < last) return;
    last = time;
    last_duration = static_cast<double>(packet.duration);
  }
};

/// Rate and duration: of the container what it says, the rest from the times. MP4 may keep the last frame's duration.
void measure(const Times& times, const AVStream& stream, VideoFacts& facts) {
  const double base = av_q2d(stream.time_base);
  const double between = times.last > times.first ? (times.last - times.first) * base : 0;
  const auto intervals = static_cast<double>(facts.frames - 1);
  AVRational rate = stream.avg_frame_rate;
  if (rate.num <= 0 || rate.den <= 0) rate = between > 0 ? av_d2q(intervals / between, 1'001'000) : AVRational{0, 1};
  if (rate.num > 0 && rate.den > 0) facts.rate = {rate.num, rate.den};
  const double last = facts.rate.num > 0 ? static_cast<double>(facts.rate.den) / facts.rate.num : 0;
  facts.duration = between + (times.last_duration > 0 ? times.last_duration * base : last);
}

void describe(const AVFrame& frame, const AVCodecContext& decoder, VideoFacts& facts) {
  const auto text = [](const char* name) { return std::string(name ? name : ""); };
  facts.codec = avcodec_get_name(decoder.codec_id);
  facts.profile = text(avcodec_profile_name(decoder.codec_id, decoder.profile));
  facts.matrix = frame.colorspace < AVCOL_SPC_NB ? frame.colorspace : AVCOL_SPC_UNSPECIFIED;
  facts.pixel_format = text(av_get_pix_fmt_name(static_cast<AVPixelFormat>(frame.format)));
  facts.size = {frame.width, frame.height};
}

/// Numbers of packets; -1 without any.
struct KeyFrames {
  int64_t first = -1, last = -1;
};

/// Fills the facts.
KeyFrames read_all(VideoFile& file, VideoFacts& facts) {
  VideoDecoder decoder(file);
  Times times;
  KeyFrames keys;
  bool decoded = false;
  const auto decode = [&](const AVPacket* packet) {
    decoder.send(packet);
    while (const AVFrame* frame = decoder.receive()) {
      if (!decoded) describe(*frame, decoder.context(), facts);
      decoded = true;
    }
  };
  while (const AVPacket* packet = file.next()) {
    if (packet->flags & AV_PKT_FLAG_KEY) keys.last = file.frames() - 1;
    if (keys.first < 0) keys.first = keys.last;
    if (file.shown()) {
      facts.frames++;
      times.add(*packet);
    }
    if (!decoded && keys.first >= 0) decode(packet);
  }
  if (facts.frames == 0) throw Error(kInvalidVideo, "The video has no frames");
  if (keys.first < 0) throw Error(kInvalidVideo, "The video has no key frame to start from");
  if (!decoded) decode(nullptr);
  if (!decoded) throw Error(kInvalidVideo, "The video is damaged: none of its frames decodes");
  measure(times, file.stream(), facts);
  return keys;
}

/// Read again rather than sought in: an index may lie, and the packets of one long group may not fit into memory.
void decode_from(int64_t key, const std::string& path, Control control) {
  VideoFile file(path, control);
  VideoDecoder decoder(file);
  int64_t decoded = 0;
  const auto decode = [&](const AVPacket* packet) {
    decoder.send(packet);
    while (decoder.receive()) decoded++;
  };
  while (const AVPacket* packet = file.next()) {
    if (file.frames() > key) decode(packet);
  }
  decode(nullptr);
  if (decoded == 0) throw Error(kInvalidVideo, "The video is damaged: its last frames do not decode");
}

}  // namespace

VideoFacts probe_video(const std::string& path, Control control) {
  const Silence silence;
  VideoFile file(path, control);
  VideoFacts facts;
  facts.container = file.container();
  facts.audio = file.has_audio();
  facts.bytes = file.bytes();
  const KeyFrames keys = read_all(file, facts);
  try {
    decode_from(keys.last, path, control);
  } catch (const Error& error) {
    if (keys.last == keys.first || std::string_view(error.code()) != kInvalidVideo) throw;
    // Where a gradual refresh only begins, the frames that follow need those before it.
    decode_from(keys.first, path, control);
  }
  return facts;
}

}  // namespace framekiln
