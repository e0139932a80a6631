// SPDX-License-Identifier: Apache-2.0
// The controls of the page that compares two videos; a script gives them life.

const MODES = [
  ['two-up', 'Two-up'],
  ['split', 'Split'],
  ['difference', 'Difference'],
  ['a', 'A'],
  ['b', 'B'],
] as const;
const SPEEDS = [0.1, 0.25, 0.5, 1, 1.5, 2, 4];

/** All but the pictures; disabled until both are there. */
export function CompareControls() {
  return (
    <fieldset class="compare-controls" id="controls" disabled>
      <legend class="unseen">Controls</legend>
      <input type="range" class="seek" id="seek" min={0} max={0} step={1} value="0" aria-label="Frame" />
      <div class="row">
        <fieldset class="group" aria-label="Playback">
          <button type="button" class="sign first" id="first" aria-label="First frame" title="First frame (Home)" />
          <button type="button" class="sign back" id="back" aria-label="One frame back" title="One frame back (,)" />
          <button
            type="button"
            class="sign play"
            id="play"
            aria-label="Play"
            title="Play (Space)"
            data-state="paused"
          />
          <button type="button" class="sign on" id="on" aria-label="One frame on" title="One frame on (.)" />
          <button type="button" class="sign loop" id="loop" aria-label="Loop" title="Loop (O)" aria-pressed="false" />
          <select id="speed" aria-label="Speed" title="Speed (J, L)">
            {SPEEDS.map((speed) => (
              <option value={speed} selected={speed === 1}>
                {speed}×
              </option>
            ))}
          </select>
        </fieldset>
        <label class="frame-number">
          <span class="unseen">Frame number</span>
          <input type="number" id="frame" min={0} step={1} value="0" />
          <span class="muted" id="of-frames" />
        </label>
        <p class="readout" id="readout" />
        <label class="variant">
          <span>Videos</span>
          <select id="variant">
            <option value="auto">Best this browser plays</option>
            <option value="exact">Exact (4:4:4)</option>
            <option value="video">Plays everywhere (4:2:0)</option>
          </select>
        </label>
      </div>
      <div class="row">
        <div class="segments" role="radiogroup" aria-label="Mode">
          {MODES.map(([mode, name], i) => (
            <label title={`${name} (${i + 1})`}>
              <input type="radio" name="mode" value={mode} />
              <span>{name}</span>
            </label>
          ))}
        </div>
        <label class="gain" id="gain-part" hidden>
          <span>Gain</span>
          <input type="range" id="gain" min={0} max={6} step={1} value="3" aria-label="Gain of the difference" />
          <output id="gain-shown" for="gain" />
        </label>
        <fieldset class="group zooms" aria-label="Zoom">
          <button type="button" class="sign out" id="zoom-out" aria-label="Zoom out" title="Zoom out (-)" />
          <output class="zoom" id="zoom" />
          <button type="button" class="sign in" id="zoom-in" aria-label="Zoom in" title="Zoom in (+)" />
          <button type="button" id="zoom-fit" title="The whole picture (0)">
            Fit
          </button>
          <button type="button" id="zoom-one" title="A screen pixel a pixel">
            1:1
          </button>
        </fieldset>
        <div class="group end">
          <button type="button" id="copy">
            Copy link
          </button>
          <button type="button" class="sign full" id="full" aria-label="Full screen" title="Full screen (F)" />
          <button type="button" id="help" aria-label="Keys" title="Keys (?)">
            ?
          </button>
        </div>
      </div>
      <output class="pixel" id="pixel" aria-live="off">
        Point at the pictures to read their pixels.
      </output>
    </fieldset>
  );
}

/** A window that tells of the keys; the list is a script's, which knows them. */
export function KeysHelp() {
  return (
    <dialog id="keys" class="keys-help" aria-labelledby="keys-title">
      <form method="dialog">
        <div class="head">
          <h2 id="keys-title">Keys</h2>
          <button type="submit">Close</button>
        </div>
        <dl class="keys" id="keys-list" />
        <p class="muted">Wheel or two fingers zoom, a drag moves the picture, a double click doubles it.</p>
      </form>
    </dialog>
  );
}
