// SPDX-License-Identifier: Apache-2.0
#include "addon/args.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace framekiln::addon {
namespace {

std::string describe(Napi::Value value) {
  if (value.IsNumber() || value.IsBoolean() || value.IsNull()) return value.ToString().Utf8Value();
  if (value.IsUndefined()) return "nothing";
  if (value.IsString()) {
    const std::string text = value.As<Napi::String>().Utf8Value();
    return '"' + text.substr(0, 40) + '"';
  }
  return value.IsTypedArray() ? "another typed array" : "another type";
}

}  // namespace

void reject(const std::string& expected, const std::string& name, Napi::Value got) {
  throw Error("INVALID_ARGUMENT", "Expected " + expected + " for " + name + " but received " + describe(got));
}

Napi::Object object_arg(Napi::Value value, const std::string& name) {
  if (!value.IsObject()) reject("an object", name, value);
  return value.As<Napi::Object>();
}

double number_arg(Napi::Value value, const std::string& name, double low, double high) {
  const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : NAN;
  if (!(number >= low && number <= high)) {
    reject("a number from " + std::to_string(low) + " to " + std::to_string(high), name, value);
  }
  return number;
}

int64_t int_arg(Napi::Value value, const std::string& name, int64_t low, int64_t high) {
  const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : NAN;
  if (!(number >= static_cast<double>(low) && number <= static_cast<double>(high)) || number != std::trunc(number)) {
    reject("a whole number from " + std::to_string(low) + " to " + std::to_string(high), name, value);
  }
  return static_cast<int64_t>(number);
}

int choice_arg(Napi::Value value, const std::string& name, const std::vector<std::string>& names) {
  if (value.IsString()) {
    const auto found = std::find(names.begin(), names.end(), value.As<Napi::String>().Utf8Value());
    if (found != names.end()) return static_cast<int>(found - names.begin());
  }
  std::string list;
  for (const std::string& known : names) list += (list.empty() ? "" : ", ") + known;
  reject("one of " + list, name, value);
}

std::string string_arg(Napi::Value value, const std::string& name, size_t longest) {
  std::string text = value.IsString() ? value.As<Napi::String>().Utf8Value() : "";
  if (text.empty() || text.size() > longest || text.find('\0') != std::string::npos) {
    reject("a string of 1 to " + std::to_string(longest) + " bytes", name, value);
  }
  return text;
}

Bytes array_arg(Napi::Value value, const std::string& name, napi_typedarray_type type) {
  napi_typedarray_type actual{};
  size_t count = 0;
  void* data = nullptr;
  if (!value.IsTypedArray() ||
      napi_get_typedarray_info(value.Env(), value, &actual, &count, &data, nullptr, nullptr) != napi_ok ||
      actual != type) {
    reject("a typed array of the documented type", name, value);
  }
  return {static_cast<uint8_t*>(data), count};
}

PixelFormat format_arg(Napi::Value value, const std::string& name) {
  return static_cast<PixelFormat>(choice_arg(value, name, {"rgb24", "nv12", "i420", "yuv444p"}));
}

CpuLevel cpu_arg(Napi::Value value, const std::string& name) {
  return static_cast<CpuLevel>(choice_arg(value, name, {"reference", "baseline", "avx2", "avx512"}));
}

Size size_arg(Napi::Value width, Napi::Value height) {
  const Size size{static_cast<int>(int_arg(width, "width", 1, kMaxSide)),
                  static_cast<int>(int_arg(height, "height", 1, kMaxSide))};
  if (!fits(size)) {
    reject("at most " + std::to_string(kMaxPixels) + " pixels", "width and height", width);
  }
  return size;
}

