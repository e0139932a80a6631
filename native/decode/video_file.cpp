// SPDX-License-Identifier: Apache-2.0
#include "decode/video_file.h"

#include <filesystem>

#include "frame/picture.h"

namespace framekiln {
namespace {

/// As in a document.
constexpr int64_t kMaxFrames = 10'000'000;

[[noreturn]] void unreadable(const std::string& path, const std::string& reason) {
  throw Error("INPUT_UNREADABLE", "Cannot read " + path + ": " + reason);
}

int refuse_to_open(AVFormatContext*, AVIOContext**, const char*, int, AVDictionary**) { return AVERROR(EPERM); }

AVIOInterruptCB interrupt_by(const Control& control) {
  return {[](void* ours) -> int { return static_cast<const Control*>(ours)->cancelled(); },
          const_cast<Control*>(&control)};
}

const char* demuxer_of(Container container) {
  switch (container) {
    case Container::mp4:
      return "mov";
    case Container::matroska:
      return "matroska";
    case Container::avi:
      return "avi";
    default:
      return "yuv4mpegpipe";
  }
}

/// How many packets a file's index announces, edits applied; 0 where FFmpeg (before 5.0) does not tell.
int64_t indexed_packets([[maybe_unused]] const AVStream& stream) {
#if LIBAVFORMAT_VERSION_MAJOR >= 59
  return avformat_index_get_entries_count(&stream);
#else
  return 0;
#endif
}

}  // namespace

VideoFile::VideoFile(const std::string& path, Control control) : control_(control), io_(open(path, control_)) {
  layout_ = read_layout(*io_, control_);
  read_header();
  choose_stream();
  end_ = avio_tell(io_.get());
}

void VideoFile::check(const std::string& path) {
  const Control control;
  read_magic(*open(path, control), control);
}

VideoFile::Io VideoFile::open(const std::string& path, const Control& control) {
  // Opening anything else, such as a pipe, could wait forever.
  std::error_code error;
  const auto type = std::filesystem::status(path, error).type();
  if (type == std::filesystem::file_type::not_found) unreadable(path, "it does not exist");
  if (type == std::filesystem::file_type::directory) unreadable(path, "it is a directory");
  if (error) unreadable(path, error.message());
  if (type != std::filesystem::file_type::regular) unreadable(path, "it is not a regular file");

  const AVIOInterruptCB interrupt = interrupt_by(control);
  Options options;
  options.set("protocol_whitelist", "file");
  AVIOContext* opened = nullptr;
  const int rc = avio_open2(&opened, ("file:" + path).c_str(), AVIO_FLAG_READ, &interrupt, options.get());
  if (rc < 0) unreadable(path, error_text(rc));
  return Io(opened);
}

void VideoFile::read_header() {
  auto* format = av_find_input_format(demuxer_of(layout_.container));
  if (!format) throw Error(kInvalidVideo, "This FFmpeg cannot read the video's container");
  // AVI's demuxer would have others read the subtitles.
  Options options;
  options.set("format_whitelist", format->name);
  AVFormatContext* context = own(avformat_alloc_context()).release();
  context->pb = io_.get();
  context->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_NOPARSE | AVFMT_FLAG_NOFILLIN;
  context->io_open = refuse_to_open;
  context->interrupt_callback = interrupt_by(control_);
  const int rc = avformat_open_input(&context, "", format, options.get());
  input_.reset(context);  // null if it failed
  check_input(*io_, control_);
  if (rc < 0) throw Error(kInvalidVideo, "The video's header is damaged: " + error_text(rc));
}

void VideoFile::choose_stream() {
  constexpr int picture = AV_DISPOSITION_ATTACHED_PIC | AV_DISPOSITION_TIMED_THUMBNAILS;
  for (unsigned i = 0; i < input_->nb_streams; i++) {
    AVStream* stream = input_->streams[i];
    const AVMediaType type = stream->codecpar->codec_type;
    audio_ |= type == AVMEDIA_TYPE_AUDIO;
    stream->discard = AVDISCARD_ALL;
    if (type != AVMEDIA_TYPE_VIDEO || stream->disposition & picture) continue;
    const auto preferred = [](const AVStream& one) { return (one.disposition & AV_DISPOSITION_DEFAULT) != 0; };
    if (!stream_ || (preferred(*stream) && !preferred(*stream_))) stream_ = stream;
  }
  if (!stream_)
    throw Error(kInvalidVideo, audio_ ? "The file has no video stream, only audio" : "The file has no video stream");
  stream_->discard = AVDISCARD_DEFAULT;
  const AVCodecDescriptor* codec = avcodec_descriptor_get(stream_->codecpar->codec_id);
  all_key_ = codec && codec->props & AV_CODEC_PROP_INTRA_ONLY;
  const Size size{stream_->codecpar->width, stream_->codecpar->height};
  if ((size.width || size.height) && !fits(size)) {
    throw Error(kInvalidVideo, "The video is " + std::to_string(size.width) + " x " + std::to_string(size.height) +
                                   " pixels; expected sides of 1 to 8192 and at most 33.2 megapixels");
  }
}

const AVPacket* VideoFile::next() {
  for (;;) {
    control_.check();
    av_packet_unref(packet_.get());
    const int rc = av_read_frame(input_.get(), packet_.get());
    check_input(*io_, control_);
    if (rc == AVERROR_EOF) return at_end();
    if (rc < 0) fail("damaged");
    if (packet_->stream_index != stream_->index) continue;
    if (packet_->flags & AV_PKT_FLAG_CORRUPT) fail("cut short");
    if (++frames_ > kMaxFrames) throw Error(kInvalidVideo, "The video has more than 10000000 frames");
    if (all_key_) packet_->flags |= AV_PKT_FLAG_KEY;
    end_ = avio_tell(io_.get());
    return packet_.get();
  }
}

bool VideoFile::shown() const {
  if (packet_->flags & AV_PKT_FLAG_DISCARD) return false;
  // VP8's header has a bit for it; VP9 and AV1 put such frames together with one that is shown.
  const bool vp8 = stream_->codecpar->codec_id == AV_CODEC_ID_VP8 && packet_->size > 0;
  return !vp8 || packet_->data[0] & 0x10;
}

const AVPacket* VideoFile::at_end() const {
  // Matroska's index is of key frames.
  const int64_t announced = layout_.container == Container::matroska ? 0 : indexed_packets(*stream_);
  // Y4M's demuxer ends at half a frame as it does at none.
  const bool rest = layout_.container == Container::y4m && end_ < bytes();
  if (layout_.cut || rest) fail("cut short");
  // AVI's demuxer passes over what it does not know.
  if (frames_ < announced) fail(layout_.container == Container::avi ? "damaged" : "cut short");
  return nullptr;
}

void VideoFile::fail(const char* otherwise) const {
  const std::string total = stream_->nb_frames > frames_ ? " of " + std::to_string(stream_->nb_frames) : "";
  throw Error(kInvalidVideo, std::string("The video is ") + (layout_.cut ? "cut short" : otherwise) + ": only " +
                                 std::to_string(frames_) + total + " frames can be read");
}

}  // namespace framekiln
