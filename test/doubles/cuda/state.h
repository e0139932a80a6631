// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ffnvcodec/dynlink_cuda.h>

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "address.h"
#include "config.h"
#include "double.h"
#include "host_kernels.h"
#include "queue.h"

// What the double of libcuda knows: everything made, and what was done with it. For tests only.
namespace framekiln::doubles {

constexpr int kMostDevices = 16;

// Of CUresult, of which ffnvcodec has few.
constexpr CUresult result(int code) { return static_cast<CUresult>(code); }
constexpr CUresult kInvalidValue = result(1), kOutOfMemory = result(2), kNotInitialized = result(3),
                   kNoDevice = result(100), kInvalidDevice = result(101), kInvalidImage = result(200),
                   kInvalidContext = result(201), kInvalidHandle = result(400), kNotFound = result(500),
                   kContextIsDestroyed = result(709), kNotSupported = result(801);

struct Context {
  bool alive;
  int device;
  bool primary;
  unsigned flags;
  int retained;  ///< of a primary one
};

struct Stream {
  bool alive;
  Context* context;
  bool blocking;  ///< to work of the null stream
  std::shared_ptr<Queue> queue;
};

struct Event {
  bool alive;
  Context* context;
  std::shared_ptr<Queue> queue;  ///< null until recorded in a stream
  uint64_t ticket;
};

struct Module {
  bool alive;
  Context* context;
};

struct Function {
  Module* module;
  const HostKernel* kernel;
};

struct Memory {
  Context* context;
  size_t bytes;
  void* mapping;  ///< of device memory
  size_t mapped;
};

/// Objects by handle. The dead stay, so that a handle is never given twice and whoever uses a dead one is seen.
template <class Object, class Handle>
class Table {
 public:
  Handle add(Object object) {
    auto owned = std::make_unique<Object>(std::move(object));
    const Handle handle = reinterpret_cast<Handle>(owned.get());
    objects_.emplace(handle, std::move(owned));
    return handle;
  }
  /// Null if there never was one.
  Object* find(Handle handle) const {
    const auto found = objects_.find(handle);
    return found == objects_.end() ? nullptr : found->second.get();
  }
  const auto& all() const { return objects_; }

 private:
  std::unordered_map<Handle, std::unique_ptr<Object>> objects_;
};

/// One, never destroyed: streams may work until the process has ended.
struct State {
  std::mutex mutex;  ///< of all that is not atomic; work in streams does not take it
  Config config;
  bool configured = false, initialized = false;
  Context* primary[kMostDevices] = {};
  Table<Context, CUcontext> contexts;
  Table<Stream, CUstream> streams;
  Table<Event, CUevent> events;
  Table<Module, CUmodule> modules;
  Table<Function, CUfunction> functions;
  std::map<uint64_t, Memory> device_memory, pinned;  ///< the living, by address
  uint64_t device_bytes[kMostDevices] = {};          ///< of the living
  std::atomic<int> lost[kMostDevices] = {};          ///< the CUresult that a GPU was lost with, or 0
  std::atomic<int> breaches = 0;
  std::atomic<uint64_t> allocations = 0, launches = 0, to_host = 0, to_device = 0;
};
State& state();

/// Counts and prints a breach of the contract, with the function that this thread called last.
[[gnu::format(printf, 1, 2)]] void breach(const char* format, ...);

enum class Need { nothing, initialized, context, work };
/// Begins a call: what it is to return at once, or CUDA_SUCCESS. `work` is refused by a lost GPU.
CUresult enter(const char* function, Need need);
#define FK_ENTER(need) \
  if (const CUresult entered = enter(__func__, need); entered != CUDA_SUCCESS) return entered

/// False is a breach.
bool is_device(CUdevice device);

/// This thread's current context, or null.
Context* current();

/// The live object of this handle and of the current context, or null, which is a breach. The caller has the mutex.
template <class Object, class Handle>
Object* living(const Table<Object, Handle>& table, Handle handle, const char* what) {
  Object* const object = table.find(handle);
  if (!object || !object->alive) {
    breach("%p is no %s%s", static_cast<void*>(handle), what, object ? " any longer" : "");
    return nullptr;
  }
  if (object->context != current()) breach("the %s is of another context", what);
  return object;
}

/// Does work in a stream, or at once for the null stream. `wait`: returns when it is done. Takes the mutex.
CUresult submit(CUstream stream, std::function<void()> work, bool wait, HostRange pinned = {});
/// Waits for all streams: of other GPUs too, for whoever confuses them. Takes the mutex.
void drain_all();

}  // namespace framekiln::doubles
