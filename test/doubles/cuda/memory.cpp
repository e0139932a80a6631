// SPDX-License-Identifier: Apache-2.0
#include "memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

// Part of the double of libcuda, for tests only: device memory, and pinned memory of the host. Device memory begins as
// rubbish and ends, but for rounding up, at a page that nobody may touch; a kernel that writes into the rounding is
// found when the memory is freed.
namespace framekiln::doubles {
namespace {

constexpr size_t kPage = 4096, kBoundary = 512, kPitch = 512, kFilled = 256 << 20;
constexpr unsigned char kRubbish = 0xa5;

size_t round_up(size_t bytes, size_t to) { return (bytes + to - 1) / to * to; }

unsigned char* start_of(const Memory& memory) {
  const size_t used = memory.mapped - 2 * kPage;
  return static_cast<unsigned char*>(memory.mapping) + kPage + used - round_up(memory.bytes, kBoundary);
}

CUresult allocate(CUdeviceptr* address, size_t bytes) {
  State& s = state();
  Context* const context = current();
  if (!address || bytes == 0) {
    breach("asked for no bytes");
    return kInvalidValue;
  }
  const std::lock_guard lock(s.mutex);
  uint64_t& live = s.device_bytes[context->device];
  if (bytes > s.config.memory || live + bytes > s.config.memory) return kOutOfMemory;
  Memory memory{context, bytes, nullptr, round_up(bytes, kPage) + 2 * kPage};
  memory.mapping = mmap(nullptr, memory.mapped, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory.mapping == MAP_FAILED) return kOutOfMemory;
  unsigned char* const usable = static_cast<unsigned char*>(memory.mapping) + kPage;
  const size_t length = memory.mapped - 2 * kPage;
  if (mprotect(usable, length, PROT_READ | PROT_WRITE) != 0) std::abort();
  // Of huge memory only the edges that check_edges() reads and the start: the rest is not reserved until it is used.
  std::memset(usable, kRubbish, std::min(length, kFilled));
  std::memset(usable + length - kPage, kRubbish, kPage);
  *address = device_address(start_of(memory));
  s.device_memory.emplace(*address, memory);
  live += bytes;
  s.allocations++;
  return CUDA_SUCCESS;
}

void check_edges(const Memory& memory) {
  const unsigned char* const usable = static_cast<unsigned char*>(memory.mapping) + kPage;
  const unsigned char* const end = usable + memory.mapped - 2 * kPage;
  const unsigned char *const start = start_of(memory), *const behind = start + memory.bytes;
  const auto touched = [](unsigned char byte) { return byte != kRubbish; };
  if (std::any_of(usable, start, touched)) breach("someone wrote before the memory's first byte");
  if (std::any_of(behind, end, touched)) breach("someone wrote behind the memory's %zu bytes", memory.bytes);
}

}  // namespace

const Memory* holder_of(const std::map<uint64_t, Memory>& all, uint64_t address, uint64_t* start) {
  auto next = all.upper_bound(address);
  if (next == all.begin()) return nullptr;
  --next;
  *start = next->first;
  return address - next->first < next->second.bytes ? &next->second : nullptr;
}

bool may_use_device(uint64_t address, uint64_t bytes) {
  uint64_t start = 0;
  const Memory* const memory = holder_of(state().device_memory, address, &start);
  if (!memory || bytes > memory->bytes - (address - start)) {
    breach("%llu bytes at %#llx are not in one live allocation of device memory",
           static_cast<unsigned long long>(bytes), static_cast<unsigned long long>(address));
    return false;
  }
  if (memory->context == current()) return true;
  breach("the device memory is of another context");
  return false;
}

bool may_use_host(uint64_t address, uint64_t bytes, HostRange* pinned) {
  if (address == 0 || is_device_address(address) || is_device_address(address + bytes)) {
    breach("%#llx is no address of the host", static_cast<unsigned long long>(address));
    return false;
  }
  const State& s = state();
  uint64_t start = 0;
  const Memory* const memory = holder_of(s.pinned, address, &start);
  const auto next = s.pinned.upper_bound(address);
  const bool runs_out = memory && bytes > memory->bytes - (address - start);
  if (runs_out || (next != s.pinned.end() && next->first < address + bytes)) {
    breach("%llu bytes are only partly in pinned memory", static_cast<unsigned long long>(bytes));
    return false;
  }
  if (memory) *pinned = {address, bytes};
  return true;
}

}  // namespace framekiln::doubles

