// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "addon/args.h"
#include "addon/calls.h"
#include "addon/promise_work.h"
#include "decode/frame_reader.h"
#include "decode/video_file.h"

extern "C" {
#include <libavutil/pixdesc.h>
}

namespace framekiln::addon {
namespace {

/// A file and its reader. Shared with the read in progress, so that closing early is safe.
struct Input {
  std::string path;
  int32_t words[2] = {0, 0};
  /// Made by the first read: a long file's index takes its time.
  std::unique_ptr<FrameReader> reader;

  Control control() { return {words}; }
};

class ReaderWork final : public PromiseWork {
 public:
  ReaderWork(Napi::Env env, std::shared_ptr<Input> input, std::shared_ptr<bool> busy, int count)
      : PromiseWork(env, std::move(busy), kInvalidVideo), input_(std::move(input)), count_(count) {}

 private:
  void run() override {
    if (!input_->reader) input_->reader = std::make_unique<FrameReader>(input_->path, input_->control());
    frames_ = input_->reader->read(count_, data_);
    input_->control().check();
  }

  Napi::Value result() override {
    if (frames_ == 0) return Env().Undefined();
    const PixelLayout& layout = input_->reader->layout();
    Napi::Object result = Napi::Object::New(Env());
    // Copied: memory of ours lent to JavaScript could not be transferred to another thread, only copied there.
    result.Set("data", to_js(Env(), data_));
    result.Set("frames", frames_);
    result.Set("width", layout.size.width);
    result.Set("height", layout.size.height);
    result.Set("format", av_get_pix_fmt_name(layout.format));
    result.Set("matrix", static_cast<int>(layout.matrix));
    result.Set("fullRange", layout.full_range);
    return result;
  }

  std::shared_ptr<Input> input_;
  int count_;
  int frames_ = 0;
  std::vector<uint8_t> data_;
};

}  // namespace

Napi::Value open_reader(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  return guarded(env, [&]() -> Napi::Value {
    auto input = std::make_shared<Input>();
    input->path = string_arg(info[0], "path", 4096);
    VideoFile::check(input->path);

    // The methods share the input; `busy` refuses a second read while one runs.
    const auto held = std::make_shared<std::shared_ptr<Input>>(std::move(input));
    const auto busy = std::make_shared<bool>(false);
    Napi::Object object = Napi::Object::New(env);
    object.Set("read", Napi::Function::New(env, [held, busy](const Napi::CallbackInfo& call) -> Napi::Value {
                 return guarded(call.Env(), [&]() -> Napi::Value {
                   const auto count = static_cast<int>(int_arg(call[0], "frames", 1, 10'000));
                   if (*busy) throw Error("INVALID_ARGUMENT", "The reader is busy: one call at a time");
                   if (!*held) throw Error("INVALID_ARGUMENT", "The reader is closed");
                   auto* work = new ReaderWork(call.Env(), *held, busy, count);
                   const Napi::Promise promise = work->promise();
                   work->Queue();
                   return promise;
                 });
               }));
    object.Set("close", Napi::Function::New(env, [held](const Napi::CallbackInfo&) {
                 if (!*held) return;
                 __atomic_store_n(&(*held)->words[0], 1, __ATOMIC_RELEASE);
                 held->reset();
               }));
    return object;
  });
}

}  // namespace framekiln::addon
