// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace framekiln {

struct Library {
  std::string name;
  std::string version;
};

/// The FFmpeg libraries in use, with their run-time versions, and whether libavcodec has libx264.
std::vector<Library> libraries();

/// FFmpeg's log level is the process's: call once, when the addon loads.
void quiet_logging();

}  // namespace framekiln
