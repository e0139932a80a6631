// SPDX-License-Identifier: Apache-2.0
// The GPU's kernels, run on the host from their own source, against the reference: pixels, hashes, and what they leave
// alone.
//   check_kernels [JOBS] [SEED]    exit 1 and the job's parameters on the first difference
//   check_kernels golden           as check_render's
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <vector>

#include "doubles/cuda/address.h"
#include "doubles/cuda/host_kernels.h"
#include "render/cpu/cpu_renderer.h"
#include "render/cuda/draw_job.h"
#include "render_jobs.h"

using namespace framekiln;
using namespace framekiln::checks;

namespace {

constexpr uint8_t kMark = 0xa5;

template <typename Argument>
void launch(const char* name, const Argument& argument, unsigned x, unsigned y) {
  const doubles::HostKernel* kernel = doubles::host_kernel(name);
  if (!kernel || kernel->bytes != sizeof argument) std::abort();
  kernel->run(&argument, x, y, 1);
}

unsigned blocks(int count, int of) { return static_cast<unsigned>((count + of - 1) / of); }

template <typename T>
uint64_t on_device(T* host) {
  return doubles::device_address(const_cast<void*>(static_cast<const void*>(host)));
}

/// A picture in a GPU's layout: rows padded to 16 pixels and more, nothing between its planes.
struct Drawn {
  Size size, written;
  cuda::DevicePicture device{};
  Picture host{};
  std::vector<uint8_t> memory;
  uint32_t doubts = 0;

  Drawn(const Job& job, bool even) : size(job.size), written(size) {
    if (even) written = {half_up(size.width) * 2, half_up(size.height) * 2};
    const Picture packed = picture_over(job.format, {(size.width + 15) / 16 * 16, written.height}, nullptr);
    size_t end = 64;
    size_t offset[3] = {};
    device.format = host.format = job.format;
    device.size = host.size = written;
    for (int p = 0; p < 3; p++) {
      if (packed.stride[p] == 0) continue;
      device.stride[p] = (plane_size(packed, p).row_bytes + 15) / 16 * 16 + 48;
      host.stride[p] = static_cast<ptrdiff_t>(device.stride[p]);
      offset[p] = end;
      end += device.stride[p] * static_cast<size_t>(plane_size(packed, p).rows);
    }
    memory.assign(end + 64, kMark);
    for (int p = 0; p < 3; p++) {
      if (packed.stride[p] == 0) continue;
      // On 16 bytes, as the kernels want it.
      uint8_t* const start = memory.data() + (16 - reinterpret_cast<uintptr_t>(memory.data()) % 16) % 16;
      host.plane[p] = start + offset[p];
      device.plane[p] = on_device(host.plane[p]);
    }
    const gpu::DrawJob draw = gpu::make_draw_job(job.params, size, device, on_device(&doubts));
    const gpu::DrawArgs args{{on_device(&draw)}, size.width, size.height, written.width, written.height};
    const scene::Family family = scene::family_of(job.params.complexity);
    launch(gpu::draw_kernel(family, job.format), args, blocks(written.width, gpu::kTileWidth),
           blocks(written.height, gpu::tile_height(family)));
  }

