// SPDX-License-Identifier: Apache-2.0
#include "addon/args.h"
#include "addon/calls.h"
#include "decode/probe.h"

namespace framekiln::addon {
namespace {

const char* name_of(Container container) {
  static const char* const names[] = {"mp4", "matroska", "avi", "y4m"};
  return names[static_cast<int>(container)];
}

}  // namespace

Napi::Value probe_video(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  return guarded(env, [&]() -> Napi::Value {
    const std::string path = string_arg(info[0], "path", 4096);
    const VideoFacts facts = framekiln::probe_video(path, control_arg(info[1]));
    Napi::Object result = Napi::Object::New(env);
    result.Set("container", name_of(facts.container));
    result.Set("codec", facts.codec);
    if (!facts.profile.empty()) result.Set("profile", facts.profile);
    result.Set("pixelFormat", facts.pixel_format);
    result.Set("matrix", facts.matrix);
    result.Set("width", facts.size.width);
    result.Set("height", facts.size.height);
    result.Set("frames", static_cast<double>(facts.frames));
    result.Set("duration", facts.duration);
    result.Set("rate", std::to_string(facts.rate.num) + "/" + std::to_string(facts.rate.den));
    result.Set("audio", facts.audio);
    result.Set("bytes", static_cast<double>(facts.bytes));
    return result;
  });
}

}  // namespace framekiln::addon
