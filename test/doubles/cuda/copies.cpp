// SPDX-License-Identifier: Apache-2.0
#include <cstring>
#include <memory>

#include "memory.h"

// Part of the double of libcuda, for tests only: copies, all of which are one.
namespace framekiln::doubles {
namespace {

struct Side {
  uint64_t address;  ///< of the first byte
  size_t pitch;
  bool device;
};

Side device(CUdeviceptr address) { return {address, 0, true}; }
Side host(const void* address) { return {reinterpret_cast<uint64_t>(address), 0, false}; }
Side either(CUdeviceptr address) { return {address, 0, is_device_address(address)}; }

unsigned char* bytes_at(const Side& side) {
  return static_cast<unsigned char*>(side.device ? host_address(side.address) : reinterpret_cast<void*>(side.address));
}

void copy_rows(unsigned char* to, size_t to_pitch, const unsigned char* from, size_t from_pitch, size_t width,
               size_t height) {
  for (size_t y = 0; y < height; y++) std::memmove(to + y * to_pitch, from + y * from_pitch, width);
}

bool may_use(const Side& side, size_t width, size_t height, HostRange* pinned) {
  const uint64_t bytes = (height - 1) * side.pitch + width;
  return side.device ? may_use_device(side.address, bytes) : may_use_host(side.address, bytes, pinned);
}

CUresult copy(const Side& to, const Side& from, size_t width, size_t height, CUstream stream) {
  if (width == 0 || height == 0) return CUDA_SUCCESS;
  State& s = state();
  HostRange to_pinned, from_pinned;
  {
    const std::lock_guard lock(s.mutex);
    if (!may_use(to, width, height, &to_pinned) || !may_use(from, width, height, &from_pinned)) return kInvalidValue;
    if (!to.device && from.device) s.to_host += width * height;
    if (to.device && !from.device) s.to_device += width * height;
  }
  unsigned char* const target = bytes_at(to);
  // As the driver does: what is not pinned is staged before the call returns, and is there when the call returns.
  if (!from.device && from_pinned.bytes == 0) {
    const std::shared_ptr<unsigned char[]> staged(new unsigned char[width * height]);
    copy_rows(staged.get(), width, bytes_at(from), from.pitch, width, height);
    const auto work = [=, pitch = to.pitch] { copy_rows(target, pitch, staged.get(), width, width, height); };
    return submit(stream, work, !to.device, to_pinned);
  }
  const unsigned char* const source = bytes_at(from);
  const auto work = [=, to_pitch = to.pitch, from_pitch = from.pitch] {
    copy_rows(target, to_pitch, source, from_pitch, width, height);
  };
  return submit(stream, work, !to.device && to_pinned.bytes == 0, to.device ? from_pinned : to_pinned);
}

bool side_of(int type, const void* of_host, CUdeviceptr of_device, size_t pitch, size_t x, size_t y,
             const CUDA_MEMCPY2D& all, Side* side) {
  if (type != CU_MEMORYTYPE_HOST && type != CU_MEMORYTYPE_DEVICE) {
    breach("memory of type %d, which the double does not have", type);
    return false;
  }
  if (all.Height > 1 && pitch < x + all.WidthInBytes) {
    breach("rows of %zu bytes do not fit in a pitch of %zu", x + all.WidthInBytes, pitch);
    return false;
  }
  *side = type == CU_MEMORYTYPE_HOST ? host(of_host) : device(of_device);
  if (side->address != 0) side->address += y * pitch + x;
  side->pitch = pitch;
  return true;
}

CUresult copy_2d(const CUDA_MEMCPY2D& c, CUstream stream) {
  Side to{}, from{};
  if (!side_of(c.dstMemoryType, c.dstHost, c.dstDevice, c.dstPitch, c.dstXInBytes, c.dstY, c, &to) ||
      !side_of(c.srcMemoryType, c.srcHost, c.srcDevice, c.srcPitch, c.srcXInBytes, c.srcY, c, &from)) {
    return kInvalidValue;
  }
  return copy(to, from, c.WidthInBytes, c.Height, stream);
}

}  // namespace
}  // namespace framekiln::doubles

using namespace framekiln::doubles;

#define FK_COPY(name, To, From, to_side, from_side)                \
  FK_DOUBLE_EXPORT CUresult name(To to, From from, size_t bytes) { \
    FK_ENTER(Need::work);                                          \
    return copy(to_side(to), from_side(from), bytes, 1, nullptr);  \
  }
#define FK_COPY_ASYNC(name, To, From, to_side, from_side)                           \
  FK_DOUBLE_EXPORT CUresult name(To to, From from, size_t bytes, CUstream stream) { \
    FK_ENTER(Need::work);                                                           \
    return copy(to_side(to), from_side(from), bytes, 1, stream);                    \
  }
FK_COPY(cuMemcpy, CUdeviceptr, CUdeviceptr, either, either)
FK_COPY(cuMemcpyHtoD_v2, CUdeviceptr, const void*, device, host)
FK_COPY(cuMemcpyDtoH_v2, void*, CUdeviceptr, host, device)
FK_COPY(cuMemcpyDtoD_v2, CUdeviceptr, CUdeviceptr, device, device)
FK_COPY_ASYNC(cuMemcpyAsync, CUdeviceptr, CUdeviceptr, either, either)
FK_COPY_ASYNC(cuMemcpyHtoDAsync_v2, CUdeviceptr, const void*, device, host)
FK_COPY_ASYNC(cuMemcpyDtoHAsync_v2, void*, CUdeviceptr, host, device)
FK_COPY_ASYNC(cuMemcpyDtoDAsync_v2, CUdeviceptr, CUdeviceptr, device, device)

FK_DOUBLE_EXPORT CUresult cuMemcpy2D_v2(const CUDA_MEMCPY2D* all) {
  FK_ENTER(Need::work);
  return copy_2d(*all, nullptr);
}

FK_DOUBLE_EXPORT CUresult cuMemcpy2DAsync_v2(const CUDA_MEMCPY2D* all, CUstream stream) {
  FK_ENTER(Need::work);
  return copy_2d(*all, stream);
}

FK_DOUBLE_EXPORT CUresult cuMemsetD8Async(CUdeviceptr address, unsigned char value, size_t bytes, CUstream stream) {
  FK_ENTER(Need::work);
  if (bytes == 0) return CUDA_SUCCESS;
  {
    const std::lock_guard lock(state().mutex);
    if (!may_use_device(address, bytes)) return kInvalidValue;
  }
  void* const start = host_address(address);
  return submit(
      stream, [=] { std::memset(start, value, bytes); }, false);
}
