// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace framekiln {

/// Random-access bytes that a muxer writes to and reads back from (the index moves to the front at the end).
class Sink {
 public:
  virtual ~Sink() = default;
  /// Bytes at an offset; writing past the end extends it. Throws Error IO (disk full, ...) with the system's words,
  /// or OUT_OF_MEMORY.
  virtual void write(int64_t offset, const uint8_t* data, size_t bytes) = 0;
  /// At most `bytes` bytes; fewer at the end, 0 past it.
  virtual size_t read(int64_t offset, uint8_t* data, size_t bytes) = 0;
  virtual int64_t size() const = 0;
};

class MemorySink final : public Sink {
 public:
  /// Refuses (OUT_OF_MEMORY) to hold more than `limit` bytes.
  explicit MemorySink(int64_t limit) : limit_(limit) {}
  void write(int64_t offset, const uint8_t* data, size_t bytes) override;
  size_t read(int64_t offset, uint8_t* data, size_t bytes) override;
  int64_t size() const override { return taken_ + static_cast<int64_t>(bytes_.size()); }
  /// What was written since take().
  const std::vector<uint8_t>& bytes() const { return bytes_; }
  /// Hands the bytes out: from then on they can neither be read nor be written again (IO).
  std::vector<uint8_t> take();

 private:
  int64_t held(int64_t offset) const;

  int64_t taken_ = 0;
  std::vector<uint8_t> bytes_;
  int64_t limit_;
};

/// An open file, used by offset. Creates `path` exclusively (it must not exist); closes on destruction.
class FileSink final : public Sink {
 public:
  explicit FileSink(const std::string& path);
  ~FileSink() override;
  void write(int64_t offset, const uint8_t* data, size_t bytes) override;
  size_t read(int64_t offset, uint8_t* data, size_t bytes) override;
  int64_t size() const override { return size_; }

 private:
  int fd_;
  int64_t size_ = 0;
};

}  // namespace framekiln
