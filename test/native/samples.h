// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "check.h"
#include "decode.h"
#include "encode/muxer.h"
#include "frame/container.h"

// Whole videos of every kind that is read.
namespace framekiln::checks {

constexpr int kFrames = 13;
constexpr Size kSize{64, 36};

inline const char* container_name(Container container) {
  static const char* const names[] = {"mp4", "matroska", "avi", "y4m"};
  return names[static_cast<int>(container)];
}

inline std::vector<uint8_t> video_of(Codec codec, Container container, Size size = kSize) {
  const EncodeSettings s = settings_of(codec, size);
  MemorySink sink(1 << 30);
  Muxer muxer(s, container, sink);
  if (codec == Codec::mpeg4_as_recorded) {
    muxer.append(encode(s, kFrames, Content::cuts));
  } else {
    for (int count : {8, 1, 4}) muxer.append(encode(s, count, Content::cuts));
  }
  muxer.finish();
  return sink.bytes();
}

struct Sample {
  std::string name;
  Container container;
  std::string codec;
  std::vector<uint8_t> bytes;
};

/// Of containers that only others write.
inline std::vector<Sample> foreign(Size size) {
  constexpr std::pair<AVCodecID, AVPixelFormat> kinds[] = {
      {AV_CODEC_ID_MPEG4, AV_PIX_FMT_YUV420P},   {AV_CODEC_ID_MJPEG, AV_PIX_FMT_YUVJ420P},
      {AV_CODEC_ID_FFV1, AV_PIX_FMT_YUV444P},    {AV_CODEC_ID_HUFFYUV, AV_PIX_FMT_RGB24},
      {AV_CODEC_ID_FFVHUFF, AV_PIX_FMT_YUV420P}, {AV_CODEC_ID_UTVIDEO, AV_PIX_FMT_GBRP},
      {AV_CODEC_ID_RAWVIDEO, AV_PIX_FMT_BGR24},  {AV_CODEC_ID_RAWVIDEO, AV_PIX_FMT_YUV420P}};
  std::vector<Sample> samples{{"y4m", Container::y4m, "rawvideo", y4m_of(size, kFrames)}};
  for (const auto& [codec, format] : kinds) {
    const std::string name = avcodec_get_name(codec);
    samples.push_back({"avi " + name, Container::avi, name, avi_of(codec, format, size, kFrames)});
  }
  return samples;
}

inline std::vector<Sample> all_samples() {
  std::vector<Sample> samples = foreign(kSize);
  for (Codec codec : {Codec::h264_420, Codec::h264_444, Codec::h264_rgb, Codec::mpeg4_as_recorded}) {
    for (Container container : {Container::mp4, Container::matroska}) {
      const std::string name = std::string(container_name(container)) + " " + name_of(settings_of(codec, kSize));
      const bool recorded = codec == Codec::mpeg4_as_recorded;
      samples.push_back({name, container, recorded ? "mpeg4" : "h264", video_of(codec, container)});
    }
  }
  return samples;
}

}  // namespace framekiln::checks
