// SPDX-License-Identifier: Apache-2.0
#include <napi.h>

#include "addon/calls.h"
#include "addon/gpu_workers.h"
#include "encode/libraries.h"

namespace framekiln::addon {

Napi::Object init(Napi::Env env, Napi::Object exports) {
  quiet_logging();
  // Goes with the thread: each has an environment of its own.
  env.SetInstanceData(new GpuWorkers);
  exports.Set("about", Napi::Function::New(env, about));
  exports.Set("defaultSchedule", Napi::Function::New(env, default_schedule));
  exports.Set("renderFrames", Napi::Function::New(env, render_frames));
  exports.Set("fidelity", Napi::Function::New(env, fidelity));
  exports.Set("encodeSegment", Napi::Function::New(env, encode_segment));
  exports.Set("encodeFrames", Napi::Function::New(env, encode_frames));
  exports.Set("encodePng", Napi::Function::New(env, encode_png));
  exports.Set("scaleRgb", Napi::Function::New(env, scale_rgb));
  exports.Set("gpus", Napi::Function::New(env, gpus));
  exports.Set("openGpu", Napi::Function::New(env, open_gpu));
  exports.Set("openNvenc", Napi::Function::New(env, open_nvenc));
  exports.Set("timeFrames", Napi::Function::New(env, time_frames));
  exports.Set("timeGpu", Napi::Function::New(env, time_gpu));
  exports.Set("closeGpu", Napi::Function::New(env, close_gpu));
  exports.Set("probeVideo", Napi::Function::New(env, probe_video));
  exports.Set("openReader", Napi::Function::New(env, open_reader));
  exports.Set("compareFrames", Napi::Function::New(env, compare_frames));
  exports.Set("toRgb", Napi::Function::New(env, to_rgb));
  exports.Set("resizeLinear", Napi::Function::New(env, resize_linear));
  exports.Set("createMuxer", Napi::Function::New(env, create_muxer));
  return exports;
}

NODE_API_MODULE(framekiln, init)

}  // namespace framekiln::addon
