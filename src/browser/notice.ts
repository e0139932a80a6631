// SPDX-License-Identifier: Apache-2.0
// What is going on, and what went wrong, in words.
import type { ApiFailure } from './api.js';
import type { JobView } from './api-types.js';
import { create } from './dom.js';
import { span } from './time-text.js';

/** A place for news of a job. Screen readers are told when something begins or ends, not of each frame. */
export class Notice {
  readonly element = create('div', { class: 'notice' });
  readonly #said = create('output', { class: 'said' });
  readonly #bar = create('progress', { 'aria-label': 'Frames made', hidden: true });
  readonly #detail = create('span', { class: 'muted' });

  constructor() {
    this.clear();
  }

  clear(): void {
    this.say('');
  }

  /** One sentence. */
  say(text: string): void {
    if (this.#said.textContent !== text) this.#said.textContent = text;
    this.#detail.textContent = '';
    this.#bar.hidden = true;
    this.element.replaceChildren(this.#said, this.#bar, this.#detail);
  }

  /** How far a job is. */
  job({ state, ahead = 0, framesDone, frames, etaSeconds }: JobView, doing: string): void {
    if (state === 'waiting') {
      this.say(
        ahead > 0 ? `Waiting: ${ahead} ${ahead === 1 ? 'job comes' : 'jobs come'} first.` : 'It begins in a moment.',
      );
      return;
    }
    this.say(`${doing}…`);
    if (frames === undefined) return;
    this.#bar.hidden = false;
    this.#bar.max = frames;
    this.#bar.value = framesDone;
    const left = etaSeconds === undefined ? '' : `, ${etaSeconds < 1 ? 'less than 1 s' : span(etaSeconds)} left`;
    this.#detail.textContent = `${framesDone} of ${frames} frames${left}`;
  }

  /** What went wrong, what can be done, and a way to try again; not before the server wants to be asked again. */
  failure({ error, retryAfter = 0 }: ApiFailure, retry: () => void): void {
    const again = create('button', { type: 'button' }, 'Try again');
    again.addEventListener('click', retry);
    holdBack(again, retryAfter);
    this.element.replaceChildren(describeProblem(error), again);
  }
}

/** The same as the server makes of an error for a page. */
function describeProblem({ code, message, remedy, pointer, tried = [] }: ApiFailure['error']): HTMLElement {
  const text = create('p', {}, create('strong', {}, message), ' ', create('code', { class: 'code' }, code));
  const problem = create('div', { class: 'problem', role: 'alert' }, text);
  if (pointer !== undefined) problem.append(create('p', {}, 'At ', create('code', {}, pointer), ' of the document.'));
  if (remedy !== undefined) problem.append(create('p', {}, remedy));
  if (tried.length > 0) {
    const places = tried.map((place) => create('li', {}, create('code', {}, place)));
    const list = create('ul', {}, ...places);
    problem.append(create('details', { open: true }, create('summary', {}, 'What was tried'), list));
  }
  return problem;
}

function holdBack(button: HTMLButtonElement, seconds: number): void {
  if (seconds <= 0) return;
  const ready = Date.now() + seconds * 1000;
  button.disabled = true;
  const timer = setInterval(() => show(), 250);
  const show = () => {
    const left = Math.ceil((ready - Date.now()) / 1000);
    button.disabled = left > 0;
    button.textContent = left > 0 ? `Try again in ${span(left)}` : 'Try again';
    if (left <= 0) clearInterval(timer);
  };
  show();
}
