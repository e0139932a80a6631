// SPDX-License-Identifier: Apache-2.0
#include <cstring>
#include <optional>

#include "addon/args.h"
#include "addon/calls.h"
#include "compare/compare.h"
#include "measure/resize_linear.h"

extern "C" {
#include <libavutil/pixdesc.h>
}

namespace framekiln::addon {
namespace {

/// FFmpeg's numbers are those of H.273, as far as it knows them.
constexpr int kLastMatrix = AVCOL_SPC_NB - 1;

/// A side, read but not looked at yet, as FramesValues are.
class SideValues {
 public:
  SideValues(Napi::Value value, const std::string& name) {
    const Napi::Object side = object_arg(value, name);
    if (side.Has("time")) {
      drawn_.emplace(side);
      return;
    }
    format_ = side.Get("format");
    width_ = side.Get("width");
    height_ = side.Get("height");
    matrix_ = side.Get("matrix");
    full_range_ = side.Get("fullRange");
    frames_ = side.Get("frames");
    data_ = side.Get("data");
    conversion_ = side.Get("conversion");
  }

  /// Points into JavaScript memory.
  std::unique_ptr<Side> side(CpuLevel cpu) const {
    if (drawn_) return drawn_side(drawn_->frames(), cpu);
    const PixelLayout layout = this->layout();
    const auto count = static_cast<int>(int_arg(frames_, "frames", 1, 10'000'000));
    const Bytes pixels = array_arg(data_, "data", napi_uint8_array);
    auto conversion = Conversion::accurate;
    if (!conversion_.IsUndefined()) {
      conversion = static_cast<Conversion>(choice_arg(conversion_, "conversion", {"accurate", "opencv"}));
    }
    auto side = decoded_side(layout, conversion, pixels.data, count);
    if (pixels.count != frame_bytes(layout) * static_cast<size_t>(count)) {
      reject("exactly as many bytes as the frames have", "data", data_);
    }
    return side;
  }

 private:
  PixelLayout layout() const {
    const std::string format = string_arg(format_, "format", 40);
    const Size size = size_arg(width_, height_);
    const auto matrix = static_cast<AVColorSpace>(int_arg(matrix_, "matrix", 0, kLastMatrix));
    if (!full_range_.IsBoolean()) reject("true or false", "fullRange", full_range_);
    const PixelLayout layout{av_get_pix_fmt(format.c_str()), size, matrix, full_range_.As<Napi::Boolean>()};
    // Those of hardware have no samples; of Bayer patterns FFmpeg leaves odd columns unwritten.
    constexpr uint64_t unfit = AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_BAYER;
    const AVPixFmtDescriptor* described = av_pix_fmt_desc_get(layout.format);
    if (!described || described->flags & unfit || !sws_isSupportedInput(layout.format)) {
      reject("FFmpeg's name of a pixel format that it can convert", "format", format_);
    }
    return layout;
  }

  std::optional<FramesValues> drawn_;
  Napi::Value format_, width_, height_, matrix_, full_range_, frames_, data_, conversion_;
};

}  // namespace

Napi::Value compare_frames(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  return guarded(env, [&]() -> Napi::Value {
    const Napi::Object job = object_arg(info[0], "job");
    const SideValues a(job.Get("a"), "a"), b(job.Get("b"), "b");
    const Napi::Value cpu_value = job.Get("cpu"), luma = job.Get("luma"), control = job.Get("control");
    const Napi::Value psnr_only = job.Get("psnrOnly");
    const CpuLevel cpu = cpu_arg(cpu_value, "cpu");
    CompareOptions options;
    if (!luma.IsUndefined()) options.luma = static_cast<Luma>(choice_arg(luma, "luma", {"bt709", "bt601"}));
    options.psnr_only = psnr_only.IsBoolean() && psnr_only.As<Napi::Boolean>();
    const auto left = a.side(cpu), right = b.side(cpu);
    const std::vector<FrameQuality> qualities =
        framekiln::compare_frames(*left, *right, cpu, options, control_arg(control));
    static_assert(sizeof(FrameQuality) == 4 * sizeof(double));
    Napi::Float64Array result = Napi::Float64Array::New(env, qualities.size() * 4);
    std::memcpy(result.Data(), qualities.data(), qualities.size() * sizeof(FrameQuality));
    return result;
  });
}

Napi::Value to_rgb(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  return guarded(env, [&]() -> Napi::Value {
    const SideValues values(info[0], "side");
    const auto side = values.side(cpu_arg(info[1], "cpu"));
    const size_t frame = picture_bytes(PixelFormat::rgb24, side->size());
    std::vector<uint8_t> rgb(frame * static_cast<size_t>(side->count()));
    for (int i = 0; i < side->count(); i++) {
      side->rgb(i, picture_over(PixelFormat::rgb24, side->size(), rgb.data() + static_cast<size_t>(i) * frame));
    }
    return to_js(env, rgb);
  });
}

Napi::Value resize_linear(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  return guarded(env, [&]() -> Napi::Value {
    const Size to = size_arg(info[3], info[4]);
    const Picture rgb = rgb_arg(info[0], size_arg(info[1], info[2]));
    std::vector<uint8_t> scaled(picture_bytes(PixelFormat::rgb24, to));
    framekiln::resize_linear(rgb, picture_over(PixelFormat::rgb24, to, scaled.data()));
    return to_js(env, scaled);
  });
}

}  // namespace framekiln::addon
