// SPDX-License-Identifier: Apache-2.0
#include "encode/sink.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <system_error>
#include <utility>

#include "frame/error.h"

namespace framekiln {
namespace {

[[noreturn]] void throw_errno(const char* what) {
  throw Error("IO", std::string("cannot ") + what + ": " + std::generic_category().message(errno));
}

/// pread or pwrite until all is done, the file ends, or it fails.
template <class Transfer>
size_t transfer_all(size_t bytes, const char* what, Transfer&& transfer) {
  size_t done = 0;
  while (done < bytes) {
    const ssize_t n = transfer(done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw_errno(what);
    if (n == 0) break;
    done += static_cast<size_t>(n);
  }
  return done;
}

}  // namespace

std::vector<uint8_t> MemorySink::take() {
  taken_ = size();
  return std::exchange(bytes_, {});
}

/// Where in bytes_ an offset is.
int64_t MemorySink::held(int64_t offset) const {
  if (offset < taken_) throw Error("IO", "cannot go back to what was already taken");
  return offset - taken_;
}

void MemorySink::write(int64_t offset, const uint8_t* data, size_t bytes) {
  const int64_t start = held(offset), end = start + static_cast<int64_t>(bytes);
  if (end > limit_) throw Error("OUT_OF_MEMORY", "the file is larger than " + std::to_string(limit_) + " bytes");
  try {
    const auto needed = static_cast<size_t>(end);
    if (needed > bytes_.capacity()) {
      bytes_.reserve(std::min(std::max(needed, bytes_.capacity() * 2), static_cast<size_t>(limit_)));
    }
    if (needed > bytes_.size()) bytes_.resize(needed);
  } catch (const std::bad_alloc&) {
    throw Error("OUT_OF_MEMORY", "no memory for a file of " + std::to_string(end) + " bytes");
  }
  std::memcpy(bytes_.data() + start, data, bytes);
}

size_t MemorySink::read(int64_t offset, uint8_t* data, size_t bytes) {
  if (offset >= size()) return 0;
  const auto start = static_cast<size_t>(held(offset));
  const size_t got = std::min(bytes, bytes_.size() - start);
  std::memcpy(data, bytes_.data() + start, got);
  return got;
}

FileSink::FileSink(const std::string& path) : fd_(open(path.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0666)) {
  if (fd_ < 0) throw_errno(("create " + path).c_str());
}

FileSink::~FileSink() { close(fd_); }

void FileSink::write(int64_t offset, const uint8_t* data, size_t bytes) {
  const size_t done = transfer_all(bytes, "write the file", [&](size_t at) {
    return pwrite(fd_, data + at, bytes - at, static_cast<off_t>(offset + static_cast<int64_t>(at)));
  });
  if (done < bytes) throw Error("IO", "cannot write the file: the system accepts no more bytes");
  size_ = std::max(size_, offset + static_cast<int64_t>(bytes));
}

size_t FileSink::read(int64_t offset, uint8_t* data, size_t bytes) {
  return transfer_all(bytes, "read the file back", [&](size_t at) {
    return pread(fd_, data + at, bytes - at, static_cast<off_t>(offset + static_cast<int64_t>(at)));
  });
}

}  // namespace framekiln
