// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <napi.h>

#include <memory>
#include <new>
#include <utility>

#include "addon/args.h"

namespace framekiln::addon {

/// One call of a long-lived object, off the event loop, as a promise. `busy` is the object's: true while it runs.
class PromiseWork : public Napi::AsyncWorker {
 public:
  Napi::Promise promise() const { return promise_.Promise(); }

 protected:
  /// `code` is that of exceptions that have none.
  PromiseWork(Napi::Env env, std::shared_ptr<bool> busy, const char* code)
      : Napi::AsyncWorker(env), promise_(Napi::Promise::Deferred::New(env)), busy_(std::move(busy)), code_(code) {
    *busy_ = true;
  }

  /// On another thread; sees no JavaScript.
  virtual void run() = 0;
  /// What the promise gives, back on the event loop.
  virtual Napi::Value result() = 0;

 private:
  void Execute() final {
    try {
      run();
    } catch (const Error& error) {
      code_ = error.code();
      SetError(error.what());
    } catch (const std::bad_alloc&) {
      code_ = "OUT_OF_MEMORY";
      SetError("Out of memory");
    } catch (const std::exception& error) {
      SetError(error.what());
    }
  }

  void OnOK() final {
    *busy_ = false;
    try {
      promise_.Resolve(result());
    } catch (const Napi::Error& error) {  // no memory left for that much
      promise_.Reject(error.Value());
    }
  }

  void OnError(const Napi::Error& error) final {
    *busy_ = false;
    promise_.Reject(to_js(Env(), code_, error.Message().c_str()).Value());
  }

  Napi::Promise::Deferred promise_;
  std::shared_ptr<bool> busy_;
  const char* code_;
};

}  // namespace framekiln::addon
