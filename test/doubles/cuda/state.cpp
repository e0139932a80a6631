// SPDX-License-Identifier: Apache-2.0
#include "state.h"

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <string>

// Part of the double of libcuda, for tests only.
namespace framekiln::doubles {
namespace {

thread_local const char* calling = nullptr;

/// The result that the environment wants for this call.
int fault_of(State& s, const char* function) {
  int code = 0;
  for (Fault& fault : s.config.faults) {
    if (fault.symbol != function && fault.symbol + "_v2" != function) continue;
    fault.calls++;
    if (fault.calls == fault.call || (fault.onwards && fault.calls > fault.call)) code = fault.code;
  }
  return code;
}

bool loses_the_device(int code) { return code == 700 || code == 719 || code == 999; }

template <class Object, class Handle>
uint64_t alive_of(const Table<Object, Handle>& table) {
  uint64_t count = 0;
  for (const auto& [handle, object] : table.all()) count += object->alive;
  return count;
}

/// Runs at the end of the process: the library is linked so that dlclose leaves it.
[[gnu::destructor]] void report() {
  const char* path = std::getenv("FK_DOUBLE_CUDA_REPORT");
  FILE* const file = path && *path ? std::fopen(path, "a") : nullptr;
  if (!file) return;
  fk_double_cuda_counts_t c;
  fk_double_cuda_counts(&c);
  const auto n = [](uint64_t value) { return std::to_string(value); };
  const std::string line = "{\"breaches\":" + n(static_cast<uint64_t>(fk_double_cuda_breaches())) +
                           ",\"live\":{\"device_memory\":" + n(c.device_memory) + ",\"pinned\":" + n(c.pinned) +
                           ",\"streams\":" + n(c.streams) + ",\"events\":" + n(c.events) +
                           ",\"modules\":" + n(c.modules) + ",\"contexts\":" + n(c.contexts) +
                           "},\"totals\":{\"allocations\":" + n(c.allocations) + ",\"launches\":" + n(c.launches) +
                           ",\"copies_to_host_bytes\":" + n(c.copies_to_host_bytes) +
                           ",\"copies_to_device_bytes\":" + n(c.copies_to_device_bytes) + "}}\n";
  std::fputs(line.c_str(), file);
  std::fclose(file);
}

}  // namespace

State& state() {
  static State& only = *new State;
  return only;
}

void breach(const char* format, ...) {
  char text[512];
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  state().breaches++;
  std::fprintf(stderr, "double of libcuda: BREACH: %s: %s\n", calling ? calling : "(no call)", text);
}

CUresult enter(const char* function, Need need) {
  calling = function;
  State& s = state();
  const std::lock_guard lock(s.mutex);
  if (!s.configured) s.config = read_config();
  s.configured = true;
  if (need != Need::nothing && !s.initialized) {
    breach("called before cuInit");
    return kNotInitialized;
  }
  const Context* const context = current();
  if (const int code = fault_of(s, function)) {
    if (loses_the_device(code)) s.lost[context ? context->device : 0] = code;
    return result(code);
  }
  if (need != Need::context && need != Need::work) return CUDA_SUCCESS;
  if (!context) {
    breach("called without a current context");
    return kInvalidContext;
  }
  if (!context->alive) {
    breach("the current context is destroyed");
    return kContextIsDestroyed;
  }
  return need == Need::work ? result(s.lost[context->device]) : CUDA_SUCCESS;
}

}  // namespace framekiln::doubles

using framekiln::doubles::State;
using framekiln::doubles::state;

int fk_double_cuda_breaches(void) { return state().breaches; }

void fk_double_cuda_counts(fk_double_cuda_counts_t* counts) {
  using framekiln::doubles::alive_of;
  State& s = state();
  const std::lock_guard lock(s.mutex);
  *counts = {s.device_memory.size(), s.pinned.size(),      alive_of(s.streams), alive_of(s.events), alive_of(s.modules),
             alive_of(s.contexts),   s.allocations.load(), s.launches.load(),   s.to_host.load(),   s.to_device.load()};
}

void fk_double_cuda_reset(void) {
  State& s = state();
  const std::lock_guard lock(s.mutex);
  framekiln::doubles::calling = __func__;
  s.breaches = 0;
  s.config = framekiln::doubles::read_config();
  s.configured = true;
  s.initialized = false;
  for (auto& lost : s.lost) lost = 0;
  s.allocations = s.launches = s.to_host = s.to_device = 0;
}
