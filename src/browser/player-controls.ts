// SPDX-License-Identifier: Apache-2.0
// The bar below a video.
import { button, create } from './dom.js';
import { Playback } from './playback.js';
import { clock } from './time-text.js';

export interface ControlActions {
  fullscreen(): void;
  help(): void;
}

/** Makes the bar, and keeps it in step with the video. */
export function makeControls(playback: Playback, actions: ControlActions): HTMLElement {
  const { video } = playback;
  const seek = create('input', {
    type: 'range',
    class: 'seek',
    min: 0,
    max: 0,
    step: 1,
    value: 0,
    'aria-label': 'Frame',
  });
  const made = create('div', { class: 'made', 'aria-hidden': 'true' });
  const readout = create('span', { class: 'readout' });
  const play = button('', 'Play', () => playback.toggle());
  play.classList.add('play');
  const mute = button('', 'Mute', () => {
    video.muted = !video.muted;
  });
  mute.classList.add('mute');

  const showFrame = (frame: number) => {
    const { frames, rate } = playback;
    const last = Math.max(0, frames - 1);
    seek.max = String(last);
    seek.value = String(frame);
    seek.setAttribute('aria-valuetext', `frame ${frame} of ${last}, ${clock(frame / rate)}`);
    seek.style.setProperty('--at', String(last > 0 ? frame / last : 0));
    readout.textContent = `frame ${frame} / ${last} · ${clock(frame / rate)} / ${clock(frames / rate)}`;
  };
  const showState = () => {
    const name = video.paused ? 'Play' : 'Pause';
    play.setAttribute('aria-label', name);
    play.title = name;
    play.dataset.state = video.paused ? 'paused' : 'playing';
    mute.setAttribute('aria-label', video.muted ? 'Unmute' : 'Mute');
    mute.dataset.state = video.muted ? 'muted' : 'loud';
    mute.hidden = !hasSound(video);
  };
  const showMade = () => {
    const { buffered, duration } = video;
    const end = buffered.length > 0 ? buffered.end(buffered.length - 1) : 0;
    made.style.setProperty('--made', String(duration > 0 ? Math.min(1, end / duration) : 0));
  };
  playback.onFrame(showFrame);
  seek.addEventListener('input', () => playback.seek(Number(seek.value)));
  for (const name of ['play', 'pause', 'volumechange', 'loadedmetadata']) video.addEventListener(name, showState);
  for (const name of ['progress', 'loadedmetadata', 'durationchange', 'timeupdate'])
    video.addEventListener(name, showMade);
  video.addEventListener('durationchange', () => showFrame(playback.frame));
  showState();

  const sign = (name: string, made: HTMLButtonElement) => {
    made.classList.add(name);
    return made;
  };
  return create(
    'div',
    { class: 'controls' },
    create('div', { class: 'seekbar' }, made, seek),
    create(
      'div',
      { class: 'row', role: 'group', 'aria-label': 'Playback' },
      play,
      sign(
        'back',
        button('', 'One frame back', () => playback.step(-1)),
      ),
      sign(
        'on',
        button('', 'One frame on', () => playback.step(1)),
      ),
      readout,
      makeSpeed(video),
      mute,
      sign('full', button('', 'Full screen', actions.fullscreen)),
      sign('help', button('?', 'Keys', actions.help)),
    ),
  );
}

function makeSpeed(video: HTMLVideoElement): HTMLElement {
  const options = Playback.speeds.map((speed) => create('option', { value: speed }, `${speed}×`));
  const select = create('select', { 'aria-label': 'Speed', class: 'speed' }, ...options);
  const show = () => {
    select.value = String(video.playbackRate);
  };
  select.addEventListener('change', () => {
    video.playbackRate = Number(select.value);
  });
  video.addEventListener('ratechange', show);
  show();
  return select;
}

/** As far as browsers tell: what framekiln renders has none. */
function hasSound(video: HTMLVideoElement): boolean {
  const {
    mozHasAudio,
    webkitAudioDecodedByteCount = 0,
    audioTracks,
  } = video as HTMLVideoElement & {
    mozHasAudio?: boolean;
    webkitAudioDecodedByteCount?: number;
    audioTracks?: { length: number };
  };
  return mozHasAudio === true || webkitAudioDecodedByteCount > 0 || (audioTracks?.length ?? 0) > 0;
}