  /// The hash by the kernels, of the frame without what is written beside it.
  FrameHash hash() const {
    gpu::HashArgs args = gpu::make_hash_args(host.format, size);
    const uint32_t parts = gpu::hash_blocks(args);
    std::vector<uint64_t> sums(parts * 8, UINT64_C(0x5a5a5a5a5a5a5a5a));
    uint64_t result[2] = {};
    gpu::HashJob job{};
    for (int p = 0; p < 3; p++) {
      job.plane[p].address = device.plane[p];
      job.stride[p] = device.stride[p];
    }
    job.sums.address = on_device(sums.data());
    job.hash.address = on_device(&result[0]);
    args.jobs.address = on_device(&job);
    launch("fk_hash_blocks", args, blocks(static_cast<int>(parts) * 8, gpu::kHashThreads), 1);
    launch("fk_hash_chain", args, 1, 1);
    return gpu::canonical_hash(result);
  }
};

/// What is wrong with the frame, or null. A frame in doubt is for the CPU to draw.
const char* difference(const Job& job, bool even, int& doubted) {
  std::vector<uint8_t> wanted(picture_bytes(job.format, job.size));
  const Picture reference = picture_over(job.format, job.size, wanted.data());
  make_cpu_renderer(CpuLevel::reference, job.format, job.size)->render(job.params, reference);
  const Drawn drawn(job, even);
  if (drawn.doubts > 0) {
    doubted++;
    return nullptr;
  }
  for (int p = 0; p < 3 && reference.plane[p]; p++) {
    const PlaneSize plane = plane_size(reference, p), written = plane_size(drawn.host, p);
    for (int y = 0; y < written.rows; y++) {
      const uint8_t* row = drawn.host.plane[p] + y * drawn.host.stride[p];
      const uint8_t* original = reference.plane[p] + std::min(y, plane.rows - 1) * reference.stride[p];
      if (std::memcmp(row, original, plane.row_bytes) != 0) return "other pixels";
      if (p == 0 && written.row_bytes > plane.row_bytes && row[plane.row_bytes] != original[plane.row_bytes - 1]) {
        return "another repeated column";
      }
    }
    const uint8_t* end = drawn.host.plane[p] + written.rows * drawn.host.stride[p];
    const size_t room =
        (p == 0 && job.format == PixelFormat::rgb24 ? 3u : 1u) * static_cast<size_t>((job.size.width + 15) / 16 * 16);
    for (size_t x = room; x < static_cast<size_t>(drawn.host.stride[p]); x++) {
      if (end[static_cast<ptrdiff_t>(x) - drawn.host.stride[p]] != kMark) return "something behind a row's room";
    }
  }
  if (picture_bytes(job.format, job.size) < gpu::kShortestHashed) return nullptr;
  Picture frame = drawn.host;
  frame.size = job.size;
  return drawn.hash() == hash_picture(frame) ? nullptr : "another hash";
}

int check(int jobs, uint64_t seed) {
  int skipped = 0, doubted = 0;
  for (int n = 0; n < jobs; n++) {
    std::mt19937_64 random(seed + static_cast<uint64_t>(n));
    const Job job = random_job(random);
    const bool even = job.format == PixelFormat::nv12 && random() % 2 == 0;
    if (!gpu::can_draw(job.params)) {
      skipped++;
      continue;
    }
    const char* what = difference(job, even, doubted);
    if (!what) continue;
    std::printf("%s: seed %llu, %s%s\n", what, static_cast<unsigned long long>(seed + static_cast<uint64_t>(n)),
                name_of(job).c_str(), even ? ", even" : "");
    return 1;
  }
  // Times beyond the kernels' are one in twelve; doubts must be rare, or the check would say nothing.
  std::printf("%d jobs equal, %d are the CPU's, %d in doubt, seed %llu\n", jobs, skipped, doubted,
              static_cast<unsigned long long>(seed));
  return doubted > 2 + jobs / 100;
}

int golden() {
  int frames = 0, wrong = 0, doubted = 0;
  for (Golden frame; next_golden(std::cin, frame); frames++) {
    const Job& job = frame.job;
    const Drawn drawn(job, false);
    std::vector<uint8_t> packed;
    for (int y = 0; y < job.size.height; y++) {
      const uint8_t* row = drawn.host.plane[0] + y * drawn.host.stride[0];
      packed.insert(packed.end(), row, row + job.size.width * 3);
    }
    doubted += drawn.doubts > 0;
    if (drawn.doubts > 0 || sha256(packed.data(), packed.size()) == frame.sha256) continue;
    std::printf("differs: %s\n", name_of(job).c_str());
    wrong++;
  }
  if (!wrong) std::printf("%d frames equal, %d in doubt\n", frames, doubted);
  return wrong || !frames;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && !std::strcmp(argv[1], "golden")) return golden();
  return check(argc > 1 ? std::atoi(argv[1]) : 1000, argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1);
}
