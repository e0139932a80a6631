// SPDX-License-Identifier: Apache-2.0
// The pages as they come from the server, before any script.
import { expect, test } from 'vitest';
import { appOn, ask } from '../support/app.js';
import { useBackfillStores } from '../support/backfill-stores.js';
import { entry, record, scheduleEntry, smallDocument } from '../support/records.js';

const stores = await useBackfillStores();

async function open(...items: ReturnType<typeof record>[]) {
  const here = await stores.open();
  await here.put(...items);
  return { here, app: appOn(here) };
}

test('a page is a whole document of its own, without anything inline', async () => {
  const { app } = await open(record('one', { parameters: smallDocument(1) }));
  for (const path of ['/', '/experiments/one', '/experiments/nobody']) {
    const { body, headers } = await ask(app, path);
    expect(body).toMatch(/^<!doctype html><html lang="en"><head><meta charset="utf-8"\/>/);
    expect(headers.get('content-type')).toBe('text/html; charset=UTF-8');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).not.toMatch(/<script(?![^>]* src="\/assets\/)|<style| style=| on[a-z]+=|https?:\/\//);
    expect(body).toContain('<a class="skip" href="#main">');
    for (const [, asset] of body.matchAll(/"(\/assets\/[^"]+)"/g)) expect((await ask(app, asset)).status).toBe(200);
  }
});

test('errors come as pages with their status', async () => {
  const { app } = await open();
  const missing = await ask(app, '/experiments/nobody');
  expect(missing.status).toBe(404);
  expect(missing.body).toContain('EXPERIMENT_NOT_FOUND');
  const refused = await ask(app, '/experiments/..%2F..%2Fetc');
  expect(refused.status).toBe(400);
  expect(refused.body).toContain('INVALID_ID');
  const nothing = await ask(app, '/no/such/page');
  expect(nothing.status).toBe(404);
  expect(nothing.body).toContain('Nothing is here');
});

test('whatever an address says, the list answers', async () => {
  const { app } = await open(record('one'), record('two', { status: 'failed' }));
  for (const query of [
    'page=0',
    'page=-1',
    'page=1e9',
    'limit=99999',
    'sort=constructor',
    'order=up',
    'video=x',
    'q=%00',
  ]) {
    expect([200, 302], query).toContain((await ask(app, `/?${query}`)).status);
  }
  const { body } = await ask(app, `/?q=${encodeURIComponent('"><script>alert(1)</script>')}&status=%3Cb%3E`);
  expect(body).toContain('value="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"');
  expect(body).toContain('<option value="&lt;b&gt;" selected="">&lt;b&gt;</option>');
  expect(body).not.toMatch(/<script>|<b>/);
});

test('metrics, as far as the record has them', async () => {
  const metrics = { bitrate_mbps: 0.0123, psnr_db: 41.257, ssim: 0.98765, resolution: '32x24', fps: 10, duration: 0.6 };
  const worse = { bitrate_mbps: 15, resolution: '32x24', fps: 10, duration: 0.6 };
  const { app } = await open(
    record('good', { experiments: `[${scheduleEntry(metrics)}]` }),
    record('worse', { experiments: `[${scheduleEntry(worse)}]` }),
    record('none'),
  );
  const rows = async (id: string) => {
    const { body } = await ask(app, `/?q=${id}`);
    const cells = [...body.matchAll(/<td data-label="([^"]+)"[^>]*>(.*?)<\/td>/g)];
    return Object.fromEntries(cells.map(([, name, html]) => [name, html.replace(/<[^>]*>/g, '')]));
  };
  expect(await rows('good')).toMatchObject({
    'Bit rate': '0.0123 Mbps',
    'Against HEVC': '99.88 %',
    PSNR: '41.26 dB',
    SSIM: '0.9877',
    Video: 'not made yet',
    Link: '–',
  });
  expect(await rows('worse')).toMatchObject({ 'Against HEVC': '−50.0 %', PSNR: '–' });
  expect(await rows('none')).toMatchObject({ 'Bit rate': '–', SSIM: '–', 'Created (UTC)': '2025-10-09 08:53' });
});

test('a list of many has pages that can be reached', async () => {
  const { app } = await open(...Array.from({ length: 25 }, (_, i) => record(`exp-${i}`, {}, String(1760000000 + i))));
  const { body } = await ask(app, '/?limit=3&page=5&sort=id');
  expect(body).toContain('13 to 15 of 25');
  const links = [...body.matchAll(/aria-label="Page (\d+)"/g)].map(([, number]) => number);
  expect(links).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', '9']);
  expect(body).toContain('href="/?sort=id&amp;page=4&amp;limit=3"');
  const beyond = await ask(app, '/?limit=3&page=99');
  expect(beyond.status).toBe(302);
  expect(beyond.headers.get('location')).toBe('/?page=9&limit=3');
});

test('who comes without an original chooses one; only who asks for it is told that there is none', async () => {
  const entries = `[${entry()}]`;
  const { app } = await open(record('one', { parameters: smallDocument(1) }), record('none', { experiments: entries }));
  const chosen = (await ask(app, '/compare?a=one')).body;
  expect(chosen).toMatch(/name="a" value="one"/);
  expect(chosen).not.toContain('NO_ORIGINAL');
  expect([...chosen.matchAll(/<option value="(\w+)"/g)].map(([, id]) => id)).toContain('one');
  expect((await ask(app, '/compare?a=one&b=original')).body).toContain('NO_ORIGINAL');
});

test('a broken document says where, and a video that is there can be seen all the same', async () => {
  const parameters = smallDocument(1);
  Object.assign(parameters.parameters[0] ?? {}, { complexity: 'high' });
  const { app, here } = await open(
    record('broken', { parameters }),
    record('neural', { experiments: `[${entry()}]`.replace('real_procedural_generation', 'neural') }),
  );
  const broken = (await ask(app, '/experiments/broken')).body;
  expect(broken).toContain('INVALID_DOCUMENT');
  expect(broken).toContain('/parameters/0/complexity');
  const neural = (await ask(app, '/experiments/neural')).body;
  expect(neural).toContain('not_procedural');
  expect(neural).toContain('framekiln publish');
  for (const body of [broken, neural]) {
    expect(body).toContain('cannot be made');
    expect(body).not.toContain('not made yet');
  }
  await here.putObject('reconstructed/neural.mp4', 'x', { metadata: { fingerprint: `file:${'0'.repeat(64)}` } });
  expect((await ask(app, '/experiments/neural')).body).toContain('href="/api/experiments/neural/video"');
});
