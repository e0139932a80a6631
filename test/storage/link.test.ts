// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { LinkSigner } from '../../src/storage/link.js';
import { ObjectStore } from '../../src/storage/object-store.js';
import { temporaryFolder } from '../support/folder.js';
import { setEnvironment, useStores } from '../support/stores.js';

const WEEK = 604_800;
const BUCKET = 'videos';
const KEY = 'reconstructed/exp_1.mp4';
const bytes = randomBytes(100_000);
const folder = temporaryFolder();
const stores = await useStores();

beforeAll(async () => {
  await stores.createBucket(BUCKET);
  using store = new ObjectStore(BUCKET);
  await store.put(KEY, bytes, { contentType: 'application/octet-stream', metadata: {} });
});
afterEach(() => vi.useRealTimers());

function environment(values: Record<string, string | undefined>): void {
  onTestFinished(setEnvironment(values));
}

/** Seconds since 1970 of the clock that signs. */
function setClock(seconds: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: seconds * 1000 });
}

async function sign(key = KEY, fileName = 'exp_1.mp4', options = {}) {
  using signer = new LinkSigner(BUCKET, options);
  return signer.sign(key, fileName);
}

/** Whose key signed. */
const signedBy = (url: string) => new URL(url).searchParams.get('X-Amz-Credential')?.split('/')[0];

describe('a link', () => {
  test('gives the video to anybody', async () => {
    const { url, warning } = await sign();
    expect(warning).toBeUndefined();
    const answer = await fetch(url);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('video/mp4');
    expect(answer.headers.get('content-disposition')).toBe('inline; filename="exp_1.mp4"');
    expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true);
  });

  test('gives a part of it', async () => {
    const { url } = await sign();
    const answer = await fetch(url, { headers: { range: 'bytes=1000-1999' } });
    expect(answer.status).toBe(206);
    expect(answer.headers.get('content-range')).toBe('bytes 1000-1999/100000');
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(bytes.subarray(1000, 2000));
  });

  test('says when it ends: after 7 days', async () => {
    setClock(1_800_000_000);
    const { url, expiresAt } = await sign();
    expect(expiresAt).toBe(1_800_000_000 + WEEK);
    const { searchParams } = new URL(url);
    expect(searchParams.get('X-Amz-Expires')).toBe('604800');
    expect(searchParams.get('X-Amz-Date')).toBe('20270115T080000Z');
  });

  test('is refused after that, and not before', async () => {
    const now = Math.floor(Date.now() / 1000);
    setClock(now - WEEK + 60);
    const live = await sign();
    setClock(now - WEEK - 60);
    const dead = await sign();
    vi.useRealTimers();
    expect((await fetch(live.url)).status).toBe(200);
    const refusal = await fetch(dead.url);
    expect(refusal.status).toBe(403);
    expect(await refusal.text()).toContain('Request has expired');
  });

  test('works for odd keys', async () => {
    const key = 'parameters/ö a+b&c=?#%.mp4';
    using store = new ObjectStore(BUCKET);
    await store.put(key, Buffer.from('odd'), { contentType: 'video/mp4', metadata: {} });
    expect(await (await fetch((await sign(key)).url)).text()).toBe('odd');
  });

  test.each([
    ['a"; evil="b.mp4', 'a___evil__b.mp4'],
    ['a\r\nSet-Cookie: x.mp4', 'a__Set-Cookie__x.mp4'],
    ['näme/..\\x.mp4', 'n_me_.._x.mp4'],
  ])('the file name %j is %j', async (name, safe) => {
    const { url } = await sign(KEY, name);
    expect(new URL(url).searchParams.get('response-content-disposition')).toBe(`inline; filename="${safe}"`);
  });
});

