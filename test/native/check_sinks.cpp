// SPDX-License-Identifier: Apache-2.0
// Part of check_encode: where files go, and what happens when they cannot.
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <cstring>

#include "check.h"
#include "decode.h"
#include "encode/muxer.h"

namespace framekiln::checks {
namespace {

/// Fails as a full disk does, or when it is read back.
class FailingSink final : public Sink {
 public:
  explicit FailingSink(int64_t limit, bool reads = true) : limit_(limit), reads_(reads), memory_(1 << 30) {}
  void write(int64_t offset, const uint8_t* data, size_t bytes) override {
    if (offset + static_cast<int64_t>(bytes) > limit_) throw Error("IO", "full");
    memory_.write(offset, data, bytes);
  }
  size_t read(int64_t offset, uint8_t* data, size_t bytes) override {
    if (!reads_) throw Error("IO", "unreadable");
    return memory_.read(offset, data, bytes);
  }
  int64_t size() const override { return memory_.size(); }

 private:
  int64_t limit_;
  bool reads_;
  MemorySink memory_;
};

const EncodeSettings kSettings = settings_of(Codec::h264_420, {64, 36});

std::vector<uint8_t> mux(Container container, const EncodedSegment& segment, int times) {
  MemorySink sink(1 << 30);
  Muxer muxer(kSettings, container, sink);
  for (int i = 0; i < times; i++) muxer.append(segment);
  muxer.finish();
  return sink.bytes();
}

template <class AnySink>
void write_all(Container container, AnySink&& sink, const EncodedSegment& segment) {
  Muxer muxer(kSettings, container, sink);
  for (int i = 0; i < 3; i++) muxer.append(segment);
  muxer.finish();
}

}  // namespace

void sinks() {
  const TemporaryFolder folder;
  const EncodedSegment segment = encode(kSettings, 30, Content::noise);
  for (Container container : kWritten) {
    const std::string name = name_of(container);
    const std::vector<uint8_t> whole = mux(container, segment, 3);
    const auto bytes = static_cast<int64_t>(whole.size());

    const std::string path = std::filesystem::path(folder.path()) / name;
    write_all(container, FileSink(path), segment);
    std::vector<uint8_t> file(whole.size() + 1);
    FILE* stream = std::fopen(path.c_str(), "rb");
    file.resize(std::fread(file.data(), 1, file.size(), stream));
    std::fclose(stream);
    expect(file == whole, name + ": a file differs from memory");
    expect_error("IO", name + ": a file that exists", [&] { FileSink again(path); });

    // Every way to be full: in the header, the packets, the index, and while the index moves to the front.
    for (int64_t limit : {int64_t{0}, int64_t{20}, int64_t{1000}, bytes / 2, bytes - 4000, bytes - 1}) {
      const std::string what = name + ", " + std::to_string(limit) + " of " + std::to_string(bytes) + " bytes";
      expect_error("OUT_OF_MEMORY", what, [&] { write_all(container, MemorySink(limit), segment); });
      expect_error("IO", what, [&] { write_all(container, FailingSink(limit), segment); });
    }
    MemorySink exact(bytes);
    write_all(container, exact, segment);
    expect(exact.bytes() == whole, name + ": differs with exactly enough memory");
  }
  MemorySink taken(1 << 30);
  Muxer live(kSettings, Container::fmp4, taken);
  std::vector<uint8_t> parts;
  for (int i = 0; i < 3; i++) {
    live.append(segment);
    const std::vector<uint8_t> part = taken.take();
    expect(!part.empty() && taken.bytes().empty(), "fmp4: a fragment is not there when its segment is");
    parts.insert(parts.end(), part.begin(), part.end());
  }
  live.finish();
  expect(taken.bytes().empty() && parts == mux(Container::fmp4, segment, 3), "fmp4: taken bytes differ from the file");
  expect_error("IO", "before what was taken", [&] { taken.write(0, parts.data(), 1); });
  expect_error("IO", "read what was taken", [&] { taken.read(0, parts.data(), 1); });

  expect_error("IO", "mp4, not readable", [&] { write_all(Container::mp4, FailingSink(1 << 30, false), segment); });
  expect_error("IO", "a folder that does not exist", [&] { FileSink sink((folder.path() / "no" / "file").string()); });
}

/// The system's limit of a file's size stands in for a full disk: both let pwrite() fail, and this needs no root.
void disk_full() {
  std::signal(SIGXFSZ, SIG_IGN);
  const TemporaryFolder folder;
  const EncodedSegment segment = encode(kSettings, 30, Content::noise);
  rlimit before{};
  if (getrlimit(RLIMIT_FSIZE, &before)) std::abort();
  for (Container container : kWritten) {
    FileSink sink(folder.path() / std::to_string(static_cast<int>(container)));
    const rlimit little{4096, before.rlim_max};
    if (setrlimit(RLIMIT_FSIZE, &little)) std::abort();
    expect_error("IO (cannot write the file", "a full disk", [&] { write_all(container, sink, segment); });
    if (setrlimit(RLIMIT_FSIZE, &before)) std::abort();
  }
}

/// A muxer that failed keeps failing, in whatever order it is called, and is destroyed without harm.
void after_failure() {
  const EncodedSegment segment = encode(kSettings, 30, Content::noise);
  for (Container container : kWritten) {
    const int64_t bytes = static_cast<int64_t>(mux(container, segment, 1).size());
    for (int64_t limit : {int64_t{1}, bytes / 2, bytes - 1}) {
      for (const char* calls : {"", "a", "f", "aa", "af", "fa", "ff", "aff"}) {
        std::printf("%s, limit %lld, then \"%s\"\n", name_of(container).c_str(), static_cast<long long>(limit), calls);
        std::fflush(stdout);
        FailingSink sink(limit);
        Muxer muxer(kSettings, container, sink);
        expect_error("IO", "the first failure", [&] {
          muxer.append(segment);
          muxer.finish();
        });
        for (const char* call = calls; *call; call++) {
          try {
            *call == 'a' ? muxer.append(segment) : muxer.finish();
            expect(false, "a muxer that failed went on");
          } catch (const Error&) {  // as it should
          }
        }
      }
    }
  }
}

}  // namespace framekiln::checks
