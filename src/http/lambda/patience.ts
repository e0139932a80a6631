// SPDX-License-Identifier: Apache-2.0
// A container stands still between events: what is to be made in it is made while somebody waits for an answer.

export type Ask = (request: Request) => Promise<Response>;

/**
 * Asks, and when a job has to be waited for, waits until it has ended or the time is up, and asks again.
 * @param deadline epoch milliseconds
 */
export async function askPatiently(ask: Ask, request: Request, deadline: number): Promise<Response> {
  const again = request.clone();
  const first = await ask(request);
  const job = first.headers.get('location');
  if (first.status !== 202 || job === null) return first;
  const events = new Request(new URL(`${job}/events`, request.url), { headers: request.headers });
  await readUntil(await ask(events), deadline);
  return request.method === 'GET' ? ask(again) : first;
}

/**
 * An endless answer, cut at the deadline. A browser's EventSource then asks for the rest by itself.
 * @param deadline epoch milliseconds
 */
export async function readUntil(response: Response, deadline: number): Promise<Response> {
  const reader = response.body?.getReader();
  if (!reader) return response;
  const timer = setTimeout(() => void reader.cancel(), Math.max(0, deadline - Date.now()));
  const chunks: Uint8Array[] = [];
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) chunks.push(part.value);
  } finally {
    clearTimeout(timer);
  }
  return new Response(Buffer.concat(chunks), { status: response.status, headers: response.headers });
}
