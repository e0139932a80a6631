// SPDX-License-Identifier: Apache-2.0
// The GPU's renderer against the CPU's, over whatever libcuda.so.1 is found: in tests a double, on machines with a GPU
// the real one.
//   check_cuda draws [SEED]     random frames of all families in every format, in batches, with their hashes
//   check_cuda doubt            a frame that kernels cannot decide
//   check_cuda golden           as check_render's, from standard input
//   check_cuda threads          eight threads at once
//   check_cuda segments         a thousand segments; prints how much memory is allocated on their way
//   check_cuda open             opens a GPU and says how, or "CODE message" of the error
#include <atomic>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <thread>
#include <vector>

#include "check.h"
#include "encode/libraries.h"
#include "render_jobs.h"
#include "scene/mandelbrot.h"
#include "segment/gpu_probe.h"
#include "segment/gpu_worker.h"

using namespace framekiln;
using namespace framekiln::checks;

namespace {

struct Clip {
  Size size;
  std::vector<double> time, complexity;
  std::vector<uint8_t> palette;

  Frames frames() const {
    return {size, static_cast<int>(time.size()), time.data(), complexity.data(), palette.data()};
  }
};

Clip random_clip(std::mt19937_64& random, int frames) {
  Clip clip{random_job(random).size, {}, {}, {}};
  for (int i = 0; i < frames; i++) {
    const scene::FrameParams params = random_job(random).params;
    clip.time.push_back(params.time);
    clip.complexity.push_back(params.complexity);
    clip.palette.push_back(static_cast<uint8_t>(params.palette));
  }
  return clip;
}

/// Both renderers' bytes and hashes.
void expect_equal(GpuWorker& gpu, const Clip& clip, PixelFormat format, const std::string& what) {
  const size_t bytes = picture_bytes(format, clip.size), total = bytes * clip.time.size();
  std::vector<uint8_t> drawn(total), wanted(total);
  std::vector<FrameHash> drawn_hashes, wanted_hashes;
  gpu.render_frames(clip.frames(), CpuLevel::baseline, format, drawn.data(), {}, &drawn_hashes);
  render_frames(clip.frames(), CpuLevel::baseline, format, wanted.data(), {}, &wanted_hashes);
  for (size_t i = 0; i < clip.time.size(); i++) {
    const Job job{clip.size, format, clip.frames().at(static_cast<int>(i))};
    const bool same = std::memcmp(drawn.data() + i * bytes, wanted.data() + i * bytes, bytes) == 0;
    expect(same, what + ": frame " + std::to_string(i) + " differs: " + name_of(job));
  }
  expect(drawn_hashes == wanted_hashes, what + ": hashes differ");
}

/// Hashes made by the GPU, as NVENC's frames get them.
void expect_hashes(const std::shared_ptr<gpu::Module>& module, const Clip& clip, const std::string& what) {
  std::vector<uint8_t> memory(picture_bytes(PixelFormat::nv12, clip.size) * clip.time.size());
  std::vector<FrameHash> wanted, got;
  render_frames(clip.frames(), CpuLevel::baseline, PixelFormat::nv12, memory.data(), {}, &wanted);
  const Size even{half_up(clip.size.width) * 2, half_up(clip.size.height) * 2};
  CudaRenderer renderer(module, CpuLevel::baseline, {PixelFormat::nv12, clip.size, even, true});
  const size_t stride = static_cast<size_t>(clip.size.width + 255) / 256 * 256;
  for (int i = 0; i < clip.frames().count; i++) {
    const cuda::DeviceMemory picture(module->device(), stride * static_cast<size_t>(even.height) * 3 / 2);
    const cuda::DevicePicture out{PixelFormat::nv12,
                                  even,
                                  {picture.address(), picture.address() + stride * static_cast<size_t>(even.height), 0},
                                  {stride, stride, 0}};
    renderer.queue(i % 2, clip.frames(), i, 1, &out);
    got.push_back(renderer.finish(i % 2)[0].hash);
  }
  expect(got == wanted, what + ": the GPU's hashes differ");
}

void draws(uint64_t seed) {
  std::mt19937_64 random(seed);
  GpuWorker gpu(0);
  check_pixels(gpu);
  const auto module = std::make_shared<gpu::Module>(cuda::Device::open(cuda::Driver::open(), 0));
  for (int round = 0; round < 24; round++) {
    // More than two batches in some.
    const Clip clip = random_clip(random, 1 + static_cast<int>(random() % 45));
    const std::string what = "seed " + std::to_string(seed) + " round " + std::to_string(round);
    expect_equal(gpu, clip, static_cast<PixelFormat>(round % 4), what);
    if (round % 4 == 0) expect_hashes(module, clip, what);
  }
}

/// A pixel whose 17th |z|, where the colour changes, is 2 within rounding: found by halving an interval of times.
void doubt() {
  const auto norm = [](double time) {
    const scene::Mandelbrot m = scene::make_mandelbrot({time, 0.9, scene::PaletteName::vibrant}, 1, 1);
    const double cre = scene::axis_at(m.x, 0), cim = scene::axis_at(m.y, 0);
    double re = cre, im = cim;
    for (int k = 1; k < 17 && re * re + im * im < 1e6; k++) {
      const double next = (re * re - im * im) + cre;
      im = (re * im + im * re) + cim;
      re = next;
    }
    return re * re + im * im - 4;
  };
  Clip clip{{1, 1}, {}, {}, {}};
  for (double time = 2; time < 60 && clip.time.size() < 5; time += 1e-3) {
    double low = time, high = time + 1e-3;
    if ((norm(low) > 0) == (norm(high) > 0)) continue;
    for (int i = 0; i < 60; i++) {
      const double middle = (low + high) / 2;
      ((norm(middle) > 0) == (norm(low) > 0) ? low : high) = middle;
    }
    if (std::fabs(norm(low)) > 1e-12) continue;
    clip.time.push_back(low);
    clip.complexity.push_back(0.9);
    clip.palette.push_back(0);
  }
  expect(!clip.time.empty(), "no time found at which a pixel is in doubt");
  const auto module = std::make_shared<gpu::Module>(cuda::Device::open(cuda::Driver::open(), 0));
  const cuda::DeviceMemory memory(module->device(), 4096);
  const cuda::DevicePicture out{PixelFormat::rgb24, {1, 1}, {memory.address(), 0, 0}, {256, 0, 0}};
  CudaRenderer renderer(module, CpuLevel::baseline, {PixelFormat::rgb24, {1, 1}, {1, 1}, false});
  for (int i = 0; i < clip.frames().count; i++) {
    renderer.queue(0, clip.frames(), i, 1, &out);
    expect(renderer.finish(0)[0].by_the_cpu,
           "time " + std::to_string(clip.time[static_cast<size_t>(i)]) + ": the kernels decided what they cannot");
  }
  GpuWorker gpu(0);
  expect_equal(gpu, clip, PixelFormat::rgb24, "in doubt");
}

void golden() {
  GpuWorker gpu(0);
  int frames = 0;
  for (Golden frame; next_golden(std::cin, frame); frames++) {
    const Job& job = frame.job;
    std::vector<uint8_t> drawn(picture_bytes(PixelFormat::rgb24, job.size));
    const uint8_t palette = static_cast<uint8_t>(job.params.palette);
    gpu.render_frames({job.size, 1, &job.params.time, &job.params.complexity, &palette}, CpuLevel::reference,
                      PixelFormat::rgb24, drawn.data(), {}, nullptr);
    expect(sha256(drawn.data(), drawn.size()) == frame.sha256, "differs: " + name_of(job));
  }
  std::printf("%d frames\n", frames);
}

void threads() {
  std::vector<std::thread> running;
  std::atomic<int> failed{0};
  for (uint64_t t = 0; t < 8; t++) {
    running.emplace_back([t, &failed] {
      std::mt19937_64 random(t);
      GpuWorker gpu(0);
      for (int round = 0; round < 5; round++) {
        const Clip clip = random_clip(random, 20);
        std::vector<uint8_t> drawn(picture_bytes(PixelFormat::i420, clip.size) * 20), wanted(drawn.size());
        gpu.render_frames(clip.frames(), CpuLevel::baseline, PixelFormat::i420, drawn.data(), {}, nullptr);
        render_frames(clip.frames(), CpuLevel::baseline, PixelFormat::i420, wanted.data(), {}, nullptr);
        failed += drawn != wanted;
      }
    });
  }
  for (std::thread& thread : running) thread.join();
  expect(failed == 0, std::to_string(failed) + " of 40 clips differ");
}

void segments() {
  const EncodeSettings settings = settings_of(Codec::h264_420, {64, 48}, "ultrafast");
  std::mt19937_64 random(1);
  Clip clip = random_clip(random, 3);
  clip.size = settings.size;
  GpuWorker gpu(0);
  for (int i = 0; i < 1000; i++) {
    std::vector<FrameHash> hashes;
    gpu.encode_segment(clip.frames(), CpuLevel::baseline, settings, {}, hashes);
  }
}

void open() {
  try {
    GpuWorker gpu(0);
    check_pixels(gpu);
    std::printf("opened with %s\n", gpu.module()->image());
  } catch (const Error& error) {
    std::printf("%s %s\n", error.code(), error.what());
  }
}

}  // namespace

int main(int argc, char** argv) {
  quiet_logging();
  const std::string name = argc > 1 ? argv[1] : "draws";
  try {
    if (name == "draws") draws(argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1);
    if (name == "doubt") doubt();
    if (name == "golden") golden();
    if (name == "threads") threads();
    if (name == "segments") segments();
    if (name == "open") open();
  } catch (const Error& error) {
    expect(false, name + ": " + error.code() + " " + error.what());
  }
  std::printf("%s: %d failures\n", name.c_str(), failures);
  return failures > 0;
}
