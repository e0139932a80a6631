// SPDX-License-Identifier: Apache-2.0
// What buttons, keys and gestures do to the view.
import type { Stage } from './stage.js';
import type { CompareStore } from './state.js';
import { clamped, fitted, type Pane, type Point, panned, type Size, type View, zoomedAt } from './view.js';

export interface Zoom {
  /** By a factor, keeping what is below a point of the stage, or its middle. */
  by(factor: number, at?: Point): void;
  /** To so many screen pixels a pixel. */
  to(zoom: number): void;
  pan(dx: number, dy: number): void;
  fit(): void;
}

export function makeZoom(stage: Stage, store: CompareStore): Zoom {
  const change = (next: (view: View, pane: Pane, picture: Size) => View, at?: Point) => {
    const { picture, panes } = stage;
    const [first] = panes;
    if (!picture || !first) return;
    const pane = (at && panes.find((candidate) => within(candidate, at))) ?? first;
    const view = clamped(next(stage.view, pane, picture), pane, picture);
    // As good as the whole picture: then it stays whole when the window changes.
    const whole = Math.abs(view.zoom / fitted(pane, picture).zoom - 1) < 1e-3;
    store.set({ view: whole ? undefined : view });
  };
  const middle = ({ left, top, width, height }: Pane): Point => ({ x: left + width / 2, y: top + height / 2 });
  return {
    by: (factor, at) => change((view, pane) => zoomedAt(view, pane, at ?? middle(pane), factor), at),
    to: (zoom) => change((view) => ({ ...view, zoom })),
    pan: (dx, dy) => change((view) => panned(view, dx, dy)),
    fit: () => store.set({ view: undefined }),
  };
}

function within({ left, top, width, height }: Pane, { x, y }: Point): boolean {
  return x >= left && y >= top && x < left + width && y < top + height;
}
