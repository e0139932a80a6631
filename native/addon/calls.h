// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <napi.h>

#include "encode/encoder.h"

// The addon's functions; src/native.ts says what each takes and gives.
namespace framekiln::addon {

Napi::Value about(const Napi::CallbackInfo& info);
Napi::Value default_schedule(const Napi::CallbackInfo& info);
Napi::Value render_frames(const Napi::CallbackInfo& info);
Napi::Value fidelity(const Napi::CallbackInfo& info);

Napi::Value encode_segment(const Napi::CallbackInfo& info);
Napi::Value encode_frames(const Napi::CallbackInfo& info);
Napi::Value encode_png(const Napi::CallbackInfo& info);
Napi::Value scale_rgb(const Napi::CallbackInfo& info);

Napi::Value gpus(const Napi::CallbackInfo& info);
Napi::Value open_gpu(const Napi::CallbackInfo& info);
Napi::Value open_nvenc(const Napi::CallbackInfo& info);
Napi::Value time_frames(const Napi::CallbackInfo& info);
Napi::Value time_gpu(const Napi::CallbackInfo& info);
Napi::Value close_gpu(const Napi::CallbackInfo& info);

Napi::Value probe_video(const Napi::CallbackInfo& info);
Napi::Value open_reader(const Napi::CallbackInfo& info);

Napi::Value compare_frames(const Napi::CallbackInfo& info);
Napi::Value to_rgb(const Napi::CallbackInfo& info);
Napi::Value resize_linear(const Napi::CallbackInfo& info);

Napi::Value create_muxer(const Napi::CallbackInfo& info);

}  // namespace framekiln::addon
