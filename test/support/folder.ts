// SPDX-License-Identifier: Apache-2.0
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** A folder that is removed after the tests of the file that asks for it. */
export function temporaryFolder(): string {
  const folder = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'framekiln-test-')));
  afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Every file below a folder with its size and kind: what a refused call must not change. */
export function listing(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => {
      const { size, mode } = fs.lstatSync(join(folder, name));
      return `${name} ${(mode & fs.constants.S_IFMT).toString(8)} ${size}`;
    })
    .sort();
}
