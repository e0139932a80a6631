// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace framekiln {

/// `mp4` is the family: MP4, MOV, M4V; `matroska` is MKV and WebM; `y4m` is YUV4MPEG2. Only the first two are written.
enum class Container { mp4, matroska, avi, y4m };

}  // namespace framekiln
