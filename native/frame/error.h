// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>

namespace framekiln {

/// A failure with a code that TypeScript turns into a typed error. Codes: INVALID_ARGUMENT, ENCODER_UNAVAILABLE,
/// ENCODE_FAILED, MUX_FAILED, INPUT_UNREADABLE, INVALID_VIDEO, IO, OUT_OF_MEMORY, CANCELLED, RENDER_FAILED; of GPUs
/// LIB_MISSING, DRIVER_TOO_OLD, NO_GPU, NO_SUCH_DEVICE, MODULE_REFUSED, GPU_OUT_OF_MEMORY, DEVICE_LOST, GPU_WRONG; of
/// NVENC CODEC_UNAVAILABLE, NO_NVENC_UNIT, SESSION_LIMIT, NVENC_REFUSED, SESSION_LOST.
class Error : public std::runtime_error {
 public:
  Error(const char* code, const std::string& message) : std::runtime_error(message), code_(code) {}
  const char* code() const noexcept { return code_; }

 private:
  const char* code_;
};

// The codes that several files throw.
inline constexpr const char* kInvalidVideo = "INVALID_VIDEO";
inline constexpr const char* kEncodeFailed = "ENCODE_FAILED";

}  // namespace framekiln
