// SPDX-License-Identifier: Apache-2.0
import { Page } from './layout.js';

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
      <form class="login" method="post" action="/login">
        <h1>Log in</h1>
        <input type="hidden" name="next" value={next} />
        <p>
          <label for="token">Token</label>
          <input
            id="token"
            name="token"
            type="password"
            autocomplete="current-password"
            required
            autofocus
            aria-describedby="token-note"
            aria-invalid={wrong ? 'true' : undefined}
          />
        </p>
        <p id="token-note" class="note">
          The one that the server was started with, as FRAMEKILN_TOKEN. You stay logged in for 12 hours.
        </p>
        {wrong && (
          <p class="error" role="alert">
            This is not the token.
          </p>
        )}
        <button type="submit">Log in</button>
      </form>
    </Page>
  );
}
