// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "state.h"

// Part of the double of libcuda, for tests only: contexts, and which of them is current.
namespace framekiln::doubles {
namespace {

thread_local std::vector<Context*> stack;

CUcontext handle_of(Context* context) { return reinterpret_cast<CUcontext>(context); }

/// The driver would take these with it; a caller who leaves them to it does not know what it has.
void look_for_the_forgotten(const Context* context) {
  State& s = state();
  const auto count = [context](const auto& table) {
    int n = 0;
    for (const auto& [handle, object] : table.all()) n += object->alive && object->context == context;
    return n;
  };
  const auto memory = [context](const std::map<uint64_t, Memory>& all) {
    return std::count_if(all.begin(), all.end(), [&](const auto& one) { return one.second.context == context; });
  };
  const auto device = memory(s.device_memory), pinned = memory(s.pinned);
  const int streams = count(s.streams), events = count(s.events), modules = count(s.modules);
  if (device + pinned + streams + events + modules == 0) return;
  breach("the context goes with %d device memory, %d pinned, %d streams, %d events and %d modules alive",
         static_cast<int>(device), static_cast<int>(pinned), streams, events, modules);
}

}  // namespace

Context* current() { return stack.empty() ? nullptr : stack.back(); }

}  // namespace framekiln::doubles

using namespace framekiln::doubles;

FK_DOUBLE_EXPORT CUresult cuDevicePrimaryCtxRetain(CUcontext* context, CUdevice device) {
  FK_ENTER(Need::initialized);
  State& s = state();
  const std::lock_guard lock(s.mutex);
  if (!is_device(device)) return kInvalidDevice;
  Context*& primary = s.primary[device];
  if (!primary) primary = s.contexts.find(s.contexts.add({false, device, true, 0, 0}));
  primary->alive = true;
  primary->retained++;
  *context = handle_of(primary);
  return CUDA_SUCCESS;
}

FK_DOUBLE_EXPORT CUresult cuDevicePrimaryCtxRelease(CUdevice device) {
  const CUresult entered = enter(__func__, Need::initialized);
  State& s = state();
  const std::lock_guard lock(s.mutex);
  if (!is_device(device)) return kInvalidDevice;
  Context* const primary = s.primary[device];
  if (!primary || primary->retained == 0) {
    breach("the primary context is not retained");
    return kInvalidContext;
  }
  if (--primary->retained == 0) {
    look_for_the_forgotten(primary);
    primary->alive = false;
  }
  return entered;
}

FK_DOUBLE_EXPORT CUresult cuDevicePrimaryCtxGetState(CUdevice device, unsigned* flags, int* active) {
  FK_ENTER(Need::initialized);
  State& s = state();
  const std::lock_guard lock(s.mutex);
  if (!is_device(device)) return kInvalidDevice;
  const Context* const primary = s.primary[device];
  *flags = primary ? primary->flags : 0;
  *active = primary && primary->alive;
  return CUDA_SUCCESS;
}

FK_DOUBLE_EXPORT CUresult cuDevicePrimaryCtxSetFlags(CUdevice device, unsigned flags) {
  FK_ENTER(Need::initialized);
  State& s = state();
  const std::lock_guard lock(s.mutex);
  if (!is_device(device)) return kInvalidDevice;
  Context*& primary = s.primary[device];
  if (!primary) primary = s.contexts.find(s.contexts.add({false, device, true, 0, 0}));
  primary->flags = flags;
  return CUDA_SUCCESS;
}

FK_DOUBLE_EXPORT CUresult cuCtxCreate_v2(CUcontext* context, unsigned flags, CUdevice device) {
  FK_ENTER(Need::initialized);
  State& s = state();
  const std::lock_guard lock(s.mutex);
  if (!is_device(device)) return kInvalidDevice;
  *context = s.contexts.add({true, device, false, flags, 0});
  stack.push_back(s.contexts.find(*context));
  return CUDA_SUCCESS;
}

FK_DOUBLE_EXPORT CUresult cuCtxDestroy_v2(CUcontext context) {
  const CUresult entered = enter(__func__, Need::initialized);
  State& s = state();
  const std::lock_guard lock(s.mutex);
  Context* const made = s.contexts.find(context);
  if (!made || !made->alive || made->primary) {
    breach("%p is no context to destroy", static_cast<void*>(context));
    return kInvalidContext;
  }
  look_for_the_forgotten(made);
  made->alive = false;
  if (current() == made) stack.pop_back();
  return entered;
}

FK_DOUBLE_EXPORT CUresult cuCtxPushCurrent_v2(CUcontext context) {
  FK_ENTER(Need::initialized);
  State& s = state();
  const std::lock_guard lock(s.mutex);
  Context* const pushed = s.contexts.find(context);
  if (!pushed || !pushed->alive) {
    breach("%p is no context", static_cast<void*>(context));
    return kInvalidContext;
  }
  stack.push_back(pushed);
  return CUDA_SUCCESS;
}

FK_DOUBLE_EXPORT CUresult cuCtxPopCurrent_v2(CUcontext* context) {
  const CUresult entered = enter(__func__, Need::initialized);
  if (stack.empty()) {
    breach("no context is current");
    return kInvalidContext;
  }
  if (context) *context = handle_of(stack.back());
  stack.pop_back();
  return entered;
}

FK_DOUBLE_EXPORT CUresult cuCtxGetDevice(CUdevice* device) {
  FK_ENTER(Need::context);
  *device = current()->device;
  return CUDA_SUCCESS;
}

int fk_double_cuda_context_lives(const void* context) {
  State& s = state();
  const std::lock_guard lock(s.mutex);
  const Context* const found = s.contexts.find(reinterpret_cast<CUcontext>(const_cast<void*>(context)));
  return found && found->alive;
}
