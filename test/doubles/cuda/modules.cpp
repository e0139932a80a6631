// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstring>
#include <string_view>

#include "state.h"

// Part of the double of libcuda, for tests only: modules, whatever their code, have the kernels of host_kernels.h.
namespace framekiln::doubles {
namespace {

bool is_image(const void* image) {
  const char* const text = static_cast<const char*>(image);
  const std::string_view start(text, strnlen(text, 4));
  if (start == "\x50\xed\x55\xba" || start ==
                                         "\x7f"
                                         "ELF")
    return true;  // a fatbin, a cubin
  return std::string_view(text, strnlen(text, 4096)).find(".version") != std::string_view::npos;
}

}  // namespace
}  // namespace framekiln::doubles

using namespace framekiln::doubles;

FK_DOUBLE_EXPORT CUresult cuModuleLoadData(CUmodule* module, const void* image) {
  FK_ENTER(Need::work);
  State& s = state();
  const std::lock_guard lock(s.mutex);
  if (!s.config.modules.empty()) {
    const int code = s.config.modules.front();
    s.config.modules.erase(s.config.modules.begin());
    if (code != 0) return result(code);
  }
  if (!image || !is_image(image)) {
    breach("the image is no fatbin, no cubin and no PTX");
    return kInvalidImage;
  }
  *module = s.modules.add({true, current()});
  return CUDA_SUCCESS;
}

FK_DOUBLE_EXPORT CUresult cuModuleUnload(CUmodule handle) {
  const CUresult entered = enter(__func__, Need::work);
  if (!current()) return entered;
  drain_all();
  State& s = state();
  const std::lock_guard lock(s.mutex);
  Module* const module = living(s.modules, handle, "module");
  if (!module) return kInvalidHandle;
  module->alive = false;
  return entered;
}

FK_DOUBLE_EXPORT CUresult cuModuleGetFunction(CUfunction* function, CUmodule handle, const char* name) {
  FK_ENTER(Need::work);
  State& s = state();
  const std::lock_guard lock(s.mutex);
  Module* const module = living(s.modules, handle, "module");
  if (!module) return kInvalidHandle;
  const HostKernel* const kernel = host_kernel(name);
  if (!kernel) return kNotFound;
  *function = s.functions.add({module, kernel});
  return CUDA_SUCCESS;
}

FK_DOUBLE_EXPORT CUresult cuLaunchKernel(CUfunction handle, unsigned grid_x, unsigned grid_y, unsigned grid_z,
                                         unsigned block_x, unsigned block_y, unsigned block_z, unsigned shared,
                                         CUstream stream, void** parameters, void** extra) {
  FK_ENTER(Need::work);
  const HostKernel* kernel = nullptr;
  {
    State& s = state();
    const std::lock_guard lock(s.mutex);
    const Function* const function = s.functions.find(handle);
    if (!function || !function->module->alive || function->module->context != current()) {
      breach("%p is no function of a module of this context", static_cast<void*>(handle));
      return kInvalidHandle;
    }
    kernel = function->kernel;
    s.launches++;
  }
  if (grid_x == 0 || grid_y == 0 || grid_z == 0 || grid_x > 0x7fffffff || grid_y > 65535 || grid_z > 65535) {
    breach("%s has a grid of %u x %u x %u", kernel->name, grid_x, grid_y, grid_z);
    return kInvalidValue;
  }
  if (block_x != kernel->threads || block_y != 1 || block_z != 1 || shared != 0) {
    breach("%s has blocks of %u x %u x %u threads, not of %u x 1 x 1, and %u bytes of shared memory", kernel->name,
           block_x, block_y, block_z, kernel->threads, shared);
    return kInvalidValue;
  }
  if (!parameters || !parameters[0] || extra) {
    breach("%s needs its one parameter, and no extra", kernel->name);
    return kInvalidValue;
  }
  // The launch keeps the parameter as it is now; aligned for any struct.
  const std::shared_ptr<std::max_align_t[]> argument(
      new std::max_align_t[kernel->bytes / sizeof(std::max_align_t) + 1]);
  std::memcpy(argument.get(), parameters[0], kernel->bytes);
  return submit(
      stream, [=] { kernel->run(argument.get(), grid_x, grid_y, grid_z); }, false);
}
