// SPDX-License-Identifier: Apache-2.0
#pragma once

// Scene headers are compiled for CPUs and for CUDA from one source. No std templates in them: those are
// weak symbols, and the linker could keep the copy built for a wider instruction set.
// For the same reason every function has internal linkage.
#define FK_HOST static inline __attribute__((unused))
#if defined(__CUDACC__)
#define FK_BOTH __host__ __device__
#else
#define FK_BOTH
#endif
#define FK_HD FK_BOTH FK_HOST
