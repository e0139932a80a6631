// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "state.h"

// Part of the double of libcuda, for tests only: which bytes a caller may name. The caller has the mutex.
namespace framekiln::doubles {

/// Whether the bytes are in one live allocation of device memory, of the current context. If not, it is a breach.
bool may_use_device(uint64_t address, uint64_t bytes);

/// Whether a host's bytes may be used; `pinned` becomes them if they are pinned. What is no memory at all is not seen.
bool may_use_host(uint64_t address, uint64_t bytes, HostRange* pinned);

/// The allocation that has this address, or null.
const Memory* holder_of(const std::map<uint64_t, Memory>& all, uint64_t address, uint64_t* start);

}  // namespace framekiln::doubles
