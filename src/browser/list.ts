// SPDX-License-Identifier: Apache-2.0
// The list of experiments, with less to click.
import { span } from './time-text.js';

const AGE_MS = 10_000;

for (const select of document.querySelectorAll<HTMLSelectElement>('.filters select')) {
  select.addEventListener('change', () => select.form?.requestSubmit());
}

// Addresses stay short: what is not filled in is not sent.
document.querySelector<HTMLFormElement>('.filters')?.addEventListener('formdata', ({ formData }) => {
  for (const [name, value] of [...formData]) {
    if (value === '' || (name === 'sort' && value === 'createdAt') || (name === 'order' && value === 'desc')) {
      formData.delete(name);
    }
  }
});

for (const image of document.querySelectorAll<HTMLImageElement>('.thumbnail img')) {
  const drop = () => image.remove();
  if (image.complete && image.naturalWidth === 0 && image.currentSrc !== '') drop();
  else image.addEventListener('error', drop);
}

setInterval(() => {
  for (const time of document.querySelectorAll<HTMLTimeElement>('time[data-ago]')) {
    time.textContent = `${span(Date.now() / 1000 - Number(time.dataset.ago))} ago`;
  }
}, AGE_MS);
