// SPDX-License-Identifier: Apache-2.0
// What can be done with an experiment beside watching it.
import { regenerate, toFailure } from './api.js';
import { byId } from './dom.js';
import { Notice } from './notice.js';
import { watchJob } from './watch-job.js';

/** Brings the buttons of the page to life. `play`: shows the video as it is after a regeneration. */
export function connectActions(id: string, play: () => void): void {
  const notice = new Notice();
  byId('status', HTMLElement)?.replaceWith(notice.element);
  connectCopy(notice);
  connectRegenerate(id, notice, play);
}

function connectCopy(notice: Notice): void {
  const link = byId('stable-link', HTMLAnchorElement);
  if (!link) return;
  const button = document.createElement('button');
  button.type = 'button';
  button.id = link.id;
  button.textContent = 'Copy stable link';
  const { href } = link;
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(href);
      notice.say('The link is copied. It always leads to the video: each time it is opened, it signs a fresh one.');
    } catch {
      // Not allowed, or not a secure page: it can still be read and copied by hand.
      notice.say(href);
    }
  });
  link.replaceWith(button);
}

function connectRegenerate(id: string, notice: Notice, play: () => void): void {
  const button = byId('regenerate', HTMLButtonElement);
  const dialog = byId('confirm', HTMLDialogElement);
  if (!button || !dialog) return;
  const run = async () => {
    button.disabled = true;
    notice.say('Asking for it to be regenerated…');
    try {
      const { signal } = new AbortController();
      const job = await regenerate(id, 'video', true, signal);
      await watchJob(job, (view) => notice.job(view, 'Rendering'), signal);
      notice.say('The video is regenerated.');
      play();
    } catch (error) {
      notice.failure(toFailure(error), () => void run());
    } finally {
      button.disabled = false;
    }
  };
  button.hidden = false;
  button.addEventListener('click', () => {
    dialog.returnValue = '';
    dialog.showModal();
  });
  dialog.addEventListener('close', () => {
    if (dialog.returnValue === 'yes') void run();
  });
}
