// SPDX-License-Identifier: Apache-2.0
// Mouse, pen and fingers on the pictures.
import type { Point } from './view.js';
import type { Zoom } from './zoom.js';

/** Notches of a wheel that double the zoom. */
const NOTCHES = 3;
const NOTCH = 100;
/** Of a wheel that counts in lines. */
const LINE = 33;

/** @param onPoint told where the pointer is, and when it has gone */
export function listenToGestures(canvas: HTMLElement, zoom: Zoom, onPoint: (at: Point | undefined) => void): void {
  const pointers = new Map<number, Point>();
  const place = ({ clientX, clientY }: MouseEvent): Point => {
    const { left, top } = canvas.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  };
  canvas.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      const turned = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * LINE : event.deltaY;
      // A pinch on a touchpad comes as a wheel with Ctrl, in smaller steps.
      zoom.by(2 ** (-turned / (event.ctrlKey ? NOTCH : NOTCH * NOTCHES)), place(event));
    },
    { passive: false },
  );
  canvas.addEventListener('dblclick', (event) => zoom.by(2, place(event)));
  canvas.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, place(event));
  });
  canvas.addEventListener('pointermove', (event) => {
    const at = place(event);
    onPoint(at);
    const before = pointers.get(event.pointerId);
    if (!before) return;
    const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
    pointers.set(event.pointerId, at);
    if (!other) return zoom.pan(at.x - before.x, at.y - before.y);
    // Two fingers: their middle moves, and their distance zooms around it.
    zoom.pan((at.x - before.x) / 2, (at.y - before.y) / 2);
    const factor = distance(at, other) / Math.max(1, distance(before, other));
    zoom.by(factor, { x: (at.x + other.x) / 2, y: (at.y + other.y) / 2 });
  });
  const leave = (event: PointerEvent) => pointers.delete(event.pointerId);
  canvas.addEventListener('pointerup', leave);
  canvas.addEventListener('pointercancel', leave);
  canvas.addEventListener('pointerleave', ({ pointerType }) => {
    if (pointerType === 'mouse') onPoint(undefined);
  });
}

const distance = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y);
