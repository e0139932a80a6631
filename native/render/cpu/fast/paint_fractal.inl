// SPDX-License-Identifier: Apache-2.0
// Part of fast.inl: fractal noise. It is constant on grid cells, so cells are hashed, and rows copied.

class FractalPainter {
 public:
  static constexpr int kRows = 2;

  explicit FractalPainter(Size size)
      : size_(size), run_(static_cast<size_t>(size.width) + 1), cell_(padded() * scene::Fractal::kOctaves) {}

  void begin(const scene::FrameParams& params, ColourTable& colours) {
    scene_ = scene::make_fractal(params, size_.width, size_.height);
    colours.set_palette(scene_.palette);
    find_runs();
  }

  void paint(int first, int rows, Band& band) {
    for (int r = 0; r < rows; r++) {
      const Cell cell = cell_at(scene::fractal_y(scene_, first + r));
      band.same[r] = first + r > 0 && equal(cell, row_cell_);
      if (!band.same[r]) {
        // Two memories in turn: the row above may still be read.
        last_ = 1 - last_;
        paint_row(cell, band.memory(last_));
        row_cell_ = cell;
      }
      band.row[r] = band.memory(last_);
    }
  }

 private:
  /// A coordinate's cell in every octave.
  struct Cell {
    int64_t at[scene::Fractal::kOctaves];
  };

  /// Every octave's rows of cells start at a multiple of this.
  size_t padded() const { return (static_cast<size_t>(size_.width) + 63) / 64 * 64; }
  uint32_t* cells(int octave) { return cell_.data() + static_cast<size_t>(octave) * padded(); }

  static Cell cell_at(double v) {
    Cell cell;
    for (int o = 0; o < scene::Fractal::kOctaves; o++) cell.at[o] = scene::fractal_cell(v, o);
    return cell;
  }

  static bool equal(const Cell& a, const Cell& b) { return __builtin_memcmp(&a, &b, sizeof(Cell)) == 0; }

  void find_runs() {
    runs_ = 0;
    Cell last{};
    for (int i = 0; i < size_.width; i++) {
      const Cell cell = cell_at(scene::fractal_x(scene_, i));
      if (i > 0 && equal(cell, last)) continue;
      last = cell;
      run_[runs_] = i;
      for (int o = 0; o < scene::Fractal::kOctaves; o++) cells(o)[runs_] = static_cast<uint32_t>(cell.at[o]);
      runs_++;
    }
    run_[runs_] = size_.width;
  }

  void paint_row(const Cell& y, uint8_t* row) {
    constexpr int kGroup = 32;
    const int count = scene_.palette.count;
    for (int first = 0; first < runs_; first += kGroup) {
      // Sums of terms are whole and below 2^53: exact in float64.
      double units[kGroup] = {};
      for (int o = 0; o < scene::Fractal::kOctaves; o++) {
        const uint32_t* x = cells(o) + first;
        // A term depends on the low 32 bits of a cell alone.
        const uint32_t y57 = static_cast<uint32_t>(y.at[o]) * 57u;
        const double weight = 1 << (scene::Fractal::kOctaves - 1 - o);
        for (int l = 0; l < kGroup; l++) {
          uint32_t k = x[l] + y57;
          k = (k << 13) ^ k;
          const uint32_t hash = (k * (k * k * 15731u + 789221u) + 1376312589u) & 0x7fffffffu;
          units[l] += static_cast<double>(1073741824 - static_cast<int>(hash)) * weight;
        }
      }
      uint8_t index[kGroup];
      for (int l = 0; l < kGroup; l++) {
        // The colour is one less than the bounds exceeded; exceeding none or all is black.
        int over = 0;
        for (int i = 0; i <= count; i++) over += units[l] > static_cast<double>(scene_.bound[i]);
        index[l] = static_cast<uint8_t>(over == 0 || over > count ? count : over - 1);
      }
      for (int l = 0, k = first; k < min(first + kGroup, runs_); l++, k++) {
        for (int x = run_[k]; x < run_[k + 1]; x += 16) fill16(row + x, index[l]);
      }
    }
  }

  Size size_;
  scene::Fractal scene_;
  /// Columns that share their cells: run k is from run_[k] to run_[k + 1].
  Array<int> run_;
  /// By octave, the low bits of each run's cell.
  Array<uint32_t> cell_;
  int runs_ = 0, last_ = 0;
  Cell row_cell_;
};
