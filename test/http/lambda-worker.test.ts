// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { useBackfillStores } from '../support/backfill-stores.js';
import { record, smallDocument } from '../support/records.js';
import { openContainer, timeLeft } from './lambda-container.js';
import { sqsEvent } from './lambda-events.js';

const stores = await useBackfillStores();

async function filled() {
  const opened = await stores.open();
  await opened.put(record('one'), record('two'), record('broken'), record('nothing'));
  await opened.putObject('parameters/one.json', JSON.stringify(smallDocument(1)));
  await opened.putObject('parameters/two.json', JSON.stringify(smallDocument(2)));
  await opened.putObject('parameters/broken.json', '{"width": "wide"}');
  const videos = async () => Object.keys(await opened.objects()).filter((key) => key.endsWith('.mp4'));
  return { opened, videos, container: openContainer(opened) };
}

const ask = (experiment: string, more: object = {}) => JSON.stringify({ experiment, variant: 'video', ...more });
const all = { batchItemFailures: [] };

test('each message becomes a video, and again costs nothing', async () => {
  const { opened, videos, container } = await filled();
  const event = sqsEvent(ask('one'), ask('two', { variant: 'exact' }));
  expect(await container.worker(event, timeLeft(60_000))).toEqual(all);
  expect(await videos()).toEqual(['reconstructed/one.mp4', 'reconstructed/two.exact.mp4']);
  const before = await opened.objects();
  expect(await container.worker(event, timeLeft(60_000))).toEqual(all);
  expect(await opened.objects()).toEqual(before);
});

test('what is malformed, and what cannot be made, is done with', async () => {
  const { videos, container } = await filled();
  const bodies = [
    '',
    'no JSON',
    '7',
    'null',
    '{}',
    ask('../x'),
    ask('one', { variant: 'other' }),
    ask('x'.repeat(201)),
  ];
  const hopeless = [ask('unknown'), ask('broken'), ask('nothing'), ask('one', { variant: 'original' })];
  const event = sqsEvent(...bodies, ...hopeless, ask('two'));
  expect(await container.worker(event, timeLeft(60_000))).toEqual(all);
  expect(await videos()).toEqual(['reconstructed/two.mp4']);
});

test('what failed is delivered again, and nothing else', async () => {
  const { videos, opened } = await filled();
  const container = openContainer(opened, { FRAMEKILN_BUCKET: 'no-such-bucket' });
  const event = sqsEvent('no JSON', ask('one'), ask('unknown'));
  const { batchItemFailures } = await container.worker(event, timeLeft(60_000));
  expect(batchItemFailures).toEqual([{ itemIdentifier: event.Records[1]?.messageId }]);
  expect(await videos()).toEqual([]);
});

test('what there is no time for is delivered again', async () => {
  const { videos, opened, container } = await filled();
  const long = smallDocument(3, { frames: 3000, width: 320, height: 240 });
  await opened.put(record('long'));
  await opened.putObject('parameters/long.json', JSON.stringify(long));
  const event = sqsEvent(ask('long'), ask('one'));
  // The margin of 10 s leaves less than a second.
  const { batchItemFailures } = await container.worker(event, timeLeft(10_500));
  expect(batchItemFailures).toEqual(event.Records.map(({ messageId }) => ({ itemIdentifier: messageId })));
  expect(await videos()).toEqual([]);
  expect(await container.worker(sqsEvent(ask('one')), timeLeft(60_000))).toEqual(all);
  expect(await videos()).toEqual(['reconstructed/one.mp4']);
});
