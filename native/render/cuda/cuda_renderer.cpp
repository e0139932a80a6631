// SPDX-License-Identifier: Apache-2.0
#include "render/cuda/cuda_renderer.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "render/cpu/cpu_renderer.h"
#include "render/cuda/draw_job.h"
#include "render/cuda/upload.h"

namespace framekiln {
namespace {

using gpu::DrawArgs;
using gpu::DrawJob;
using gpu::HashArgs;
using gpu::HashJob;

constexpr size_t kBatchBytes = 32 << 20;
constexpr int kMostFrames = 16;

unsigned divided_up(int value, int by) { return static_cast<unsigned>((value + by - 1) / by); }

/// What the GPU says of a frame.
struct Result {
  uint64_t hash[2];
  uint32_t doubts;
  uint32_t padding;
};

}  // namespace

bool CudaTarget::operator==(const CudaTarget& o) const {
  return format == o.format && size.width == o.size.width && size.height == o.size.height &&
         written.width == o.written.width && written.height == o.written.height && hashes == o.hashes;
}

/// A batch under way. The host's memory is pinned, so that copies need not wait for each other.
struct CudaRenderer::Slot {
  Slot(const std::shared_ptr<cuda::Device>& device, size_t batch, size_t hash_bytes)
      : jobs(device, batch * (sizeof(DrawJob) + sizeof(HashJob))),
        host_jobs(device, jobs.bytes()),
        results(device, batch * sizeof(Result)),
        host_results(device, results.bytes()),
        sums(device, std::max<size_t>(batch * hash_bytes, 1)),
        done(device) {}

  DrawJob* draw_jobs() const { return reinterpret_cast<DrawJob*>(host_jobs.data()); }
  Result* host_result() const { return reinterpret_cast<Result*>(host_results.data()); }
  CUdeviceptr result(size_t i) const { return results.address() + i * sizeof(Result); }

