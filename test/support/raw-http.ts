// SPDX-License-Identifier: Apache-2.0
// HTTP as bytes on a socket: for what no decent client sends.
import { connect, type Socket } from 'node:net';

export interface RawConnection {
  socket: Socket;
  /** What has come so far. */
  said(): string;
  /** Settles when the connection has ended, whoever ended it. */
  closed: Promise<void>;
}

export async function openRaw(port: number, host = '127.0.0.1'): Promise<RawConnection> {
  const socket = connect(port, host);
  let text = '';
  socket.setEncoding('latin1');
  socket.on('data', (chunk) => {
    text += chunk;
  });
  socket.on('error', () => undefined);
  const closed = new Promise<void>((done) => socket.once('close', () => done()));
  await new Promise<void>((done, failed) => {
    socket.once('connect', () => done());
    socket.once('error', failed);
  });
  return { socket, said: () => text, closed };
}

/** Sends a whole request as it is, and gives all that comes until the connection ends. */
export async function sendRaw(port: number, request: string): Promise<string> {
  const { socket, said, closed } = await openRaw(port);
  socket.write(request);
  await closed;
  return said();
}
