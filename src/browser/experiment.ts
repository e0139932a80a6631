// SPDX-License-Identifier: Apache-2.0
// The page of one experiment.
import { connectActions } from './actions.js';
import { experimentPath } from './api.js';
import type { VideoLink } from './api-types.js';
import { byId, create } from './dom.js';
import { parseRate } from './frame-clock.js';
import { Player } from './player.js';
import { connectQuality } from './quality.js';
import { expirySentence } from './time-text.js';
import { Timeline } from './timeline.js';

const root = byId('experiment', HTMLElement);
const section = byId('player', HTMLElement);
const view = byId('view-video', HTMLAnchorElement);
if (root && section && view) connect(root, section, view);

function connect(root: HTMLElement, section: HTMLElement, view: HTMLAnchorElement): void {
  const { id = '', stored, width, height } = root.dataset;
  const still = width && height ? { poster: experimentPath(id, '/poster.png'), width, height } : undefined;
  const rate = parseRate(root.dataset.rate);
  const frames = Number(root.dataset.frames) || undefined;
  const timelines: Timeline[] = [];
  let player: Player | undefined;

  const open = (frame = 0) => {
    player = new Player(section, { id, rate, frames, still, onLink: showLink });
    player.playback.onFrame((shown) => {
      for (const timeline of timelines) timeline.show(shown);
    });
    void player.open('video', frame);
    section.querySelector('video')?.focus({ preventScroll: true });
  };
  const seek = (frame: number) => {
    for (const timeline of timelines) timeline.show(frame);
    // What is not made yet begins at its first frame.
    if (player) player.playback.seek(frame);
    else open(stored === undefined ? 0 : frame);
  };
  const addTimeline = (figure: HTMLElement) => {
    const count = Number(figure.dataset.frames);
    if (rate !== undefined && count > 0) timelines.push(new Timeline(figure, { frames: count, rate, onSeek: seek }));
  };

  const button = document.createElement('button');
  button.type = 'button';
  button.className = view.className;
  button.id = view.id;
  button.textContent = view.textContent;
  button.addEventListener('click', () => open());
  view.replaceWith(button);

  for (const figure of root.querySelectorAll<HTMLElement>('figure.timeline')) addTimeline(figure);
  connectActions(id, () => void (player ? player.open() : open()));
  connectQuality(addTimeline);
}

/** There is a video now, whatever the page said before. */
function showLink({ expiresAt }: VideoLink): void {
  byId('video-state', HTMLElement)?.replaceChildren(create('span', { class: 'chip good' }, 'stored'));
  const place = byId('link-expiry', HTMLElement);
  if (!place) return;
  place.textContent = expirySentence(expiresAt - Date.now() / 1000);
  place.title = new Date(expiresAt * 1000).toISOString();
}
