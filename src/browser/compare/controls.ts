// SPDX-License-Identifier: Apache-2.0
// Keeps the controls of the page and the state in step.
import { byId } from '../dom.js';
import { clock } from '../time-text.js';
import type { Actions } from './actions.js';
import type { Stage } from './stage.js';
import { type CompareState, type CompareStore, shownMode } from './state.js';
import { MODES, type Mode, VARIANTS, type WantedVariant } from './url-state.js';

export interface PageActions {
  copyLink(): void;
  fullscreen(): void;
  help(): void;
  /** Loads other videos of the same pair. */
  variant(variant: WantedVariant): void;
}

export function connectControls(
  root: HTMLElement,
  stage: Stage,
  store: CompareStore,
  actions: Actions,
  page: PageActions,
) {
  const clicks: Record<string, () => void> = {
    play: actions.toggle,
    first: () => actions.seek(0),
    back: () => actions.step(-1),
    on: () => actions.step(1),
    loop: actions.loop,
    'zoom-in': () => actions.zoom.by(1.5),
    'zoom-out': () => actions.zoom.by(1 / 1.5),
    'zoom-fit': actions.zoom.fit,
    'zoom-one': () => actions.zoom.to(1),
    copy: page.copyLink,
    full: page.fullscreen,
    help: page.help,
  };
  for (const [id, does] of Object.entries(clicks)) byId(id, HTMLButtonElement)?.addEventListener('click', does);
  const seek = byId('seek', HTMLInputElement);
  const frame = byId('frame', HTMLInputElement);
  const gain = byId('gain', HTMLInputElement);
  const speed = byId('speed', HTMLSelectElement);
  const variant = byId('variant', HTMLSelectElement);
  const modes = [...root.querySelectorAll<HTMLInputElement>('input[name=mode]')];
  seek?.addEventListener('input', () => actions.seek(Number(seek.value)));
  frame?.addEventListener('change', () => actions.seek(Number(frame.value)));
  gain?.addEventListener('input', () => actions.gain(2 ** Number(gain.value)));
  speed?.addEventListener('change', () => actions.speed(Number(speed.value)));
  variant?.addEventListener('change', () => {
    const wanted = VARIANTS.find((known) => known === variant.value);
    if (wanted) page.variant(wanted);
  });
  for (const input of modes) {
    input.addEventListener('change', () => {
      const wanted = MODES.find((mode) => mode === input.value);
      if (wanted) actions.mode(wanted);
    });
  }
  store.follow((state) => {
    showPlayback(state, stage.framesPerSecond, seek, frame);
    showMode(root, state, modes);
    if (gain) gain.value = String(Math.log2(state.gain));
    setText('gain-shown', `${Math.round(state.gain)}×`);
    setText('legend', `${Math.ceil(255 / state.gain)} levels${state.gain > 1 ? ' and more' : ''}`);
    setText('zoom', `${zoomText(stage.view.zoom)}×`);
    if (speed) speed.value = String(state.speed);
    if (variant) variant.value = state.variant;
  });
}

function showPlayback(
  { playing, loop, frame, frames }: CompareState,
  framesPerSecond: number | undefined,
  seek: HTMLInputElement | undefined,
  number: HTMLInputElement | undefined,
): void {
  const play = byId('play', HTMLButtonElement);
  const name = playing ? 'Pause' : 'Play';
  if (play && play.ariaLabel !== name) {
    play.ariaLabel = name;
    play.title = `${name} (Space)`;
    play.dataset.state = playing ? 'playing' : 'paused';
  }
  byId('loop', HTMLButtonElement)?.setAttribute('aria-pressed', String(loop));
  const last = Math.max(0, frames - 1);
  const time = framesPerSecond ? clock(frame / framesPerSecond) : '';
  if (seek) {
    seek.max = String(last);
    seek.value = String(frame);
    seek.setAttribute('aria-valuetext', `frame ${frame} of ${last}, ${time}`);
    seek.style.setProperty('--at', String(last > 0 ? frame / last : 0));
  }
  if (number && document.activeElement !== number) {
    number.max = String(last);
    number.value = String(frame);
  }
  setText('of-frames', frames > 0 ? `of ${last}` : '');
}

function showMode(root: HTMLElement, state: CompareState, modes: readonly HTMLInputElement[]): void {
  const { mode, flipped, split } = state;
  for (const input of modes) input.checked = input.value === (mode satisfies Mode);
  root.dataset.mode = shownMode(state);
  root.toggleAttribute('data-zoomed', state.view !== undefined);
  const gain = byId('gain-part', HTMLElement);
  if (gain) gain.hidden = mode !== 'difference';
  const divider = byId('divider', HTMLElement);
  if (!divider) return;
  const percent = Math.round(split * 100);
  divider.hidden = mode !== 'split' || flipped;
  divider.style.setProperty('--split', String(split));
  divider.setAttribute('aria-valuenow', String(percent));
  divider.setAttribute('aria-valuetext', `${percent} % A`);
}

function setText(id: string, text: string): void {
  const element = byId(id, HTMLElement);
  if (element && element.textContent !== text) element.textContent = text;
}

const zoomText = (zoom: number): string => (zoom < 10 ? zoom.toFixed(2).replace(/\.?0+$/, '') : zoom.toFixed(0));