EncodeSettings settings_arg(Napi::Value value) {
  const Napi::Object object = object_arg(value, "settings");
  EncodeSettings settings;
  settings.codec = static_cast<Codec>(choice_arg(
      object.Get("codec"), "codec", {"h264_420", "h264_444", "h264_rgb", "mpeg4_as_recorded", "hevc_420", "av1_420"}));
  settings.size = size_arg(object.Get("width"), object.Get("height"));
  settings.fps = {static_cast<int>(int_arg(object.Get("fpsNum"), "fpsNum", 1, INT32_MAX)),
                  static_cast<int>(int_arg(object.Get("fpsDen"), "fpsDen", 1, INT32_MAX))};
  const double rate = static_cast<double>(settings.fps.num) / settings.fps.den;
  if (rate < 0.0009 || rate > 1001) reject("a rate from 0.001 to 1000", "fpsNum / fpsDen", object.Get("fpsNum"));
  settings.preset = string_arg(object.Get("preset"), "preset", 20);
  settings.crf = number_arg(object.Get("crf"), "crf", 0, 51);
  const Napi::Value constant_qp = object.Get("constantQp"), parameter_set = object.Get("parameterSet");
  if (!constant_qp.IsUndefined() && !constant_qp.IsBoolean()) reject("true or false", "constantQp", constant_qp);
  settings.constant_qp = constant_qp.IsBoolean() && constant_qp.As<Napi::Boolean>();
  if (!parameter_set.IsUndefined()) {
    settings.parameter_set = static_cast<int>(int_arg(parameter_set, "parameterSet", 0, 31));
  }
  return settings;
}

int device_arg(Napi::Value value) {
  return value.IsUndefined() ? kNoDevice : static_cast<int>(int_arg(value, "device", 0, 255));
}

Control control_arg(Napi::Value value) {
  if (value.IsUndefined()) return {};
  const Bytes words = array_arg(value, "control", napi_int32_array);
  if (words.count < 2) reject("at least 2 elements", "control", value);
  return {reinterpret_cast<int32_t*>(words.data)};
}

FramesValues::FramesValues(Napi::Object job)
    : width(job.Get("width")),
      height(job.Get("height")),
      time(job.Get("time")),
      complexity(job.Get("complexity")),
      palette(job.Get("palette")) {}

Frames FramesValues::frames() const {
  const Size size = size_arg(width, height);
  const Bytes times = array_arg(time, "time", napi_float64_array);
  const Bytes complexities = array_arg(complexity, "complexity", napi_float64_array);
  const Bytes palettes = array_arg(palette, "palette", napi_uint8_array);
  if (times.count < 1 || times.count > 10'000'000 || complexities.count != times.count ||
      palettes.count != times.count) {
    throw Error("INVALID_ARGUMENT",
                "Expected equally long arrays of 1 to 10000000 frames for time, complexity, palette");
  }
  const Frames frames{size, static_cast<int>(times.count), reinterpret_cast<const double*>(times.data),
                      reinterpret_cast<const double*>(complexities.data), palettes.data};
  for (int i = 0; i < frames.count; i++) {
    if (!(std::isfinite(frames.time[i]) && std::isfinite(frames.complexity[i]) &&
          frames.palette[i] < scene::kPaletteCount)) {
      throw Error("INVALID_ARGUMENT",
                  "Expected finite time and complexity and a palette below 3 for frame " + std::to_string(i));
    }
  }
  return frames;
}

FramesArg frames_arg(Napi::Object job) {
  const FramesValues values(job);
  const Napi::Value cpu = job.Get("cpu"), control = job.Get("control");
  const int device = device_arg(job.Get("device"));
  return {values.frames(), control_arg(control), cpu_arg(cpu, "cpu"), device};
}

Picture rgb_arg(Napi::Value value, Size size) {
  const Bytes rgb = array_arg(value, "rgb", napi_uint8_array);
  if (rgb.count != picture_bytes(PixelFormat::rgb24, size)) reject("width x height x 3 bytes", "rgb", value);
  return picture_over(PixelFormat::rgb24, size, rgb.data);
}

Napi::Uint8Array to_js(Napi::Env env, const std::vector<uint8_t>& bytes) {
  Napi::Uint8Array array = Napi::Uint8Array::New(env, bytes.size());
  if (!bytes.empty()) std::memcpy(array.Data(), bytes.data(), bytes.size());
  return array;
}

Napi::Uint8Array to_js(Napi::Env env, const std::vector<FrameHash>& hashes) {
  Napi::Uint8Array array = Napi::Uint8Array::New(env, hashes.size() * sizeof(FrameHash));
  if (!hashes.empty()) std::memcpy(array.Data(), hashes.data(), array.ByteLength());
  return array;
}

Napi::Error to_js(Napi::Env env, const char* code, const char* message) {
  Napi::Error error = Napi::Error::New(env, message);
  error.Set("code", Napi::String::New(env, code));
  return error;
}

}  // namespace framekiln::addon
