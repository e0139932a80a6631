// SPDX-License-Identifier: Apache-2.0
// What part of the pictures is seen: zoom and pan.

export interface Size {
  width: number;
  height: number;
}

export interface Point {
  x: number;
  y: number;
}

/** Where one looks. */
export interface View extends Point {
  /** Screen pixels a pixel of A. `x`, `y` is the middle, in A's pixels. */
  zoom: number;
}

/** Part of the stage that shows one picture, in its pixels. */
export interface Pane extends Size {
  left: number;
  top: number;
}

export const MOST_ZOOM = 64;
/** From here on lines are drawn between pixels. */
export const GRID_ZOOM = 12;
/** Between two panes, in screen pixels. */
const GAP = 4;

/** The whole picture, in the middle. */
export function fitted(pane: Size, picture: Size): View {
  const zoom = Math.min(pane.width / picture.width, pane.height / picture.height);
  return { zoom, x: picture.width / 2, y: picture.height / 2 };
}

/** The nearest view that shows no more emptiness than it must. */
export function clamped({ zoom, x, y }: View, pane: Size, picture: Size): View {
  const least = Math.min(1, fitted(pane, picture).zoom);
  const within = Math.min(MOST_ZOOM, Math.max(least, zoom));
  const middle = (at: number, seen: number, whole: number) =>
    seen >= whole ? whole / 2 : Math.min(whole - seen / 2, Math.max(seen / 2, at));
  return {
    zoom: within,
    x: middle(x, pane.width / within, picture.width),
    y: middle(y, pane.height / within, picture.height),
  };
}

/** Where a point of the stage lies in the picture: whole numbers are edges of pixels. */
export function pictureAt({ zoom, x, y }: View, pane: Pane, at: Point): Point {
  return {
    x: x + (at.x - pane.left - pane.width / 2) / zoom,
    y: y + (at.y - pane.top - pane.height / 2) / zoom,
  };
}

/** Zooms so that what is below a point of the stage stays there. */
export function zoomedAt(view: View, pane: Pane, at: Point, factor: number): View {
  const zoom = Math.min(MOST_ZOOM, view.zoom * factor);
  const fixed = pictureAt(view, pane, at);
  const share = view.zoom / zoom;
  return { zoom, x: fixed.x + (view.x - fixed.x) * share, y: fixed.y + (view.y - fixed.y) * share };
}

/** Moves the picture by pixels of the stage. */
export function panned(view: View, dx: number, dy: number): View {
  return { ...view, x: view.x - dx / view.zoom, y: view.y - dy / view.zoom };
}

/** The stage's panes: one, or two beside or above one another, whichever makes the pictures larger. */
export function panes(stage: Size, picture: Size, two: boolean): Pane[] {
  if (!two) return [{ left: 0, top: 0, ...stage }];
  const half = { width: (stage.width - GAP) / 2, height: stage.height };
  const low = { width: stage.width, height: (stage.height - GAP) / 2 };
  return fitted(half, picture).zoom >= fitted(low, picture).zoom
    ? [
        { left: 0, top: 0, ...half },
        { left: half.width + GAP, top: 0, ...half },
      ]
    : [
        { left: 0, top: 0, ...low },
        { left: 0, top: low.height + GAP, ...low },
      ];
}
