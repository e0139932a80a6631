// SPDX-License-Identifier: Apache-2.0
#include "segment/segment.h"

#include <cmath>
#include <limits>

#include "measure/chroma_fidelity.h"

namespace framekiln {

void render_frames(const Frames& frames, CpuLevel cpu, PixelFormat format, uint8_t* out, Control control,
                   std::vector<FrameHash>* hashes) {
  Renderer& renderer = thread_renderer(cpu, format, frames.size);
  for (int i = 0; i < frames.count; i++, out += picture_bytes(format, frames.size)) {
    control.check();
    const Picture picture = picture_over(format, frames.size, out);
    renderer.render(frames.at(i), picture);
    if (hashes) hashes->push_back(hash_picture(picture));
    control.count_frame();
  }
}

EncodedSegment encode_segment(const Frames& frames, CpuLevel cpu, const EncodeSettings& settings, Control control,
                              std::vector<FrameHash>& hashes) {
  Renderer& renderer = thread_renderer(cpu, input_format(settings.codec), settings.size);
  StageSeconds seconds;
  Laps laps(seconds);
  Encoder encoder(settings, frames.count);
  for (int i = 0; i < frames.count; i++) {
    control.check();
    const Picture picture = encoder.next();
    laps.end(Stage::encoding);
    renderer.render(frames.at(i), picture);
    laps.end(Stage::drawing);
    hashes.push_back(hash_picture(picture));
    laps.end(Stage::hashing);
    encoder.send();
    control.count_frame();
  }
  EncodedSegment segment = encoder.finish();
  laps.end(Stage::encoding);
  segment.seconds = seconds;
  return segment;
}

std::vector<double> time_frames(const Frames& frames, CpuLevel cpu, PixelFormat format, bool paint_only) {
  const auto renderer = make_cpu_renderer(cpu, format, frames.size);
  const size_t bytes = picture_bytes(format, frames.size);
  std::vector<uint8_t> ring(bytes * kTimedRing);
  std::vector<double> seconds;
  seconds.reserve(static_cast<size_t>(frames.count));
  for (int i = 0; i < frames.count; i++) {
    StageSeconds one;
    Laps laps(one);
    if (paint_only) {
      renderer->paint(frames.at(i));
    } else {
      renderer->render(frames.at(i), picture_over(format, frames.size, ring.data() + bytes * (i % kTimedRing)));
    }
    laps.end(Stage::drawing);
    seconds.push_back(one.of[static_cast<int>(Stage::drawing)]);
  }
  return seconds;
}

EncodedSegment encode_from_memory(const EncodeSettings& settings, const uint8_t* frames, int count) {
  const PixelFormat format = input_format(settings.codec);
  Encoder encoder(settings, count);
  for (int i = 0; i < count; i++) {
    // Only read.
    uint8_t* const memory =
        const_cast<uint8_t*>(frames) + static_cast<size_t>(i) * picture_bytes(format, settings.size);
    copy_picture(picture_over(format, settings.size, memory), encoder.next());
    encoder.send();
  }
  return encoder.finish();
}

double chroma_fidelity(const Frames& frames, CpuLevel cpu, PixelFormat format, Control control) {
  const PixelFormat formats[] = {PixelFormat::rgb24, format};
  std::vector<uint8_t> memory[2];
  std::unique_ptr<Renderer> renderer[2];
  Picture picture[2];
  for (int f = 0; f < 2; f++) {
    memory[f].resize(picture_bytes(formats[f], frames.size));
    renderer[f] = make_cpu_renderer(cpu, formats[f], frames.size);
    picture[f] = picture_over(formats[f], frames.size, memory[f].data());
  }
  uint64_t error = 0;
  for (int i = 0; i < frames.count; i++) {
    control.check();
    for (int f = 0; f < 2; f++) renderer[f]->render(frames.at(i), picture[f]);
    error += squared_error_of_ycbcr(picture[0], picture[1]);
  }
  if (error == 0) return std::numeric_limits<double>::infinity();
  const double samples = static_cast<double>(frames.count) * static_cast<double>(memory[0].size());
  return 10 * std::log10(255.0 * 255.0 * samples / static_cast<double>(error));
}

}  // namespace framekiln
