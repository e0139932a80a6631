// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "addon/args.h"
#include "addon/calls.h"
#include "addon/promise_work.h"
#include "encode/muxer.h"

namespace framekiln::addon {
namespace {

/// A muxer and its sink. Shared with the work in progress, so that closing early is safe.
struct Output {
  MemorySink* memory = nullptr;  ///< null when the sink is a file
  bool live = false;             ///< its bytes are given out as they are made
  std::unique_ptr<Sink> sink;
  std::unique_ptr<Muxer> muxer;
};

/// Appends the segment; without one finishes the file.
class MuxerWork final : public PromiseWork {
 public:
  MuxerWork(Napi::Env env, std::shared_ptr<Output> output, std::shared_ptr<bool> busy,
            std::optional<EncodedSegment> segment)
      : PromiseWork(env, std::move(busy), "MUX_FAILED"), output_(std::move(output)), segment_(std::move(segment)) {}

 private:
  void run() override {
    if (segment_) {
      output_->muxer->append(*segment_);
    } else {
      output_->muxer->finish();
      output_->muxer.reset();
    }
    if (output_->memory && (output_->live || !segment_)) bytes_ = output_->memory->take();
  }

  Napi::Value result() override { return bytes_ ? to_js(Env(), *bytes_) : Env().Undefined(); }

  std::shared_ptr<Output> output_;
  std::optional<EncodedSegment> segment_;
  std::optional<std::vector<uint8_t>> bytes_;
};

EncodedSegment segment_arg(Napi::Value value) {
  const Napi::Object object = object_arg(value, "segment");
  const Napi::Value data = object.Get("data"), sizes = object.Get("packetBytes"), pts = object.Get("pts");
  const Napi::Value dts = object.Get("dts"), key = object.Get("key"), extradata = object.Get("extradata");
  EncodedSegment segment;
  segment.frames = static_cast<int>(int_arg(object.Get("frames"), "frames", 1, 10'000'000));
  if (!data.IsArrayBuffer()) reject("an ArrayBuffer", "data", data);
  Napi::ArrayBuffer buffer = data.As<Napi::ArrayBuffer>();
  const Bytes bytes = array_arg(sizes, "packetBytes", napi_uint32_array),
              extra = array_arg(extradata, "extradata", napi_uint8_array);
  const Bytes p = array_arg(pts, "pts", napi_float64_array), d = array_arg(dts, "dts", napi_float64_array);
  const Bytes k = array_arg(key, "key", napi_uint8_array);
  // Copied before they are added up: memory that threads share may change at any time.
  const auto* first = reinterpret_cast<const uint32_t*>(bytes.data);
  const std::vector<uint32_t> lengths(first, first + bytes.count);
  size_t total = 0;
  for (uint32_t length : lengths) total += length;
  if (p.count != bytes.count || d.count != bytes.count || k.count != bytes.count || total != buffer.ByteLength()) {
    throw Error("INVALID_ARGUMENT",
                "Expected arrays of one element a packet, whose bytes add up to data's, for segment");
  }
  const uint8_t* start = static_cast<const uint8_t*>(buffer.Data());
  segment.data.assign(start, start + total);
  segment.extradata.assign(extra.data, extra.data + extra.count);
  const auto in_range = [](double v) { return v >= -1e6 && v <= 2e7; };
  for (size_t i = 0; i < bytes.count; i++) {
    const double at = reinterpret_cast<const double*>(p.data)[i], decode = reinterpret_cast<const double*>(d.data)[i];
    if (!in_range(at) || !in_range(decode)) throw Error("INVALID_ARGUMENT", "Expected times in frames for segment");
    segment.packets.push_back({lengths[i], static_cast<int64_t>(at), static_cast<int64_t>(decode), k.data[i] != 0});
  }
  return segment;
}

}  // namespace

Napi::Value create_muxer(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  return guarded(env, [&]() -> Napi::Value {
    const EncodeSettings settings = settings_arg(info[0]);
    constexpr Container kWritten[] = {Container::mp4, Container::matroska, Container::fmp4};
    const Container container = kWritten[choice_arg(info[1], "container", {"mp4", "matroska", "fmp4"})];
    auto output = std::make_shared<Output>();
    output->live = container == Container::fmp4;
    if (info[2].IsUndefined()) {
      const int64_t limit = info[3].IsUndefined() ? INT32_MAX : int_arg(info[3], "limit", 1, INT64_C(1) << 40);
      auto memory = std::make_unique<MemorySink>(limit);
      output->memory = memory.get();
      output->sink = std::move(memory);
    } else {
      output->sink = std::make_unique<FileSink>(string_arg(info[2], "path", 4096));
    }
    output->muxer = std::make_unique<Muxer>(settings, container, *output->sink);

    // The methods share the output; `busy` refuses a second call while one runs.
    const auto held = std::make_shared<std::shared_ptr<Output>>(output);
    const auto busy = std::make_shared<bool>(false);
    const auto start = [held, busy](Napi::Env e, std::optional<EncodedSegment> segment) {
      auto* work = new MuxerWork(e, *held, busy, std::move(segment));
      const Napi::Promise promise = work->promise();
      work->Queue();
      return promise;
    };
    const auto check_idle = [held, busy] {
      if (*busy) throw Error("INVALID_ARGUMENT", "The muxer is busy: one call at a time");
      if (!*held || !(*held)->muxer) throw Error("INVALID_ARGUMENT", "The muxer is finished or closed");
    };
    Napi::Object object = Napi::Object::New(env);
    object.Set("append", Napi::Function::New(env, [=](const Napi::CallbackInfo& call) -> Napi::Value {
                 return guarded(call.Env(), [&]() -> Napi::Value {
                   EncodedSegment segment = segment_arg(call[0]);
                   check_idle();
                   return start(call.Env(), std::move(segment));
                 });
               }));
    object.Set("finish", Napi::Function::New(env, [=](const Napi::CallbackInfo& call) -> Napi::Value {
                 return guarded(call.Env(), [&]() -> Napi::Value {
                   check_idle();
                   return start(call.Env(), std::nullopt);
                 });
               }));
    object.Set("close", Napi::Function::New(env, [held](const Napi::CallbackInfo&) { held->reset(); }));
    return object;
  });
}

}  // namespace framekiln::addon