using namespace framekiln::doubles;

FK_DOUBLE_EXPORT CUresult cuMemAlloc_v2(CUdeviceptr* address, size_t bytes) {
  FK_ENTER(Need::work);
  return allocate(address, bytes);
}

FK_DOUBLE_EXPORT CUresult cuMemAllocPitch_v2(CUdeviceptr* address, size_t* pitch, size_t width, size_t height,
                                             unsigned element) {
  FK_ENTER(Need::work);
  if (element != 4 && element != 8 && element != 16) {
    breach("elements have %u bytes", element);
    return kInvalidValue;
  }
  *pitch = round_up(width, kPitch);
  return allocate(address, *pitch * height);
}

FK_DOUBLE_EXPORT CUresult cuMemFree_v2(CUdeviceptr address) {
  const CUresult entered = enter(__func__, Need::work);
  if (!current() || address == 0) return entered;
  drain_all();
  State& s = state();
  const std::lock_guard lock(s.mutex);
  const auto found = s.device_memory.find(address);
  if (found == s.device_memory.end()) {
    breach("%#llx is not, or no longer, allocated", address);
    return kInvalidValue;
  }
  const Memory& memory = found->second;
  if (memory.context != current()) breach("the device memory is of another context");
  check_edges(memory);
  s.device_bytes[memory.context->device] -= memory.bytes;
  munmap(memory.mapping, memory.mapped);
  s.device_memory.erase(found);
  return entered;
}

FK_DOUBLE_EXPORT CUresult cuMemHostAlloc(void** address, size_t bytes, unsigned flags) {
  FK_ENTER(Need::work);
  if (!address || bytes == 0 || flags > 7) {
    breach("asked for %zu bytes with flags %u", bytes, flags);
    return kInvalidValue;
  }
  if (posix_memalign(address, kPage, bytes) != 0) return kOutOfMemory;
  std::memset(*address, kRubbish, bytes);
  State& s = state();
  const std::lock_guard lock(s.mutex);
  s.pinned.emplace(reinterpret_cast<uint64_t>(*address), Memory{current(), bytes, nullptr, 0});
  s.allocations++;
  return CUDA_SUCCESS;
}

FK_DOUBLE_EXPORT CUresult cuMemFreeHost(void* address) {
  const CUresult entered = enter(__func__, Need::work);
  if (!current()) return entered;
  State& s = state();
  HostRange range{reinterpret_cast<uint64_t>(address), 0};
  {
    const std::lock_guard lock(s.mutex);
    const auto found = s.pinned.find(range.start);
    if (found == s.pinned.end()) {
      breach("%p is not, or no longer, pinned", address);
      return kInvalidValue;
    }
    if (found->second.context != current()) breach("the pinned memory is of another context");
    range.bytes = found->second.bytes;
    s.pinned.erase(found);
    for (const auto& [handle, stream] : s.streams.all()) {
      if (stream->alive && stream->queue->uses(range)) breach("a copy still uses the pinned memory");
    }
  }
  drain_all();
  std::free(address);
  return entered;
}

int fk_double_cuda_holds(uint64_t address, size_t bytes) {
  const State& s = state();
  const std::lock_guard lock(state().mutex);
  uint64_t start = 0;
  const Memory* const memory = holder_of(s.device_memory, address, &start);
  return memory && bytes <= memory->bytes - (address - start);
}
