// SPDX-License-Identifier: Apache-2.0
// Part of fast.inl: memory that needs no std template.

/// A zeroed array on 64-byte boundaries, with room for whole vectors past its end.
template <typename T>
class Array {
 public:
  explicit Array(size_t count) : data_(static_cast<T*>(::operator new(bytes(count), std::align_val_t(64)))) {
    __builtin_memset(data_, 0, bytes(count));
  }
  ~Array() { ::operator delete(data_, std::align_val_t(64)); }
  Array(const Array&) = delete;
  Array& operator=(const Array&) = delete;

  T* data() { return data_; }
  const T* data() const { return data_; }
  T& operator[](int i) { return data_[i]; }
  const T& operator[](int i) const { return data_[i]; }

 private:
  static size_t bytes(size_t count) { return (count * sizeof(T) + 191) / 64 * 64; }
  T* data_;
};

FK_HOST int min(int a, int b) { return a < b ? a : b; }
FK_HOST int max(int a, int b) { return a > b ? a : b; }
FK_HOST int clamp(int v, int low, int high) { return v < low ? low : v > high ? high : v; }
/// Rounding that stays in range whatever the value (NaN gives `low`).
FK_HOST int floor_clamped(double v, int low, int high) {
  return v >= high ? high : v > low ? static_cast<int>(v) : low;
}

constexpr uint64_t kEachByte = 0x0101010101010101u;

FK_HOST void fill16(uint8_t* p, uint8_t value) {
  const uint64_t eight = value * kEachByte;
  __builtin_memcpy(p, &eight, 8);
  __builtin_memcpy(p + 8, &eight, 8);
}
