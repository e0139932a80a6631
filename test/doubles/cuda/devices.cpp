// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include "state.h"

// Part of the double of libcuda, for tests only: the driver and its GPUs.
namespace framekiln::doubles {

bool is_device(CUdevice device) {
  if (device >= 0 && device < state().config.devices) return true;
  breach("there is no device %d", device);
  return false;
}

}  // namespace framekiln::doubles

using namespace framekiln::doubles;

FK_DOUBLE_EXPORT CUresult cuInit(unsigned flags) {
  FK_ENTER(Need::nothing);
  State& s = state();
  const std::lock_guard lock(s.mutex);
  if (flags != 0) {
    breach("flags are %u, not 0", flags);
    return kInvalidValue;
  }
  if (s.config.devices == 0) return kNoDevice;
  s.initialized = true;
  return CUDA_SUCCESS;
}

FK_DOUBLE_EXPORT CUresult cuDriverGetVersion(int* version) {
  FK_ENTER(Need::nothing);
  *version = state().config.driver;
  return CUDA_SUCCESS;
}

FK_DOUBLE_EXPORT CUresult cuDeviceGetCount(int* count) {
  FK_ENTER(Need::initialized);
  *count = state().config.devices;
  return CUDA_SUCCESS;
}

// A caller may try an ordinal that no GPU has: that is no breach.
FK_DOUBLE_EXPORT CUresult cuDeviceGet(CUdevice* device, int ordinal) {
  FK_ENTER(Need::initialized);
  if (ordinal < 0 || ordinal >= state().config.devices) return kInvalidDevice;
  *device = ordinal;
  return CUDA_SUCCESS;
}

FK_DOUBLE_EXPORT CUresult cuDeviceGetName(char* name, int length, CUdevice device) {
  FK_ENTER(Need::initialized);
  if (length <= 0) return kInvalidValue;
  std::snprintf(name, static_cast<size_t>(length), "Double of a GPU %d", device);
  return is_device(device) ? CUDA_SUCCESS : kInvalidDevice;
}

FK_DOUBLE_EXPORT CUresult cuDeviceTotalMem_v2(size_t* bytes, CUdevice device) {
  FK_ENTER(Need::initialized);
  *bytes = state().config.memory;
  return is_device(device) ? CUDA_SUCCESS : kInvalidDevice;
}

FK_DOUBLE_EXPORT CUresult cuDeviceComputeCapability(int* major, int* minor, CUdevice device) {
  FK_ENTER(Need::initialized);
  *major = state().config.major;
  *minor = state().config.minor;
  return is_device(device) ? CUDA_SUCCESS : kInvalidDevice;
}

FK_DOUBLE_EXPORT CUresult cuDeviceGetAttribute(int* value, CUdevice_attribute attribute, CUdevice device) {
  FK_ENTER(Need::initialized);
  switch (static_cast<int>(attribute)) {
    case CU_DEVICE_ATTRIBUTE_TEXTURE_ALIGNMENT:
      *value = 512;
      break;
    case CU_DEVICE_ATTRIBUTE_TEXTURE_PITCH_ALIGNMENT:
      *value = 32;
      break;
    case CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT:
      *value = 4;
      break;
    case CU_DEVICE_ATTRIBUTE_ASYNC_ENGINE_COUNT:
      *value = 2;
      break;
    case CU_DEVICE_ATTRIBUTE_CAN_MAP_HOST_MEMORY:
    case CU_DEVICE_ATTRIBUTE_CONCURRENT_KERNELS:
    case CU_DEVICE_ATTRIBUTE_UNIFIED_ADDRESSING:
      *value = 1;
      break;
    case CU_DEVICE_ATTRIBUTE_INTEGRATED:
    case CU_DEVICE_ATTRIBUTE_COMPUTE_MODE:
    case CU_DEVICE_ATTRIBUTE_PCI_DOMAIN_ID:
    case CU_DEVICE_ATTRIBUTE_PCI_DEVICE_ID:
      *value = 0;
      break;
    case CU_DEVICE_ATTRIBUTE_PCI_BUS_ID:
      *value = device + 1;
      break;
    case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR:
      *value = state().config.major;
      break;
    case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR:
      *value = state().config.minor;
      break;
    default:
      breach("asked for attribute %d, which the double does not have", static_cast<int>(attribute));
      return kInvalidValue;
  }
  return is_device(device) ? CUDA_SUCCESS : kInvalidDevice;
}
