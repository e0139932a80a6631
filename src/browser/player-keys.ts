// SPDX-License-Identifier: Apache-2.0
// The keys of the player.
import { create } from './dom.js';
import type { Playback } from './playback.js';

type Key = [keys: string[], says: string, does: (playback: Playback) => void];

const KEYS: readonly Key[] = [
  [[' ', 'k'], 'Play or pause', (playback) => playback.toggle()],
  [[','], 'One frame back', (playback) => playback.step(-1)],
  [['.'], 'One frame on', (playback) => playback.step(1)],
  [['ArrowLeft'], 'One second back', (playback) => playback.jump(-1)],
  [['ArrowRight'], 'One second on', (playback) => playback.jump(1)],
  [['Home'], 'First frame', (playback) => playback.seek(0)],
  [['End'], 'Last frame', (playback) => playback.seek(playback.frames - 1)],
  [['j'], 'Slower', (playback) => playback.changeSpeed(-1)],
  [['l'], 'Faster', (playback) => playback.changeSpeed(1)],
];

const SIGNS: Record<string, string> = { ' ': 'Space', ArrowLeft: '←', ArrowRight: '→' };

export interface KeyActions {
  fullscreen(): void;
  help(): void;
}

/** Listens to the keys of the page, save where they mean something else. */
export function listenToKeys(playback: Playback, actions: KeyActions, signal: AbortSignal): void {
  const more: readonly Key[] = [
    [['f'], '', actions.fullscreen],
    [['?'], '', actions.help],
  ];
  document.addEventListener(
    'keydown',
    (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTaken(event)) return;
      const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
      const key = [...KEYS, ...more].find(([keys]) => keys.includes(name));
      if (!key) return;
      event.preventDefault();
      key[2](playback);
    },
    { signal },
  );
}

/** Whether the element with the focus has a use for the key itself. */
function isTaken({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof Element)) return false;
  if (target.closest('dialog, select, textarea, input:not([type=range]), [contenteditable]')) return true;
  if (target.closest('input, [role=slider]')) return key.startsWith('Arrow') || key === 'Home' || key === 'End';
  return key === ' ' && target.closest('button, a, summary') !== null;
}

/** A window that tells of the keys. */
export function makeHelp(): HTMLDialogElement {
  const rows: [string[], string][] = [
    ...KEYS.map(([keys, says]): [string[], string] => [keys, says]),
    [['f'], 'Full screen'],
    [['?'], 'This help'],
  ];
  const list = create('dl', { class: 'keys' });
  for (const [keys, says] of rows) {
    const signs = keys.map((key) => create('kbd', {}, SIGNS[key] ?? (key.length === 1 ? key.toUpperCase() : key)));
    list.append(create('div', {}, create('dt', {}, ...signs), create('dd', {}, says)));
  }
  const close = create('button', { type: 'submit' }, 'Close');
  const title = create('h2', { id: 'keys-title' }, 'Keys of the player');
  return create(
    'dialog',
    { 'aria-labelledby': 'keys-title' },
    create('form', { method: 'dialog' }, title, list, close),
  );
}
