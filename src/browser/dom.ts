// SPDX-License-Identifier: Apache-2.0
// Elements, found and made. Text goes in as text only.

type Attributes = Record<string, string | number | boolean>;

/** The element of this id, if the page has it and it is of this kind. */
export function byId<T extends Element>(id: string, kind: new () => T): T | undefined {
  const element = document.getElementById(id);
  return element instanceof kind ? element : undefined;
}

/** A new element; `true` is an attribute without a value, `false` is none. */
export function create<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== false) element.setAttribute(key, value === true ? '' : String(value));
  }
  element.append(...children);
  return element;
}

/** A button with a name for who cannot see its sign. */
export function button(sign: string, label: string, onClick: () => void): HTMLButtonElement {
  const made = create('button', { type: 'button', 'aria-label': label, title: label }, sign);
  made.addEventListener('click', onClick);
  return made;
}
