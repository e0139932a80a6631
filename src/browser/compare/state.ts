// SPDX-License-Identifier: Apache-2.0
import { Store } from './store.js';
import { readUrlState, type UrlState } from './url-state.js';

/** All that controls show and change. */
export interface CompareState extends UrlState {
  playing: boolean;
  speed: number;
  /** How much of that this machine can do, 0 to 1. */
  pace: number;
  loop: boolean;
  /** That have a partner; 0 before both videos are there. */
  frames: number;
  /** The frame shown while a key is held: the other side. */
  flipped: boolean;
}

export type CompareStore = Store<CompareState>;

export function openStore(query: URLSearchParams): CompareStore {
  return new Store<CompareState>({
    ...readUrlState(query),
    playing: false,
    speed: 1,
    pace: 1,
    loop: false,
    frames: 0,
    flipped: false,
  });
}

/** What is on show: while the key is held, the side that is not. */
export function shownMode({ mode, flipped }: CompareState): UrlState['mode'] {
  if (!flipped) return mode;
  return mode === 'b' ? 'a' : 'b';
}
