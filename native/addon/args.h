// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <napi.h>

#include <string>
#include <vector>

#include "encode/settings.h"
#include "frame/error.h"
#include "segment/segment.h"

// From JavaScript values to plain structs. Everything is checked here, so that no call can crash the process.
// All throw Error INVALID_ARGUMENT, worded "Expected X for NAME but received Y".
namespace framekiln::addon {

[[noreturn]] void reject(const std::string& expected, const std::string& name, Napi::Value got);

Napi::Object object_arg(Napi::Value value, const std::string& name);
/// A whole number in [low, high].
int64_t int_arg(Napi::Value value, const std::string& name, int64_t low, int64_t high);
double number_arg(Napi::Value value, const std::string& name, double low, double high);
/// The position of the string in `names`.
int choice_arg(Napi::Value value, const std::string& name, const std::vector<std::string>& names);
std::string string_arg(Napi::Value value, const std::string& name, size_t longest);

/// A typed array's memory. The caller makes no other call into JavaScript while it uses it.
struct Bytes {
  uint8_t* data;
  size_t count;  ///< elements
};
Bytes array_arg(Napi::Value value, const std::string& name, napi_typedarray_type type);

PixelFormat format_arg(Napi::Value value, const std::string& name);
CpuLevel cpu_arg(Napi::Value value, const std::string& name);
Size size_arg(Napi::Value width, Napi::Value height);
EncodeSettings settings_arg(Napi::Value value);
/// Points into JavaScript memory; nothing when the value is undefined.
Control control_arg(Napi::Value value);

/// The index of a CUDA device; kNoDevice when the value is undefined.
constexpr int kNoDevice = -1;
int device_arg(Napi::Value value);

/// A job's frames with its optional `control`, which point into JavaScript memory, and its optional `device`.
struct FramesArg {
  Frames frames;
  Control control;
  CpuLevel cpu;
  int device;
};
FramesArg frames_arg(Napi::Object job);

/// A job's frames, read but not looked at yet: reading may run JavaScript, which may take memory away.
struct FramesValues {
  explicit FramesValues(Napi::Object job);
  Frames frames() const;

  Napi::Value width, height, time, complexity, palette;
};
/// rgb24 pixels of a JavaScript array.
Picture rgb_arg(Napi::Value value, Size size);

Napi::Uint8Array to_js(Napi::Env env, const std::vector<FrameHash>& hashes);
Napi::Uint8Array to_js(Napi::Env env, const std::vector<uint8_t>& bytes);

/// A JavaScript Error with a `code`.
Napi::Error to_js(Napi::Env env, const char* code, const char* message);

/// Turns every C++ exception of `body` into a JavaScript one.
template <typename Body>
auto guarded(Napi::Env env, Body body) {
  try {
    return body();
  } catch (const Napi::Error&) {
    throw;
  } catch (const Error& error) {
    throw to_js(env, error.code(), error.what());
  } catch (const std::bad_alloc&) {
    throw to_js(env, "OUT_OF_MEMORY", "Out of memory");
  } catch (const std::exception& error) {
    throw to_js(env, "RENDER_FAILED", error.what());
  }
}

}  // namespace framekiln::addon