  cuda::DeviceMemory jobs;  ///< DrawJobs, then HashJobs
  cuda::PinnedMemory host_jobs;
  cuda::DeviceMemory results;
  cuda::PinnedMemory host_results;
  cuda::DeviceMemory sums;
  cuda::Event done;
  std::vector<scene::FrameParams> params;
  std::vector<cuda::DevicePicture> out;
};

CudaRenderer::CudaRenderer(std::shared_ptr<gpu::Module> module, CpuLevel cpu, const CudaTarget& target, int batch)
    : module_(std::move(module)), cpu_(cpu), target_(target), batch_(batch) {
  check_cpu_level(cpu);
  const size_t bytes = picture_bytes(target.format, target.written);
  if (batch_ == 0) batch_ = static_cast<int>(std::clamp<size_t>(kBatchBytes / bytes, 1, kMostFrames));
  if (picture_bytes(target.format, target.size) < gpu::kShortestHashed) target_.hashes = false;
  const size_t hash_bytes =
      target_.hashes ? gpu::hash_blocks(gpu::make_hash_args(target.format, target.size)) * size_t{64} : 0;
  for (auto& slot : slots_) slot = std::make_unique<Slot>(device(), static_cast<size_t>(batch_), hash_bytes);
  target_.hashes = target.hashes;
}

CudaRenderer::~CudaRenderer() = default;

void CudaRenderer::queue(int slot_index, const Frames& frames, int first, int count, const cuda::DevicePicture* out) {
  Slot& slot = *slots_[slot_index];
  const cuda::Driver& driver = device()->driver();
  const cuda::Current current(*device());
  const CUstream stream = device()->stream();
  slot.out.assign(out, out + count);
  slot.params.clear();
  for (int i = 0; i < count; i++) slot.params.push_back(frames.at(first + i));

  // Jobs of a family lie together: a launch draws them all.
  int jobs = 0, of_family[scene::kFamilyCount] = {};
  for (int family = 0; family < scene::kFamilyCount; family++) {
    for (int i = 0; i < count; i++) {
      const scene::FrameParams& params = slot.params[static_cast<size_t>(i)];
      if (static_cast<int>(scene::family_of(params.complexity)) != family || !gpu::can_draw(params)) continue;
      const CUdeviceptr doubts = slot.result(static_cast<size_t>(i)) + offsetof(Result, doubts);
      slot.draw_jobs()[jobs++] = gpu::make_draw_job(params, target_.size, out[i], doubts);
      of_family[family]++;
    }
  }
  driver.check(driver->memset_8(slot.results.address(), 0, slot.results.bytes(), stream), "clear memory of the GPU");
  if (jobs > 0) {
    const size_t bytes = static_cast<size_t>(jobs) * sizeof(DrawJob);
    driver.check(driver->copy_to_device(slot.jobs.address(), slot.host_jobs.data(), bytes, stream), "copy to the GPU");
  }
  CUdeviceptr next = slot.jobs.address();
  for (int family = 0; family < scene::kFamilyCount; family++) {
    if (of_family[family] == 0) continue;
    const DrawArgs args{{next}, target_.size.width, target_.size.height, target_.written.width, target_.written.height};
    module_->launch(gpu::draw_kernel(static_cast<scene::Family>(family), target_.format), &args,
                    {divided_up(target_.written.width, gpu::kTileWidth),
                     divided_up(target_.written.height, gpu::tile_height(static_cast<scene::Family>(family))),
                     static_cast<unsigned>(of_family[family])},
                    gpu::kThreads);
    next += static_cast<size_t>(of_family[family]) * sizeof(DrawJob);
  }
  if (slot.sums.bytes() > 1) queue_hashes(slot, count, out);
  const size_t bytes = static_cast<size_t>(count) * sizeof(Result);
  driver.check(driver->copy_to_host(slot.host_results.data(), slot.results.address(), bytes, stream),
               "copy from the GPU");
  slot.done.record();
}

void CudaRenderer::queue_hashes(Slot& slot, int count, const cuda::DevicePicture* out) {
  const cuda::Driver& driver = device()->driver();
  HashArgs args = gpu::make_hash_args(target_.format, target_.size);
  const uint32_t blocks = gpu::hash_blocks(args);
  const size_t offset = static_cast<size_t>(batch_) * sizeof(DrawJob);
  auto* jobs = reinterpret_cast<HashJob*>(slot.host_jobs.data() + offset);
  for (int i = 0; i < count; i++) {
    HashJob& job = jobs[i];
    for (int p = 0; p < 3; p++) {
      job.plane[p].address = out[i].plane[p];
      job.stride[p] = out[i].stride[p];
    }
    job.sums.address = slot.sums.address() + static_cast<size_t>(i) * blocks * 64;
    job.hash.address = slot.result(static_cast<size_t>(i)) + offsetof(Result, hash);
  }
  args.jobs.address = slot.jobs.address() + offset;
  driver.check(
      driver->copy_to_device(args.jobs.address, jobs, static_cast<size_t>(count) * sizeof(HashJob), device()->stream()),
      "copy to the GPU");
  const unsigned pictures = static_cast<unsigned>(count);
  module_->launch("fk_hash_blocks", &args, {divided_up(static_cast<int>(blocks) * 8, gpu::kHashThreads), 1, pictures},
                  gpu::kHashThreads);
  module_->launch("fk_hash_chain", &args, {1, 1, pictures}, gpu::kChainThreads);
}

std::vector<CudaRenderer::Drawn> CudaRenderer::finish(int slot_index) {
  Slot& slot = *slots_[slot_index];
  slot.done.wait();
  std::vector<Drawn> drawn(slot.params.size());
  for (size_t i = 0; i < drawn.size(); i++) {
    const Result& result = slot.host_result()[i];
    if (result.doubts > 0 || !gpu::can_draw(slot.params[i])) {
      drawn[i] = {draw_by_cpu(slot.params[i], slot.out[i]), true};
    } else if (slot.sums.bytes() > 1) {
      drawn[i].hash = gpu::canonical_hash(result.hash);
    } else if (target_.hashes) {
      drawn[i].hash = gpu::hash_of_device_picture(device(), slot.out[i], target_.size);
    }
  }
  return drawn;
}

FrameHash CudaRenderer::draw_by_cpu(const scene::FrameParams& params, const cuda::DevicePicture& out) {
  std::vector<uint8_t> memory(picture_bytes(target_.format, target_.size));
  const Picture picture = picture_over(target_.format, target_.size, memory.data());
  make_cpu_renderer(cpu_, target_.format, target_.size)->render(params, picture);
  gpu::upload(device(), picture, out);
  return target_.hashes ? hash_picture(picture) : FrameHash{};
}

}  // namespace framekiln
