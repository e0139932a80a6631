// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

// For tests only: what the environment asks of the double of libnvidia-encode.so.1, and what it tells.
//   FK_DOUBLE_NVENC_FAIL      "function:n:status,...": the n-th call of a function (without nvEnc), counted from 1 over
//                             the process, gives that NVENCSTATUS; "n+" is the n-th and all that follow
//   FK_DOUBLE_NVENC_SESSIONS  how many may be open at once; one more is out of memory
//   FK_DOUBLE_NVENC_VERSION   the newest interface version, as NvEncodeAPIGetMaxSupportedVersion gives it
//   FK_DOUBLE_NVENC_CODECS    "h264" leaves HEVC out of what the chip has
//   FK_DOUBLE_NVENC_REPORT    a file: at the end of the process one line of JSON is appended
namespace framekiln::doubles {

/// What the double counts; `open` and `resources` are those that live now.
struct NvencCounts {
  uint64_t breaches, sessions, open, frames, segments, resources;
};

/// The status that this call is to fail with, or 0.
int injected(const char* function);

uint32_t newest_version();
uint64_t most_sessions();
bool has_hevc();

/// Says on standard error that a caller broke the contract.
void breach(const char* what);

/// Under the double's one lock.
NvencCounts& counts();

}  // namespace framekiln::doubles
