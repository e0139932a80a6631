// SPDX-License-Identifier: Apache-2.0
#include "state.h"

// Part of the double of libcuda, for tests only: the names and the meanings of results.
using namespace framekiln::doubles;

namespace {

struct Meaning {
  int code;
  const char *name, *text;
};

constexpr Meaning kMeanings[] = {
    {0, "CUDA_SUCCESS", "no error"},
    {1, "CUDA_ERROR_INVALID_VALUE", "invalid argument"},
    {2, "CUDA_ERROR_OUT_OF_MEMORY", "out of memory"},
    {3, "CUDA_ERROR_NOT_INITIALIZED", "initialization error"},
    {100, "CUDA_ERROR_NO_DEVICE", "no CUDA-capable device is detected"},
    {101, "CUDA_ERROR_INVALID_DEVICE", "invalid device ordinal"},
    {200, "CUDA_ERROR_INVALID_IMAGE", "device kernel image is invalid"},
    {201, "CUDA_ERROR_INVALID_CONTEXT", "invalid device context"},
    {209, "CUDA_ERROR_NO_BINARY_FOR_GPU", "no kernel image is available for execution on the device"},
    {218, "CUDA_ERROR_INVALID_PTX", "a PTX JIT compilation failed"},
    {221, "CUDA_ERROR_JIT_COMPILER_NOT_FOUND", "PTX JIT compiler library not found"},
    {222, "CUDA_ERROR_UNSUPPORTED_PTX_VERSION", "the provided PTX was compiled with an unsupported toolchain."},
    {400, "CUDA_ERROR_INVALID_HANDLE", "invalid resource handle"},
    {500, "CUDA_ERROR_NOT_FOUND", "named symbol not found"},
    {600, "CUDA_ERROR_NOT_READY", "device not ready"},
    {700, "CUDA_ERROR_ILLEGAL_ADDRESS", "an illegal memory access was encountered"},
    {702, "CUDA_ERROR_LAUNCH_TIMEOUT", "the launch timed out and was terminated"},
    {709, "CUDA_ERROR_CONTEXT_IS_DESTROYED", "context is destroyed"},
    {719, "CUDA_ERROR_LAUNCH_FAILED", "unspecified launch failure"},
    {801, "CUDA_ERROR_NOT_SUPPORTED", "operation not supported"},
    {803, "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH", "system has unsupported display driver / cuda driver combination"},
    {999, "CUDA_ERROR_UNKNOWN", "unknown error"},
};

// Both functions answer null, and CUDA_ERROR_INVALID_VALUE, for what is no result.
CUresult find(CUresult code, const char* Meaning::*field, const char** found) {
  *found = nullptr;
  for (const Meaning& meaning : kMeanings) {
    if (meaning.code != static_cast<int>(code)) continue;
    *found = meaning.*field;
    return CUDA_SUCCESS;
  }
  return kInvalidValue;
}

}  // namespace

FK_DOUBLE_EXPORT CUresult cuGetErrorName(CUresult code, const char** name) { return find(code, &Meaning::name, name); }

FK_DOUBLE_EXPORT CUresult cuGetErrorString(CUresult code, const char** text) {
  return find(code, &Meaning::text, text);
}
