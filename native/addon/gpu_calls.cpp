// SPDX-License-Identifier: Apache-2.0
#include "addon/args.h"
#include "addon/calls.h"
#include "addon/gpu_workers.h"
#include "segment/gpu_probe.h"
#include "segment/gpu_timing.h"

namespace framekiln::addon {

Napi::Value gpus(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  Napi::Object result = Napi::Object::New(env);
  Napi::Array devices = Napi::Array::New(env);
  result.Set("devices", devices);
  try {
    const auto driver = cuda::Driver::open();
    result.Set("driver", driver->version());
    for (const cuda::DeviceFacts& facts : driver->devices()) {
      Napi::Object device = Napi::Object::New(env);
      device.Set("index", facts.index);
      device.Set("name", facts.name);
      device.Set("memory", static_cast<double>(facts.memory));
      device.Set("capability", std::to_string(facts.major) + "." + std::to_string(facts.minor));
      device.Set("multiprocessors", facts.multiprocessors);
      devices.Set(devices.Length(), device);
    }
  } catch (const Error& error) {
    result.Set("code", error.code());
    result.Set("message", error.what());
  }
  return result;
}

Napi::Value open_gpu(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  return guarded(env, [&]() -> Napi::Value {
    const int device = static_cast<int>(int_arg(info[0], "device", 0, 255));
    Napi::Object result = Napi::Object::New(env);
    gpu_workers(env).with(device, [&](GpuWorker& gpu) {
      check_pixels(gpu);
      result.Set("image", gpu.module()->image());
    });
    return result;
  });
}

Napi::Value open_nvenc(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  return guarded(env, [&]() -> Napi::Value {
    const int device = static_cast<int>(int_arg(info[0], "device", 0, 255));
    constexpr Codec kCodecs[] = {Codec::h264_420, Codec::hevc_420, Codec::av1_420};
    const Codec codec = kCodecs[choice_arg(info[1], "codec", {"h264_420", "hevc_420", "av1_420"})];
    gpu_workers(env).with(device, [&](GpuWorker& gpu) { check_nvenc(gpu, codec); });
    Napi::Object result = Napi::Object::New(env);
    result.Set("encoder", nvenc_name(codec));
    return result;
  });
}

Napi::Value time_gpu(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  return guarded(env, [&]() -> Napi::Value {
    const Napi::Object job = object_arg(info[0], "job");
    const PixelFormat format = format_arg(job.Get("format"), "format");
    const int rounds = static_cast<int>(int_arg(info[1], "rounds", 1, 1'000'000));
    const FramesArg arg = frames_arg(job);
    GpuTiming timing{};
    gpu_workers(env).with(
        arg.device, [&](GpuWorker& gpu) { timing = framekiln::time_gpu(gpu, arg.frames, arg.cpu, format, rounds); });
    Napi::Object result = Napi::Object::New(env);
    result.Set("drawing", timing.drawing);
    result.Set("memset", timing.memset);
    result.Set("bytes", timing.bytes);
    return result;
  });
}

Napi::Value close_gpu(const Napi::CallbackInfo& info) {
  gpu_workers(info.Env()).close();
  return info.Env().Undefined();
}

}  // namespace framekiln::addon
