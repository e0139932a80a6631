// SPDX-License-Identifier: Apache-2.0
// The scripts and styles of the pages, as the build left them.
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Hono } from 'hono';

const FOLDER = fileURLToPath(new URL('../browser/', import.meta.url));
const TYPES: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
};

interface Asset {
  bytes: Uint8Array<ArrayBuffer>;
  type: string;
  etag: string;
}

/** GET /assets/*. A path is looked up among the files that are there, so it can lead nowhere else. */
export function assetRoutes(): Hono {
  let assets: Promise<Map<string, Asset>> | undefined;
  return new Hono().get('/assets/*', async (c) => {
    assets ??= readAssets();
    const asset = (await assets).get(c.req.path.slice('/assets/'.length));
    if (!asset) return c.notFound();
    // Asked for each time, and sent when it has changed: a page never runs with the scripts of another version.
    c.header('Cache-Control', 'no-cache');
    c.header('ETag', asset.etag);
    if (c.req.header('if-none-match') === asset.etag) return c.body(null, 304);
    return c.body(asset.bytes, 200, { 'Content-Type': asset.type });
  });
}

async function readAssets(): Promise<Map<string, Asset>> {
  const entries = await readdir(FOLDER, { recursive: true, withFileTypes: true });
  const assets = new Map<string, Asset>();
  for (const entry of entries) {
    const type = TYPES[extname(entry.name)];
    if (!entry.isFile() || type === undefined) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = new Uint8Array(await readFile(path));
    const etag = `"${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}"`;
    assets.set(relative(FOLDER, path), { bytes, type, etag });
  }
  return assets;
}
