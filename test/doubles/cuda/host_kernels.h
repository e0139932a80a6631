// SPDX-License-Identifier: Apache-2.0
#pragma once

// The kernels of native/render/cuda, compiled for the host from the same source.
namespace framekiln::doubles {

struct HostKernel {
  const char* name;
  /// The kernel's one parameter, a struct, which may hold device addresses.
  void (*run)(const void* argument, unsigned grid_x, unsigned grid_y, unsigned grid_z);
  unsigned threads;  ///< of a block: a launch with any other number is a mistake
  unsigned bytes;    ///< of the parameter, which a launch copies
};

/// Null for a name that no kernel has.
const HostKernel* host_kernel(const char* name);

}  // namespace framekiln::doubles
