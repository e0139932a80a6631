// SPDX-License-Identifier: Apache-2.0
#pragma once

extern "C" {
#include <libavutil/mem.h>
#include <libavutil/sha.h>
}

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <istream>
#include <random>
#include <sstream>
#include <string>

#include "frame/picture.h"
#include "scene/family.h"

// Frames to draw with one renderer and another: random ones, and golden ones.
namespace framekiln::checks {

struct Job {
  Size size;
  PixelFormat format;
  scene::FrameParams params;
};

inline double pick(std::mt19937_64& random, double low, double high) {
  return std::uniform_real_distribution<double>(low, high)(random);
}

inline Job random_job(std::mt19937_64& random) {
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  Job job{};
  switch (below(4)) {
    case 0:
      job.size = {1 + below(40), 1 + below(40)};
      break;
    case 1:
      job.size = {1 + below(700), 1 + below(300)};
      break;
    case 2:
      job.size = {320 + below(20), 180 + below(20)};
      break;
    default:
      job.size = {below(2) ? 1 + below(3) : 1 + below(2000), 1 + below(30)};
  }
  job.format = static_cast<PixelFormat>(below(4));
  job.params.palette = static_cast<scene::PaletteName>(below(3));
  job.params.complexity = below(10) ? pick(random, -0.7, 1.2) : (below(2) ? 0.3 : 0.8);
  if (!below(20)) job.params.complexity = pick(random, -1, 1) * std::pow(10.0, below(308));
  switch (below(8)) {
    case 0:
      job.params.time = 0;
      break;
    case 1:
      job.params.time = pick(random, -1, 1) * std::pow(10.0, below(below(4) ? 16 : 308));
      break;
    case 2:
      job.params.time = below(300) / 30.0;
      break;
    case 3:
      job.params.time = -2 + pick(random, -1e-3, 1e-3);
      break;
    default:
      job.params.time = pick(random, -20, 60);
  }
  return job;
}

inline std::string name_of(const Job& job) {
  char text[200];
  std::snprintf(text, sizeof text, "%dx%d format %d time %.17g complexity %.17g palette %d", job.size.width,
                job.size.height, static_cast<int>(job.format), job.params.time, job.params.complexity,
                static_cast<int>(job.params.palette));
  return text;
}

inline std::string sha256(const uint8_t* data, size_t bytes) {
  uint8_t digest[32];
  AVSHA* sha = av_sha_alloc();
  if (!sha || av_sha_init(sha, 256) < 0) std::abort();
  av_sha_update(sha, data, bytes);
  av_sha_final(sha, digest);
  av_free(sha);
  std::string hex;
  for (uint8_t byte : digest) {
    for (int nibble : {byte >> 4, byte & 15}) hex += "0123456789abcdef"[nibble];
  }
  return hex;
}

/// The next line "WIDTH HEIGHT TIME COMPLEXITY PALETTE SHA256", as rgb24. Exits on any other.
struct Golden {
  Job job;
  std::string sha256;
};
inline bool next_golden(std::istream& in, Golden& golden) {
  std::string line;
  if (!std::getline(in, line)) return false;
  golden.job = {};
  int palette = 0;
  std::istringstream fields(line);
  fields >> golden.job.size.width >> golden.job.size.height >> golden.job.params.time >> golden.job.params.complexity >>
      palette >> golden.sha256;
  if (!fields) {
    std::printf("not a golden frame: %s\n", line.c_str());
    std::exit(1);
  }
  golden.job.params.palette = static_cast<scene::PaletteName>(palette);
  return true;
}

}  // namespace framekiln::checks
