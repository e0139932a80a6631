// SPDX-License-Identifier: Apache-2.0
import type { Context } from 'hono';
import { raw } from 'hono/html';
import { type Child, createContext, useContext } from 'hono/jsx';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

const NAV = [
  ['/', 'Experiments'],
  ['/compare', 'Compare'],
] as const;

/** What all pages share, in this order: later ones may say more about the same things. */
const STYLES = ['style.css', 'controls.css', 'list.css', 'experiment.css', 'player.css', 'narrow.css'];

/** Whether who looks has logged in, and so can log out. */
const SignedIn = createContext(false);

/** Answers with a page, which is of this moment only. */
export function sendPage(c: Context, page: Child, status: ContentfulStatusCode = 200): Response | Promise<Response> {
  c.header('Cache-Control', 'no-store');
  return c.html(<SignedIn.Provider value={c.get('signedIn') === true}>{page}</SignedIn.Provider>, status);
}

export interface PageProps {
  title: string;
  /** Modules of the page, below `/assets`, such as `experiment.js`. */
  scripts?: readonly string[];
  /** Style sheets beside the common ones. */
  styles?: readonly string[];
  /** Which entry of the navigation it is. */
  here?: '/' | '/compare';
  children?: Child;
}

/** What all pages have around their own part, which is the `main` of the page. Nothing in it comes from elsewhere. */
export function Page({ title, scripts = [], styles = [], here, children }: PageProps) {
  return (
    <>
      {raw('<!doctype html>')}
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="color-scheme" content="light dark" />
          <title>{title} · framekiln</title>
          <link rel="icon" href="/assets/icon.svg" type="image/svg+xml" />
          {[...STYLES, ...styles].map((name) => (
            <link rel="stylesheet" href={`/assets/${name}`} />
          ))}
          {scripts.map((name) => (
            <script type="module" src={`/assets/${name}`} />
          ))}
        </head>
        <body>
          <a class="skip" href="#main">
            Skip to the content
          </a>
          <header class="site">
            <a class="brand" href="/">
              <img src="/assets/icon.svg" alt="" width="24" height="24" />
              framekiln
            </a>
            <nav aria-label="Site">
              {NAV.map(([href, name]) => (
                <a href={href} aria-current={href === here ? 'page' : undefined}>
                  {name}
                </a>
              ))}
            </nav>
          </header>
          <main id="main" tabindex={-1}>
            {children}
          </main>
          <footer class="site">
            <p>framekiln regenerates procedural videos from the parameters that made them, exact to the pixel.</p>
            <div class="ends">
              <a href="/api/openapi.json">API</a>
              {useContext(SignedIn) && (
                <form method="post" action="/logout">
                  <button type="submit" class="quiet">
                    Log out
                  </button>
                </form>
              )}
            </div>
          </footer>
        </body>
      </html>
    </>
  );
}
