// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <string>
#include <vector>

#include "encode/encoder.h"
#include "frame/container.h"
#include "frame/error.h"
#include "segment/segment.h"

// What the checks of encoding share.
namespace framekiln::checks {

inline int failures = 0;

inline void expect(bool good, const std::string& what) {
  if (good) return;
  std::printf("failed: %s\n", what.c_str());
  failures++;
}

template <class Call>
void expect_error(const char* code, const std::string& what, Call&& call) {
  std::string got = "nothing";
  try {
    call();
  } catch (const Error& error) {
    got = std::string(error.code()) + " (" + error.what() + ")";
  }
  expect(got.rfind(code, 0) == 0, what + ": expected " + code + " but it threw " + got);
}

inline EncodeSettings settings_of(Codec codec, Size size, const char* preset = "medium", double crf = 23) {
  return {codec, size, {30, 1}, preset, crf};
}

inline std::string name_of(const EncodeSettings& s) {
  static const char* const codecs[] = {"h264_420", "h264_444", "h264_rgb", "mpeg4_as_recorded", "hevc_420", "av1_420"};
  return std::string(codecs[static_cast<int>(s.codec)]) + " " + std::to_string(s.size.width) + "x" +
         std::to_string(s.size.height) + " " + s.preset + " crf " + std::to_string(static_cast<int>(s.crf));
}

constexpr Container kWritten[] = {Container::mp4, Container::matroska, Container::fmp4};

inline std::string name_of(Container container) {
  return container == Container::mp4 ? "mp4" : container == Container::fmp4 ? "fmp4" : "matroska";
}

enum class Content { flat, noise, cuts };

/// Packed frames in the codec's input format, of values that limited range holds.
inline std::vector<uint8_t> frames_of(const EncodeSettings& s, int count, Content content) {
  const size_t bytes = picture_bytes(input_format(s.codec), s.size);
  std::vector<uint8_t> frames(bytes * static_cast<size_t>(count));
  uint32_t state = 1;
  for (size_t i = 0; i < frames.size(); i++) {
    const size_t frame = i / bytes;
    state = state * 1664525 + 1013904223;
    const size_t cut = frame / 3 % 2 ? i * 7 : 200 - i % 50;
    const size_t value = content == Content::flat ? 80 + frame : content == Content::noise ? state >> 24 : cut;
    frames[i] = static_cast<uint8_t>(16 + value % 220);
  }
  return frames;
}

inline EncodedSegment encode(const EncodeSettings& s, int count, Content content) {
  return encode_from_memory(s, frames_of(s, count, content).data(), count);
}

/// In check_sinks.cpp.
void sinks();
void disk_full();
void after_failure();

}  // namespace framekiln::checks
