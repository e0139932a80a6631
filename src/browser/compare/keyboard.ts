// SPDX-License-Identifier: Apache-2.0
import { create } from '../dom.js';
import type { Actions } from './actions.js';
import type { CompareStore } from './state.js';

interface Key {
  keys: readonly string[];
  says: string;
  does(actions: Actions, store: CompareStore): void;
}

/** Screen pixels that a key moves the picture by. */
const PAN = 60;

const KEYS: readonly Key[] = [
  { keys: [' ', 'k'], says: 'Play or pause', does: (actions) => actions.toggle() },
  { keys: [','], says: 'One frame back', does: (actions) => actions.step(-1) },
  { keys: ['.'], says: 'One frame on', does: (actions) => actions.step(1) },
  { keys: ['ArrowLeft'], says: 'One second back', does: (actions) => actions.jump(-1) },
  { keys: ['ArrowRight'], says: 'One second on', does: (actions) => actions.jump(1) },
  { keys: ['Home'], says: 'First frame', does: (actions) => actions.seek(0) },
  { keys: ['End'], says: 'Last frame', does: (actions, { state }) => actions.seek(state.frames - 1) },
  { keys: ['j'], says: 'Slower', does: (actions) => actions.faster(-1) },
  { keys: ['l'], says: 'Faster', does: (actions) => actions.faster(1) },
  { keys: ['o'], says: 'Loop', does: (actions) => actions.loop() },
  { keys: ['1'], says: 'Two-up', does: (actions) => actions.mode('two-up') },
  { keys: ['2'], says: 'Split', does: (actions) => actions.mode('split') },
  { keys: ['3'], says: 'Difference', does: (actions) => actions.mode('difference') },
  { keys: ['4', 'a'], says: 'A alone', does: (actions) => actions.mode('a') },
  { keys: ['5', 'b'], says: 'B alone', does: (actions) => actions.mode('b') },
  { keys: ['x'], says: 'Hold: flip to the other side', does: (actions) => actions.flip(true) },
  { keys: ['['], says: 'Split further left', does: (actions, { state }) => actions.split(state.split - 0.02) },
  { keys: [']'], says: 'Split further right', does: (actions, { state }) => actions.split(state.split + 0.02) },
  { keys: ['g'], says: 'Twice the gain', does: (actions, { state }) => actions.gain(state.gain * 2) },
  { keys: ['Shift+g'], says: 'Half the gain', does: (actions, { state }) => actions.gain(state.gain / 2) },
  { keys: ['+', '='], says: 'Zoom in', does: (actions) => actions.zoom.by(1.5) },
  { keys: ['-'], says: 'Zoom out', does: (actions) => actions.zoom.by(1 / 1.5) },
  { keys: ['0'], says: 'The whole picture', does: (actions) => actions.zoom.fit() },
  { keys: ['Shift+ArrowLeft'], says: 'Look further left', does: (actions) => actions.zoom.pan(PAN, 0) },
  { keys: ['Shift+ArrowRight'], says: 'Look further right', does: (actions) => actions.zoom.pan(-PAN, 0) },
  { keys: ['Shift+ArrowUp'], says: 'Look further up', does: (actions) => actions.zoom.pan(0, PAN) },
  { keys: ['Shift+ArrowDown'], says: 'Look further down', does: (actions) => actions.zoom.pan(0, -PAN) },
];

const FLIP = 'x';
const SIGNS: Record<string, string> = {
  ' ': 'Space',
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  '-': '−',
};

/** Listens to the keys of the page, save where they mean something else. */
export function listenToKeys(actions: Actions, store: CompareStore, page: { help(): void; fullscreen(): void }): void {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTaken(event)) return;
    if (event.key === '?') return page.help();
    if (event.key === 'f') return page.fullscreen();
    const key = KEYS.find(({ keys }) => keys.includes(nameOf(event)));
    if (!key) return;
    event.preventDefault();
    key.does(actions, store);
  });
  document.addEventListener('keyup', ({ key }) => {
    if (key.toLowerCase() === FLIP) actions.flip(false);
  });
  // The key may be let go where this page does not hear of it.
  addEventListener('blur', () => actions.flip(false));
}

/** Signs are what they are on any keyboard; Shift counts with letters and arrows. */
function nameOf({ key, shiftKey }: KeyboardEvent): string {
  const name = key.length === 1 ? key.toLowerCase() : key;
  return shiftKey && (/^[a-z]$/.test(name) || name.startsWith('Arrow')) ? `Shift+${name}` : name;
}

/** Whether the element with the focus has a use for the key itself. */
function isTaken({ target, key, shiftKey }: KeyboardEvent): boolean {
  if (!(target instanceof Element)) return false;
  if (target.closest('dialog, select, textarea, input:not([type=range], [type=radio], [type=checkbox])')) return true;
  if (target.closest('input, [role=slider]')) {
    return (key.startsWith('Arrow') && !shiftKey) || ['Home', 'End', 'PageUp', 'PageDown'].includes(key);
  }
  return key === ' ' && target.closest('button, a, summary, input') !== null;
}

/** Fills the list of keys in the help. */
export function listKeys(list: HTMLElement): void {
  for (const { keys, says } of [...KEYS, { keys: ['f'], says: 'Full screen' }, { keys: ['?'], says: 'This help' }]) {
    const signs = keys.flatMap((key) => (key.startsWith('Shift+') ? ['Shift', key.slice(6)] : [key])).map(sign);
    list.append(create('div', {}, create('dt', {}, ...signs), create('dd', {}, says)));
  }
}

function sign(key: string): HTMLElement {
  return create('kbd', {}, SIGNS[key] ?? (key.length === 1 ? key.toUpperCase() : key));
}
