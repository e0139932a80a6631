// SPDX-License-Identifier: Apache-2.0
import type { Actions } from './actions.js';
import type { CompareStore } from './state.js';

/** Of the stage's width. */
const STEP = 0.01;
const PAGE = 0.1;

/** The slider between A and B: by drag, by key. */
export function connectDivider(divider: HTMLElement, stage: HTMLElement, store: CompareStore, actions: Actions): void {
  divider.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    divider.focus({ preventScroll: true });
    divider.setPointerCapture(event.pointerId);
  });
  divider.addEventListener('pointermove', ({ pointerId, clientX }) => {
    if (!divider.hasPointerCapture(pointerId)) return;
    const { left, width } = stage.getBoundingClientRect();
    actions.split((clientX - left) / width);
  });
  divider.addEventListener('keydown', (event) => {
    const { split } = store.state;
    const target = {
      ArrowLeft: split - STEP,
      ArrowDown: split - STEP,
      ArrowRight: split + STEP,
      ArrowUp: split + STEP,
      PageDown: split - PAGE,
      PageUp: split + PAGE,
      Home: 0,
      End: 1,
    }[event.key];
    if (target === undefined || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    event.preventDefault();
    actions.split(target);
  });
}
