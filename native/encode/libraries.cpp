// SPDX-License-Identifier: Apache-2.0
#include "encode/libraries.h"

#include "av/av.h"

namespace framekiln {
namespace {

std::string dotted(unsigned version) {
  return std::to_string(AV_VERSION_MAJOR(version)) + "." + std::to_string(AV_VERSION_MINOR(version)) + "." +
         std::to_string(AV_VERSION_MICRO(version));
}

}  // namespace

std::vector<Library> libraries() {
  return {{"ffmpeg", av_version_info()},
          {"libavcodec", dotted(avcodec_version())},
          {"libavformat", dotted(avformat_version())},
          {"libavutil", dotted(avutil_version())},
          {"libswscale", dotted(swscale_version())},
          {"libx264", avcodec_find_encoder_by_name("libx264") ? "present" : "missing"}};
}

void quiet_logging() { quiet_libav_logging(); }

}  // namespace framekiln
