// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace framekiln::gpu {

/// The kernels as they are embedded: machine code for the GPUs known when nvcc built it, or null when there was no
/// nvcc.
const void* fatbin_image();
/// The kernels for a GPU's driver to compile, zero-terminated: always there.
const char* ptx_image();

}  // namespace framekiln::gpu
