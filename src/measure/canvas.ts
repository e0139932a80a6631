// SPDX-License-Identifier: Apache-2.0

const TILE_SIDE = 320;
const GAP = 4;
/** Between cells of several tiles, so that one sees which belong together. */
const WIDE_GAP = 16;
const BACKGROUND = 0x30;
/** Less than what PNGs may have at most: the gaps at the edges are not counted. */
const MAX_SIDE = 8000;
const MAX_PIXELS = 32e6;

export interface Grid {
  cells: number;
  /** At most; fewer cells take less. */
  columns: number;
  /** Tiles side by side in a cell. */
  tilesPerCell: number;
}

/** A picture of cells, row by row, of one or more equally large tiles each. */
export class Canvas {
  readonly width: number;
  readonly height: number;
  readonly tileWidth: number;
  readonly tileHeight: number;
  readonly rgb: Uint8Array<ArrayBuffer>;
  readonly #columns: number;
  readonly #stepX: number;

  /** Tiles have the shape of `frame`, are no larger than it, and as large as fits. */
  constructor(frame: { width: number; height: number }, { cells, columns, tilesPerCell }: Grid) {
    this.#columns = Math.min(columns, cells);
    const rows = Math.ceil(cells / this.#columns);
    const across = this.#columns * tilesPerCell;
    const gap = tilesPerCell > 1 ? WIDE_GAP : GAP;
    const room = Math.min(MAX_SIDE / across, MAX_SIDE / rows, Math.sqrt(MAX_PIXELS / (across * rows)));
    const side = Math.min(TILE_SIDE, Math.floor(room) - gap);
    const scale = Math.min(1, side / frame.width, side / frame.height);
    this.tileWidth = Math.max(1, Math.round(frame.width * scale));
    this.tileHeight = Math.max(1, Math.round(frame.height * scale));
    this.#stepX = tilesPerCell * (this.tileWidth + GAP) - GAP + gap;
    this.width = this.#columns * this.#stepX - gap + 2 * GAP;
    this.height = rows * (this.tileHeight + GAP) + GAP;
    this.rgb = new Uint8Array(this.width * this.height * 3).fill(BACKGROUND);
  }

  /** Puts a cell's tiles, packed rgb24, in their place. */
  paste(cell: number, tiles: readonly Uint8Array[]): void {
    const top = GAP + Math.floor(cell / this.#columns) * (this.tileHeight + GAP);
    for (const [i, tile] of tiles.entries()) {
      const left = GAP + (cell % this.#columns) * this.#stepX + i * (this.tileWidth + GAP);
      for (let row = 0; row < this.tileHeight; row++) {
        const line = tile.subarray(row * this.tileWidth * 3, (row + 1) * this.tileWidth * 3);
        this.rgb.set(line, ((top + row) * this.width + left) * 3);
      }
    }
  }
}
