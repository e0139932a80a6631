// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "addon/args.h"
#include "addon/calls.h"
#include "addon/gpu_workers.h"
#include "encode/libraries.h"

namespace framekiln::addon {

Napi::Value about(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  Napi::Object result = Napi::Object::New(env), versions = Napi::Object::New(env);
  Napi::Array levels = Napi::Array::New(env);
  for (CpuLevel level : cpu_levels()) levels.Set(levels.Length(), cpu_level_name(level));
  for (const Library& library : libraries()) versions.Set(library.name, library.version);
  result.Set("cpuLevels", levels);
  result.Set("libraries", versions);
  result.Set("compiler", __VERSION__);
  return result;
}

Napi::Value default_schedule(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  return guarded(env, [&]() -> Napi::Value {
    const int64_t frames = int_arg(info[0], "frames", 1, 10'000'000);
    const double fps = number_arg(info[1], "fps", 0.001, 1000);
    Napi::Float64Array time = Napi::Float64Array::New(env, static_cast<size_t>(frames));
    Napi::Float64Array complexity = Napi::Float64Array::New(env, static_cast<size_t>(frames));
    for (int64_t f = 0; f < frames; f++) {
      const double frame = static_cast<double>(f);
      time.Data()[f] = frame / fps;
      complexity.Data()[f] = 0.5 + 0.3 * std::sin(frame * 0.1);
    }
    Napi::Object result = Napi::Object::New(env);
    result.Set("time", time);
    result.Set("complexity", complexity);
    return result;
  });
}

Napi::Value render_frames(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  return guarded(env, [&]() -> Napi::Value {
    const Napi::Object job = object_arg(info[0], "job");
    const PixelFormat format = format_arg(job.Get("format"), "format");
    const Napi::Value out = job.Get("out");
    const bool hash = info[1].IsBoolean() && info[1].As<Napi::Boolean>();
    const FramesArg arg = frames_arg(job);
    const Bytes memory = array_arg(out, "out", napi_uint8_array);
    if (memory.count != picture_bytes(format, arg.frames.size) * static_cast<size_t>(arg.frames.count)) {
      reject("exactly as many bytes as the frames have", "out", out);
    }
    std::vector<FrameHash> hashes;
    std::vector<FrameHash>* const wanted = hash ? &hashes : nullptr;
    if (arg.device == kNoDevice) {
      framekiln::render_frames(arg.frames, arg.cpu, format, memory.data, arg.control, wanted);
    } else {
      gpu_workers(env).with(arg.device, [&](GpuWorker& gpu) {
        gpu.render_frames(arg.frames, arg.cpu, format, memory.data, arg.control, wanted);
      });
    }
    return hash ? to_js(env, hashes).As<Napi::Value>() : env.Undefined();
  });
}

Napi::Value time_frames(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  return guarded(env, [&]() -> Napi::Value {
    const Napi::Object job = object_arg(info[0], "job");
    const FramesArg arg = frames_arg(job);
    const std::vector<double> seconds =
        framekiln::time_frames(arg.frames, arg.cpu, format_arg(job.Get("format"), "format"), info[1].ToBoolean());
    Napi::Float64Array result = Napi::Float64Array::New(env, seconds.size());
    std::copy(seconds.begin(), seconds.end(), result.Data());
    return result;
  });
}

Napi::Value fidelity(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  return guarded(env, [&]() -> Napi::Value {
    const Napi::Object job = object_arg(info[0], "job");
    const Napi::Value chroma = job.Get("chroma");
    const PixelFormat format =
        choice_arg(chroma, "chroma", {"420", "444"}) == 0 ? PixelFormat::nv12 : PixelFormat::yuv444p;
    const FramesArg arg = frames_arg(job);
    return Napi::Number::New(env, chroma_fidelity(arg.frames, arg.cpu, format, arg.control));
  });
}

}  // namespace framekiln::addon
