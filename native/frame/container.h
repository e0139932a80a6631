// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace framekiln {

/// `mp4` is the family: MP4, MOV, M4V; `matroska` is MKV and WebM.
enum class Container { mp4, matroska };

}  // namespace framekiln
