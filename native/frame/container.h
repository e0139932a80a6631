// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace framekiln {

/// `mp4` is the family: MP4, MOV, M4V; `matroska` is MKV and WebM; `y4m` is YUV4MPEG2; `fmp4` is an MP4 in fragments,
/// which is read as `mp4`. Only `mp4`, `matroska` and `fmp4` are written.
enum class Container { mp4, matroska, avi, y4m, fmp4 };

}  // namespace framekiln
