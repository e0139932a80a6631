// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

// What is used of the CUDA driver's stable binary interface, so that the addon is built without any CUDA header and
// runs without any CUDA library. The test doubles are built from ffnvcodec's headers and check that both agree.
// Names are the driver's own: libavutil/hwcontext_cuda.h wants them.
#if !defined(CUDA_VERSION)
#define CUDA_VERSION 7050

extern "C" {

typedef int CUdevice;
typedef unsigned long long CUdeviceptr;
typedef struct CUctx_st* CUcontext;
typedef struct CUstream_st* CUstream;
typedef struct CUevent_st* CUevent;
typedef struct CUmod_st* CUmodule;
typedef struct CUfunc_st* CUfunction;
typedef struct CUarray_st* CUarray;
typedef int CUresult;
typedef int CUmemorytype;
typedef int CUdevice_attribute;

typedef struct CUDA_MEMCPY2D_st {
  size_t srcXInBytes, srcY;
  CUmemorytype srcMemoryType;
  const void* srcHost;
  CUdeviceptr srcDevice;
  CUarray srcArray;
  size_t srcPitch;
  size_t dstXInBytes, dstY;
  CUmemorytype dstMemoryType;
  void* dstHost;
  CUdeviceptr dstDevice;
  CUarray dstArray;
  size_t dstPitch;
  size_t WidthInBytes, Height;
} CUDA_MEMCPY2D;

}  // extern "C"
#endif

namespace framekiln::cuda {

// Of CUresult; the driver's names without CUDA_ERROR_.
constexpr int kSuccess = 0, kOutOfMemory = 2, kNoDevice = 100, kInvalidDevice = 101, kInvalidImage = 200,
              kNoBinaryForGpu = 209, kInvalidPtx = 218, kUnsupportedPtxVersion = 222, kJitCompilerNotFound = 221;

constexpr int kHostMemory = 1, kDeviceMemory = 2;               // CUmemorytype
constexpr int kMultiprocessors = 16, kMajor = 75, kMinor = 76;  // CUdevice_attribute
constexpr unsigned kNonBlocking = 1;                            // of streams
constexpr unsigned kNoTiming = 2, kBlockingSync = 1;            // of events

}  // namespace framekiln::cuda

/// Every driver function in use: its field in cuda::Functions, the library's symbol, and its parameters.
#define FK_CUDA_FUNCTIONS(X)                                                                                      \
  X(init, cuInit, (unsigned))                                                                                     \
  X(driver_version, cuDriverGetVersion, (int*))                                                                   \
  X(device_count, cuDeviceGetCount, (int*))                                                                       \
  X(device_get, cuDeviceGet, (CUdevice*, int))                                                                    \
  X(device_name, cuDeviceGetName, (char*, int, CUdevice))                                                         \
  X(device_memory, cuDeviceTotalMem_v2, (size_t*, CUdevice))                                                      \
  X(device_attribute, cuDeviceGetAttribute, (int*, CUdevice_attribute, CUdevice))                                 \
  X(context_retain, cuDevicePrimaryCtxRetain, (CUcontext*, CUdevice))                                             \
  X(context_release, cuDevicePrimaryCtxRelease, (CUdevice))                                                       \
  X(context_push, cuCtxPushCurrent_v2, (CUcontext))                                                               \
  X(context_pop, cuCtxPopCurrent_v2, (CUcontext*))                                                                \
  X(stream_create, cuStreamCreate, (CUstream*, unsigned))                                                         \
  X(stream_destroy, cuStreamDestroy_v2, (CUstream))                                                               \
  X(stream_synchronize, cuStreamSynchronize, (CUstream))                                                          \
  X(event_create, cuEventCreate, (CUevent*, unsigned))                                                            \
  X(event_destroy, cuEventDestroy_v2, (CUevent))                                                                  \
  X(event_record, cuEventRecord, (CUevent, CUstream))                                                             \
  X(event_synchronize, cuEventSynchronize, (CUevent))                                                             \
  X(module_load, cuModuleLoadData, (CUmodule*, const void*))                                                      \
  X(module_unload, cuModuleUnload, (CUmodule))                                                                    \
  X(module_function, cuModuleGetFunction, (CUfunction*, CUmodule, const char*))                                   \
  X(launch, cuLaunchKernel,                                                                                       \
    (CUfunction, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, CUstream, void**, void**)) \
  X(mem_alloc, cuMemAlloc_v2, (CUdeviceptr*, size_t))                                                             \
  X(mem_free, cuMemFree_v2, (CUdeviceptr))                                                                        \
  X(host_alloc, cuMemHostAlloc, (void**, size_t, unsigned))                                                       \
  X(host_free, cuMemFreeHost, (void*))                                                                            \
  X(copy_to_device, cuMemcpyHtoDAsync_v2, (CUdeviceptr, const void*, size_t, CUstream))                           \
  X(copy_to_host, cuMemcpyDtoHAsync_v2, (void*, CUdeviceptr, size_t, CUstream))                                   \
  X(copy_2d, cuMemcpy2DAsync_v2, (const CUDA_MEMCPY2D*, CUstream))                                                \
  X(memset_8, cuMemsetD8Async, (CUdeviceptr, unsigned char, size_t, CUstream))                                    \
  X(error_name, cuGetErrorName, (CUresult, const char**))                                                         \
  X(error_string, cuGetErrorString, (CUresult, const char**))
