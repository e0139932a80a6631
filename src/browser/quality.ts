// SPDX-License-Identifier: Apache-2.0
// PSNR and SSIM against the original, measured when somebody wants to see them.
import { getJson, toFailure } from './api.js';
import type { JobView } from './api-types.js';
import { byId } from './dom.js';
import { Notice } from './notice.js';
import { watchJob } from './watch-job.js';

/** Brings the button to life; what it leads to is a plot, which `addTimeline` connects with the video. */
export function connectQuality(addTimeline: (figure: HTMLElement) => void): void {
  const link = byId('measure', HTMLAnchorElement);
  const template = byId('quality-plot', HTMLTemplateElement);
  const place = byId('measure-status', HTMLElement);
  if (!link || !template || !place) return;
  const notice = new Notice();
  place.replaceWith(notice.element);
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = link.textContent;
  link.replaceWith(button);

  const measure = async () => {
    button.disabled = true;
    notice.say('Asking for the measurement…');
    try {
      const { signal } = new AbortController();
      const { status, body } = await getJson<JobView>(link.href, signal);
      if (status === 202) await watchJob(body, (view) => notice.job(view, 'Measuring'), signal);
      const plot = template.content.cloneNode(true) as DocumentFragment;
      const figure = plot.querySelector('figure');
      template.parentElement?.replaceChildren(...headingOf(template), plot);
      if (figure) addTimeline(figure);
    } catch (error) {
      notice.failure(toFailure(error), () => void measure());
      button.disabled = false;
    }
  };
  button.addEventListener('click', () => void measure());
}

function headingOf(element: Element): Node[] {
  const heading = element.parentElement?.querySelector('h2');
  return heading ? [heading] : [];
}
