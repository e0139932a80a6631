// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "addon/args.h"
#include "addon/calls.h"
#include "addon/gpu_workers.h"
#include "encode/png.h"

namespace framekiln::addon {
namespace {

Napi::Object segment_to_js(Napi::Env env, const EncodedSegment& segment, const std::vector<FrameHash>& hashes) {
  const size_t packets = segment.packets.size();
  Napi::ArrayBuffer data = Napi::ArrayBuffer::New(env, segment.data.size());
  if (!segment.data.empty()) std::memcpy(data.Data(), segment.data.data(), segment.data.size());
  Napi::Uint32Array bytes = Napi::Uint32Array::New(env, packets);
  Napi::Float64Array pts = Napi::Float64Array::New(env, packets), dts = Napi::Float64Array::New(env, packets);
  Napi::Uint8Array key = Napi::Uint8Array::New(env, packets);
  for (size_t i = 0; i < packets; i++) {
    const PacketInfo& packet = segment.packets[i];
    bytes.Data()[i] = packet.bytes;
    pts.Data()[i] = static_cast<double>(packet.pts);
    dts.Data()[i] = static_cast<double>(packet.dts);
    key.Data()[i] = packet.key ? 1 : 0;
  }
  Napi::Object result = Napi::Object::New(env);
  result.Set("data", data);
  result.Set("packetBytes", bytes);
  result.Set("pts", pts);
  result.Set("dts", dts);
  result.Set("key", key);
  result.Set("extradata", to_js(env, segment.extradata));
  result.Set("frames", segment.frames);
  result.Set("hashes", to_js(env, hashes));
  Napi::Object seconds = Napi::Object::New(env);
  constexpr const char* kStageNames[kStages] = {"drawing", "hashing", "encoding"};
  for (int stage = 0; stage < kStages; stage++) seconds.Set(kStageNames[stage], segment.seconds.of[stage]);
  result.Set("seconds", seconds);
  return result;
}

}  // namespace

Napi::Value encode_segment(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  return guarded(env, [&]() -> Napi::Value {
    const Napi::Object job = object_arg(info[0], "job");
    const EncodeSettings settings = settings_arg(job.Get("settings"));
    const Napi::Value encoder = job.Get("encoder");
    const bool nvenc = !encoder.IsUndefined() && choice_arg(encoder, "encoder", {"software", "nvenc"}) == 1;
    const FramesArg arg = frames_arg(job);
    if (nvenc && arg.device == kNoDevice) throw Error("INVALID_ARGUMENT", "Expected a device beside encoder nvenc");
    if (arg.frames.size.width != settings.size.width || arg.frames.size.height != settings.size.height) {
      throw Error("INVALID_ARGUMENT", "Expected the settings' size for width and height");
    }
    std::vector<FrameHash> hashes;
    EncodedSegment segment;
    if (arg.device == kNoDevice) {
      segment = framekiln::encode_segment(arg.frames, arg.cpu, settings, arg.control, hashes);
    } else {
      gpu_workers(env).with(arg.device, [&](GpuWorker& gpu) {
        segment = nvenc ? gpu.encode_segment_by_nvenc(arg.frames, arg.cpu, settings, arg.control, hashes)
                        : gpu.encode_segment(arg.frames, arg.cpu, settings, arg.control, hashes);
      });
    }
    return segment_to_js(env, segment, hashes);
  });
}

Napi::Value encode_frames(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  return guarded(env, [&]() -> Napi::Value {
    const EncodeSettings settings = settings_arg(info[0]);
    const Bytes frames = array_arg(info[1], "frames", napi_uint8_array);
    const size_t frame = picture_bytes(input_format(settings.codec), settings.size);
    if (frames.count == 0 || frames.count % frame != 0 || frames.count / frame > 10'000'000) {
      reject("whole frames in the codec's input format", "frames", info[1]);
    }
    return segment_to_js(env, encode_from_memory(settings, frames.data, static_cast<int>(frames.count / frame)), {});
  });
}

Napi::Value encode_png(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  return guarded(env, [&]() -> Napi::Value {
    return to_js(env, framekiln::encode_png(rgb_arg(info[0], size_arg(info[1], info[2]))));
  });
}

Napi::Value scale_rgb(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  return guarded(env, [&]() -> Napi::Value {
    const Size to = size_arg(info[3], info[4]);
    const Picture rgb = rgb_arg(info[0], size_arg(info[1], info[2]));
    std::vector<uint8_t> scaled(picture_bytes(PixelFormat::rgb24, to));
    scale_picture(rgb, picture_over(PixelFormat::rgb24, to, scaled.data()));
    return to_js(env, scaled);
  });
}

}  // namespace framekiln::addon
