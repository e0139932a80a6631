// SPDX-License-Identifier: Apache-2.0
// The process in which the demo's stores run, so that they take no turn of the event loop that drives a backfill.
// It says `Ready` or `Failed` once, closes at the message "close", and never outlives its parent.
import type { ErrorCode, FramekilnError } from '../errors.js';
import { openServers, type Ports } from './servers.js';

export interface StoresTask {
  folder: string;
  buckets: string[];
  ports?: Ports;
}

export type StoresMessage = { ports: Ports } | { failed: { message: string; code?: ErrorCode; remedy?: string } };

// Ctrl-C reaches every process of a terminal, but a backfill that stops still needs its stores.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.on('disconnect', () => process.exit());
process.on('uncaughtException', fail);

function say(message: StoresMessage, then?: () => void): void {
  process.send?.(message, undefined, {}, then);
}

function fail(error: Error): void {
  const { message, code, remedy } = error as FramekilnError;
  const failed = error.name === 'FramekilnError' ? { message, code, ...(remedy && { remedy }) } : { message };
  say({ failed }, () => process.exit(1));
}

process.once('message', async ({ folder, buckets, ports }: StoresTask) => {
  try {
    const servers = await openServers(folder, buckets, ports);
    process.once('message', () => servers.close().then(() => process.exit(), fail));
    say({ ports: servers.ports });
  } catch (error) {
    fail(error as Error);
  }
});
