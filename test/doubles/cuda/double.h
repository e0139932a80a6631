// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stddef.h>
#include <stdint.h>

// For tests only: what the double of libcuda.so.1 exports beside the driver's functions. Find them by dlsym.
//
// Environment, read at the first call and again at fk_double_cuda_reset():
//   FK_DOUBLE_CUDA_DEVICES     how many GPUs there are (1); with 0 cuInit gives 100, NO_DEVICE
//   FK_DOUBLE_CUDA_DRIVER      the driver's version (13000)
//   FK_DOUBLE_CUDA_CAPABILITY  the compute capability ("8.6")
//   FK_DOUBLE_CUDA_MEMORY      bytes of memory a GPU (16 GiB): counted, not reserved
//   FK_DOUBLE_CUDA_MODULE      results of the first calls of cuModuleLoadData: "222" or "222,0,218"
//   FK_DOUBLE_CUDA_FAIL        "symbol:n:code,...": the n-th call of a function, counted from 1, gives that code; "n+"
//                              is the n-th and all that follow. 700, 719 and 999 lose the GPU: work then fails for good
//   FK_DOUBLE_CUDA_DELAY       microseconds (1000) that a stream lets pass before work that nobody waits for yet, so
//                              that a missing wait is seen
//   FK_DOUBLE_CUDA_REPORT      a file: at the end of the process one line of JSON is appended
#define FK_DOUBLE_EXPORT extern "C" [[gnu::visibility("default")]]

struct fk_double_cuda_counts_t {
  // Those that live now.
  uint64_t device_memory, pinned, streams, events, modules, contexts;
  // All so far; allocations are those of device and of pinned memory, bytes are those of copies asked for.
  uint64_t allocations, launches, copies_to_host_bytes, copies_to_device_bytes;
};

/// Calls so far that broke the driver's contract; stderr has a line for each.
FK_DOUBLE_EXPORT int fk_double_cuda_breaches(void);
FK_DOUBLE_EXPORT void fk_double_cuda_counts(fk_double_cuda_counts_t* counts);

/// Reads the environment again, brings lost GPUs back and counts calls, breaches and totals from 0; cuInit must be
/// called again. What lives stays.
FK_DOUBLE_EXPORT void fk_double_cuda_reset(void);

/// For the double of NVENC: whether all these bytes are in one live allocation of device memory, and whether this
/// CUcontext lives.
FK_DOUBLE_EXPORT int fk_double_cuda_holds(uint64_t address, size_t bytes);
FK_DOUBLE_EXPORT int fk_double_cuda_context_lives(const void* context);
