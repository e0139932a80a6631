// SPDX-License-Identifier: Apache-2.0
// Compares every CPU level with the reference on random frames, sizes and formats.
//   check_render [JOBS] [SEED]     exit 1 and the job's parameters on the first difference
//   check_render golden            lines "WIDTH HEIGHT TIME COMPLEXITY PALETTE SHA256" from standard input, as rgb24
//   check_render bench WIDTH HEIGHT   frames/s by family, level and format
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <random>
#include <vector>

#include "render/cpu/cpu_renderer.h"
#include "render_jobs.h"

using namespace framekiln;
using namespace framekiln::checks;

namespace {

std::vector<uint8_t> draw(CpuLevel level, const Job& job) {
  // A mark behind the picture that must survive.
  std::vector<uint8_t> memory(picture_bytes(job.format, job.size) + 64, 0xa5);
  make_cpu_renderer(level, job.format, job.size)->render(job.params, picture_over(job.format, job.size, memory.data()));
  return memory;
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
      std::printf("%s differs from reference at byte %zu (%d, not %d): seed %llu, %s\n", cpu_level_name(level), at,
                  got[at], wanted[at], static_cast<unsigned long long>(seed + static_cast<uint64_t>(n)),
                  name_of(job).c_str());
      return 1;
    }
  }
  std::printf("%d jobs equal on %zu levels, seed %llu\n", jobs, cpu_levels().size(),
              static_cast<unsigned long long>(seed));
  return 0;
}

int golden() {
  int frames = 0, wrong = 0;
  for (Golden frame; next_golden(std::cin, frame); frames++) {
    const Job& job = frame.job;
    for (CpuLevel level : cpu_levels()) {
      if (sha256(draw(level, job).data(), picture_bytes(job.format, job.size)) == frame.sha256) continue;
      std::printf("%s differs: %s\n", cpu_level_name(level), name_of(job).c_str());
      wrong++;
    }
  }
  if (!wrong) std::printf("%d frames equal on %zu levels\n", frames, cpu_levels().size());
  return wrong || !frames;
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
