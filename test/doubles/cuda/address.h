// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

// Device addresses of the double of libcuda: the host's with a bit set that no pointer may have, so that whoever
// follows one on the host faults.
namespace framekiln::doubles {

constexpr uint64_t kDeviceBit = UINT64_C(1) << 62;

inline uint64_t device_address(void* host) { return reinterpret_cast<uint64_t>(host) | kDeviceBit; }
inline bool is_device_address(uint64_t address) { return (address & kDeviceBit) != 0; }
inline void* host_address(uint64_t address) { return reinterpret_cast<void*>(address & ~kDeviceBit); }

}  // namespace framekiln::doubles
