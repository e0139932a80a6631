// SPDX-License-Identifier: Apache-2.0
// Compares every CPU level with the reference on random frames, sizes and formats.
//   check_render [JOBS] [SEED]     exit 1 and the job's parameters on the first difference
//   check_render golden            lines "WIDTH HEIGHT TIME COMPLEXITY PALETTE SHA256" from standard input, as rgb24
//   check_render bench WIDTH HEIGHT   frames/s by family, level and format
extern "C" {
#include <libavutil/mem.h>
#include <libavutil/sha.h>
}

#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "render/cpu/cpu_renderer.h"

using namespace framekiln;

namespace {

struct Job {
  Size size;
  PixelFormat format;
  scene::FrameParams params;
};

std::vector<uint8_t> draw(CpuLevel level, const Job& job) {
  // A mark behind the picture that must survive.
  std::vector<uint8_t> memory(picture_bytes(job.format, job.size) + 64, 0xa5);
  make_cpu_renderer(level, job.format, job.size)->render(job.params, picture_over(job.format, job.size, memory.data()));
  return memory;
}

double pick(std::mt19937_64& random, double low, double high) {
  return std::uniform_real_distribution<double>(low, high)(random);
}

Job random_job(std::mt19937_64& random) {
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

int check(int jobs, uint64_t seed) {
  for (int n = 0; n < jobs; n++) {
    std::mt19937_64 random(seed + static_cast<uint64_t>(n));
    const Job job = random_job(random);
    const std::vector<uint8_t> wanted = draw(CpuLevel::reference, job);
    for (CpuLevel level : cpu_levels()) {
      const std::vector<uint8_t> got = draw(level, job);
      if (got == wanted) continue;
      size_t at = 0;
      while (got[at] == wanted[at]) at++;
      std::printf(
          "%s differs from reference at byte %zu (%d, not %d): seed %llu, %dx%d format %d time %.17g "
          "complexity %.17g palette %d\n",
          cpu_level_name(level), at, got[at], wanted[at],
          static_cast<unsigned long long>(seed + static_cast<uint64_t>(n)), job.size.width, job.size.height,
          static_cast<int>(job.format), job.params.time, job.params.complexity, static_cast<int>(job.params.palette));
      return 1;
    }
  }
  std::printf("%d jobs equal on %zu levels, seed %llu\n", jobs, cpu_levels().size(),
              static_cast<unsigned long long>(seed));
  return 0;
}

std::string sha256(const uint8_t* data, size_t bytes) {
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

int golden() {
  int lines = 0, wrong = 0;
  for (std::string line; std::getline(std::cin, line); lines++) {
    Job job{};
    int palette = 0;
    std::string wanted;
    std::istringstream fields(line);
    fields >> job.size.width >> job.size.height >> job.params.time >> job.params.complexity >> palette >> wanted;
    if (!fields) {
      std::printf("not a golden frame: %s\n", line.c_str());
      return 1;
    }
    job.params.palette = static_cast<scene::PaletteName>(palette);
    for (CpuLevel level : cpu_levels()) {
      if (sha256(draw(level, job).data(), picture_bytes(job.format, job.size)) == wanted) continue;
      std::printf("%s differs: %s\n", cpu_level_name(level), line.c_str());
      wrong++;
    }
  }
  if (!wrong) std::printf("%d frames equal on %zu levels\n", lines, cpu_levels().size());
  return wrong || !lines;
}

int bench(Size size) {
  for (const char* format : {"rgb24", "nv12"}) {
    const PixelFormat pixels = std::strcmp(format, "rgb24") ? PixelFormat::nv12 : PixelFormat::rgb24;
    std::vector<uint8_t> memory(picture_bytes(pixels, size));
    const Picture out = picture_over(pixels, size, memory.data());
    for (CpuLevel level : cpu_levels()) {
      if (level == CpuLevel::reference) continue;
      const auto renderer = make_cpu_renderer(level, pixels, size);
      std::printf("%-6s %-9s", format, cpu_level_name(level));
      for (double complexity : {0.12, 0.45, 0.7, 0.9}) {
        int frames = 0;
        const auto start = std::chrono::steady_clock::now();
        double seconds = 0;
        for (; seconds < 1; frames++) {
          renderer->render({frames % 300 / 30.0, complexity, scene::PaletteName::vibrant}, out);
          seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        }
        std::printf(" %8.0f", frames / seconds);
      }
      std::printf("\n");
    }
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 4 && !std::strcmp(argv[1], "bench")) return bench({std::atoi(argv[2]), std::atoi(argv[3])});
  if (argc == 2 && !std::strcmp(argv[1], "golden")) return golden();
  return check(argc > 1 ? std::atoi(argv[1]) : 1000, argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1);
}
