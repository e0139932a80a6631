// SPDX-License-Identifier: Apache-2.0
// Part of fast.inl: fractal noise. It is constant on grid cells, so cells are hashed, and rows copied.

class FractalPainter {
 public:
  static constexpr int kRows = kBandRows;

  explicit FractalPainter(Size size) : size_(size), run_(static_cast<size_t>(size.width) + 1) {}

  void begin(const scene::FrameParams& params, ColourTable& colours) {
    scene_ = scene::make_fractal(params, size_.width, size_.height);
    colours.set_palette(scene_.palette);
    find_runs();
  }

  void paint(int first, int rows, Band& band) {
    for (int r = 0; r < rows; r++) {
      const Cell cell = cell_at(scene::fractal_y(scene_, first + r));
      band.same[r] = r > 0 && equal(cell, row_cell_);
      row_cell_ = cell;
      if (band.same[r]) {
        __builtin_memcpy(band.row(r), band.row(r - 1), static_cast<size_t>(band.stride));
      } else {
        paint_row(cell, band.row(r));
      }
    }
  }

 private:
  /// A coordinate's cell in every octave.
  struct Cell {
    int64_t at[scene::Fractal::kOctaves];
  };
  /// Columns that share their cells, from `begin` to the next run's.
  struct Run {
    int begin;
    Cell cell;
  };

  static Cell cell_at(double v) {
    Cell cell;
    for (int o = 0; o < scene::Fractal::kOctaves; o++) cell.at[o] = scene::fractal_cell(v, o);
    return cell;
  }

  static bool equal(const Cell& a, const Cell& b) { return __builtin_memcmp(&a, &b, sizeof(Cell)) == 0; }

  void find_runs() {
    runs_ = 0;
    for (int i = 0; i < size_.width; i++) {
      const Cell cell = cell_at(scene::fractal_x(scene_, i));
      if (runs_ == 0 || !equal(cell, run_[runs_ - 1].cell)) run_[runs_++] = {i, cell};
    }
    run_[runs_].begin = size_.width;
  }

  void paint_row(const Cell& y, uint8_t* row) {
    int64_t term[scene::Fractal::kOctaves] = {};
    for (int k = 0; k < runs_; k++) {
      int64_t units = 0;
      for (int o = 0; o < scene::Fractal::kOctaves; o++) {
        // A coarse cell spans many runs: its term is hashed once.
        if (k == 0 || run_[k].cell.at[o] != run_[k - 1].cell.at[o]) {
          term[o] = scene::fractal_term(run_[k].cell.at[o], y.at[o], o);
        }
        units += term[o];
      }
      const int colour = scene::fractal_colour(scene_, units);
      const int index = colour == scene::kBlack ? scene_.palette.count : colour;
      __builtin_memset(row + run_[k].begin, index, static_cast<size_t>(run_[k + 1].begin - run_[k].begin));
    }
  }

  Size size_;
  scene::Fractal scene_;
  Array<Run> run_;
  int runs_ = 0;
  Cell row_cell_;
};