describe('credentials that end', () => {
  const NOW = 1_800_000_000;
  const at = (seconds: number) => new Date(seconds * 1000);
  const keys = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER', sessionToken: 'token' };

  test('before the link: it ends with them, and says so', async () => {
    setClock(NOW);
    const { url, expiresAt, warning } = await sign(KEY, 'a.mp4', {
      credentials: { ...keys, expiration: at(NOW + 6 * 3600) },
    });
    expect(expiresAt).toBe(NOW + 6 * 3600);
    expect(warning).toContain('at 2027-01-15T14:00:00.000Z');
    expect(warning).toContain('FRAMEKILN_SIGNING_ACCESS_KEY_ID');
    expect(new URL(url).searchParams.get('X-Amz-Expires')).toBe('604800');
  });

  test('after the link', async () => {
    setClock(NOW);
    const link = await sign(KEY, 'a.mp4', { credentials: { ...keys, expiration: at(NOW + WEEK + 1) } });
    expect(link).toEqual({ url: expect.any(String), expiresAt: NOW + WEEK });
  });

  test('nobody knows when', async () => {
    environment({ AWS_SESSION_TOKEN: 'token' });
    const { expiresAt, warning } = await sign();
    expect(expiresAt).toBeGreaterThan(Date.now() / 1000 + WEEK - 60);
    expect(warning).toContain('temporary credentials');
  });

  test('as the environment says', async () => {
    setClock(NOW);
    environment({ AWS_SESSION_TOKEN: 'token', AWS_CREDENTIAL_EXPIRATION: at(NOW + 1000).toISOString() });
    expect(await sign()).toMatchObject({ expiresAt: NOW + 1000, warning: expect.any(String) });
  });

  test('are renewed for the next link', async () => {
    setClock(NOW);
    let given = 0;
    const credentials = async () => ({ ...keys, expiration: at(NOW + ++given * 3600) });
    using signer = new LinkSigner(BUCKET, { credentials });
    expect((await signer.sign(KEY, 'a.mp4')).expiresAt).toBe(NOW + 3600);
    setClock(NOW + 3500);
    expect((await signer.sign(KEY, 'a.mp4')).expiresAt).toBe(NOW + 7200);
  });
});

describe('FRAMEKILN_SIGNING_*', () => {
  const KEYS = { FRAMEKILN_SIGNING_ACCESS_KEY_ID: 'SIGNER', FRAMEKILN_SIGNING_SECRET_ACCESS_KEY: 'secret' };

  test('a key of its own', async () => {
    environment({ ...KEYS, AWS_SESSION_TOKEN: 'token' });
    const { url, warning } = await sign();
    expect(signedBy(url)).toBe('SIGNER');
    expect(warning).toBeUndefined();
    expect(new URL(url).searchParams.has('X-Amz-Security-Token')).toBe(false);
  });

  test('goes before the credentials of the other requests', async () => {
    environment(KEYS);
    const { url } = await sign(KEY, 'a.mp4', { credentials: { accessKeyId: 'OTHER', secretAccessKey: 's' } });
    expect(signedBy(url)).toBe('SIGNER');
  });

  test('with a session', async () => {
    environment({ ...KEYS, FRAMEKILN_SIGNING_SESSION_TOKEN: 'token' });
    const { url, warning } = await sign();
    expect(new URL(url).searchParams.get('X-Amz-Security-Token')).toBe('token');
    expect(warning).toBeDefined();
  });

  test.each([
    ['FRAMEKILN_SIGNING_ACCESS_KEY_ID', 'FRAMEKILN_SIGNING_SECRET_ACCESS_KEY'],
    ['FRAMEKILN_SIGNING_SECRET_ACCESS_KEY', 'FRAMEKILN_SIGNING_ACCESS_KEY_ID'],
    ['FRAMEKILN_SIGNING_SESSION_TOKEN', 'FRAMEKILN_SIGNING_ACCESS_KEY_ID'],
  ])('%s without %s', (given, missing) => {
    environment({ [given]: 'dont-print-me' });
    const refusal = expect(() => new LinkSigner(BUCKET));
    refusal.toThrow(expect.objectContaining({ code: 'INVALID_SETTING', setting: missing }));
    refusal.not.toThrow(/dont-print-me/);
  });

  test('a profile', async () => {
    const AWS_SHARED_CREDENTIALS_FILE = join(folder, 'credentials');
    writeFileSync(AWS_SHARED_CREDENTIALS_FILE, '[signer]\naws_access_key_id = PROFILE\naws_secret_access_key = s\n');
    environment({ AWS_SHARED_CREDENTIALS_FILE, FRAMEKILN_SIGNING_PROFILE: 'signer' });
    expect(signedBy((await sign()).url)).toBe('PROFILE');
    environment({ FRAMEKILN_SIGNING_PROFILE: 'nobody' });
    await expect(sign()).rejects.toMatchObject({ code: 'NO_CREDENTIALS' });
  });
});
