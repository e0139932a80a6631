// SPDX-License-Identifier: Apache-2.0
// Part of the double of libcuda, for tests only: nothing to run. It is compiled only if native/cuda/api.h, which was
// written by hand, agrees with ffnvcodec's header.
#include <stddef.h>
#include <stdint.h>

#include <type_traits>

// In a namespace, beside api.h's own types.
namespace ffnv {
#include <ffnvcodec/dynlink_cuda.h>
}
#undef CUDA_VERSION
#include "cuda/api.h"

namespace framekiln::doubles {
namespace {

// An enumeration is passed as an int; an opaque struct of either is one and the same.
template <class T, bool = std::is_enum_v<T>>
struct Passed {
  using type = T;
};
template <class T>
struct Passed<T, true> {
  using type = int;
  static_assert(sizeof(T) == sizeof(int));
};
#define FK_OPAQUE(name)              \
  struct Opaque_##name;              \
  template <>                        \
  struct Passed<::name, false> {     \
    using type = Opaque_##name;      \
  };                                 \
  template <>                        \
  struct Passed<ffnv::name, false> { \
    using type = Opaque_##name;      \
  };
FK_OPAQUE(CUctx_st)
FK_OPAQUE(CUstream_st)
FK_OPAQUE(CUevent_st)
FK_OPAQUE(CUmod_st)
FK_OPAQUE(CUfunc_st)
FK_OPAQUE(CUarray_st)
FK_OPAQUE(CUDA_MEMCPY2D_st)
template <class T>
struct Passed<const T, false> {
  using type = const typename Passed<T>::type;
};
template <class T>
struct Passed<T*, false> {
  using type = typename Passed<T>::type*;
};
template <class Return, class... Parameters>
struct Passed<Return(Parameters...), false> {
  using type = typename Passed<Return>::type(typename Passed<Parameters>::type...);
};
template <class A, class B>
constexpr bool same = std::is_same_v<typename Passed<A>::type, typename Passed<B>::type>;

}  // namespace
}  // namespace framekiln::doubles

// Of those that ffnvcodec does not have the driver's manual is the only source.
namespace ffnv {
typedef CUresult tcuDriverGetVersion(int* version);
typedef CUresult tcuDeviceTotalMem_v2(size_t* bytes, CUdevice device);
typedef CUresult tcuMemHostAlloc(void** address, size_t bytes, unsigned flags);
typedef CUresult tcuMemFreeHost(void* address);
}  // namespace ffnv

namespace framekiln::doubles {

#define FK_AGREE(field, symbol, parameters) \
  static_assert(same<CUresult parameters, ffnv::t##symbol>, #symbol " has other parameters");
FK_CUDA_FUNCTIONS(FK_AGREE)

#define FK_FIELD(field)                                                                            \
  static_assert(offsetof(::CUDA_MEMCPY2D, field) == offsetof(ffnv::CUDA_MEMCPY2D, field), #field); \
  static_assert(same<decltype(::CUDA_MEMCPY2D::field), decltype(ffnv::CUDA_MEMCPY2D::field)>, #field);
static_assert(sizeof(::CUDA_MEMCPY2D) == sizeof(ffnv::CUDA_MEMCPY2D));
FK_FIELD(srcXInBytes)
FK_FIELD(srcY)
FK_FIELD(srcMemoryType)
FK_FIELD(srcHost)
FK_FIELD(srcDevice)
FK_FIELD(srcArray)
FK_FIELD(srcPitch)
FK_FIELD(dstXInBytes)
FK_FIELD(dstY)
FK_FIELD(dstMemoryType)
FK_FIELD(dstHost)
FK_FIELD(dstDevice)
FK_FIELD(dstArray)
FK_FIELD(dstPitch)
FK_FIELD(WidthInBytes)
FK_FIELD(Height)

static_assert(cuda::kSuccess == ffnv::CUDA_SUCCESS);
static_assert(cuda::kHostMemory == ffnv::CU_MEMORYTYPE_HOST && cuda::kDeviceMemory == ffnv::CU_MEMORYTYPE_DEVICE);
static_assert(cuda::kMultiprocessors == ffnv::CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
static_assert(cuda::kMajor == ffnv::CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR);
static_assert(cuda::kMinor == ffnv::CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
static_assert(cuda::kNonBlocking == CU_STREAM_NON_BLOCKING);
static_assert(cuda::kNoTiming == CU_EVENT_DISABLE_TIMING && cuda::kBlockingSync == CU_EVENT_BLOCKING_SYNC);

}  // namespace framekiln::doubles
