// SPDX-License-Identifier: Apache-2.0
// Compares every CPU level with the reference on random frames, sizes and formats.
//   check_render [JOBS] [SEED]     exit 1 and the job's parameters on the first difference
//   check_render bench WIDTH HEIGHT   frames/s by family, level and format
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
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
  // Padding around every row, and a mark in it that must survive.
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
    case 0: job.size = {1 + below(40), 1 + below(40)}; break;
    case 1: job.size = {1 + below(700), 1 + below(300)}; break;
    case 2: job.size = {320 + below(20), 180 + below(20)}; break;
    default: job.size = {below(2) ? 1 + below(3) : 1 + below(2000), 1 + below(30)};
  }
  job.format = static_cast<PixelFormat>(below(4));
  job.params.palette = static_cast<scene::PaletteName>(below(3));
  job.params.complexity = below(10) ? pick(random, -0.7, 1.2) : (below(2) ? 0.3 : 0.8);
  switch (below(8)) {
    case 0: job.params.time = 0; break;
    case 1: job.params.time = pick(random, -1, 1) * std::pow(10.0, below(16)); break;
    case 2: job.params.time = below(300) / 30.0; break;
    case 3: job.params.time = -2 + pick(random, -1e-3, 1e-3); break;
    default: job.params.time = pick(random, -20, 60);
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
      std::printf("%s differs from reference at byte %zu (%d, not %d): seed %llu, %dx%d format %d time %.17g complexity %.17g palette %d\n",
                  cpu_level_name(level), at, got[at], wanted[at], static_cast<unsigned long long>(seed + static_cast<uint64_t>(n)),
                  job.size.width, job.size.height, static_cast<int>(job.format), job.params.time, job.params.complexity,
                  static_cast<int>(job.params.palette));
      return 1;
    }
  }
  std::printf("%d jobs equal on %zu levels, seed %llu\n", jobs, cpu_levels().size(), static_cast<unsigned long long>(seed));
  return 0;
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
  return check(argc > 1 ? std::atoi(argv[1]) : 1000, argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1);
}
