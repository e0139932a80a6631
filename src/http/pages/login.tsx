// SPDX-License-Identifier: Apache-2.0
import { Page } from './layout.js';
import { Problem } from './parts.js';

interface Props {
  /** Where the login leads, a path of ours. */
  next: string;
  /** The token that was given is not it. */
  wrong?: boolean;
}

/** Asks for the token that the server was started with. */
export function LoginPage({ next, wrong = false }: Props) {
  return (
    <Page title="Log in">
      <div class="title">
        <h1>Log in</h1>
      </div>
      {wrong && (
        <div class="title" role="alert">
          <Problem code="WRONG_TOKEN" message="This is not the token." />
        </div>
      )}
      <form class="filters" method="post" action="/login">
        <input type="hidden" name="next" value={next} />
        <label class="wide">
          <span>Token</span>
          <input
            name="token"
            type="password"
            autocomplete="current-password"
            required
            autofocus
            aria-describedby="token-note"
            aria-invalid={wrong ? 'true' : undefined}
          />
        </label>
        <button type="submit" class="button primary">
          Log in
        </button>
      </form>
      <p id="token-note" class="muted">
        The one that the server was started with, as FRAMEKILN_TOKEN. You stay logged in for 12 hours.
      </p>
    </Page>
  );
}
