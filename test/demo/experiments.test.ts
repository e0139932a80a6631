// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, test } from 'vitest';
import { type DemoExperiment, type DemoItem, loadExperiments, sampleExperiments } from '../../src/demo/experiments.js';
import { Document } from '../../src/document/document.js';
import type { FrameTable } from '../../src/document/table.js';
import { golden } from '../support/documents.js';

const records: DemoItem[] = JSON.parse(
  readFileSync(new URL('../fixtures/records/experiments.json', import.meta.url), 'utf8'),
);
const defaultDocument = golden('default_1080p').bytes;
const samples = (): DemoExperiment[] => sampleExperiments({ records, defaultDocument });

const noSchedule = (): never => {
  throw new Error('a stored document needs no schedule');
};
const open = (content: Uint8Array): FrameTable => Document.from(content, noSchedule).table;

/** What decides a document's pixels. */
const pixels = ({ width, height, fps, time, complexity, palette }: FrameTable) =>
  JSON.stringify([width, height, fps, [...time], [...complexity], [...palette]]);

const keyOf = ({ item }: DemoExperiment): string => `${item.experiment_id} ${item.timestamp}`;

/** What a record has beside what the framework wrote. */
function additions({ item }: DemoExperiment): string[] {
  const original = records.find(({ experiment_id, timestamp }) => {
    return experiment_id === item.experiment_id && timestamp === item.timestamp;
  });
  return original ? Object.keys(item).filter((name) => item[name] !== original[name]) : ['everything'];
}

describe('the samples', () => {
  test('are the 60 records of the framework and a few more, each once', () => {
    const keys = samples().map(keyOf);
    expect(new Set(keys).size).toBe(keys.length);
    expect(samples().filter((sample) => !additions(sample).includes('everything'))).toHaveLength(60);
  });

  test('a record stays what it was, but for its parameters', () => {
    const added = new Set(samples().flatMap(additions));
    expect(added).toEqual(new Set(['everything', 'parameters', 'parameters_s3_key', 'experiments']));
    const touched = samples().filter((sample) => additions(sample).includes('experiments'));
    for (const { item } of touched) {
      const [{ parameters, resolution, fps, duration, ...entry }] = JSON.parse(String(item.experiments));
      const original = records.find(({ experiment_id }) => experiment_id === item.experiment_id);
      expect([entry]).toEqual(JSON.parse(String(original?.experiments)));
      expect(parameters ?? (resolution && fps && duration)).toBeTruthy();
    }
    expect(touched).toHaveLength(2);
  });

  test('are the same whenever they are made', () => {
    expect(JSON.stringify(samples())).toBe(JSON.stringify(samples()));
  });

  test('every item fits DynamoDB', () => {
    for (const { item } of samples()) {
      expect(JSON.stringify(marshall(item)).length).toBeLessThan(400 * 1024);
    }
  });

  test('stored documents are valid, but for one that says where it is broken', () => {
    const faults: unknown[] = [];
    for (const { objects } of samples()) {
      for (const { body } of objects) {
        try {
          open(body);
        } catch (error) {
          faults.push(error);
        }
      }
    }
    expect(faults).toMatchObject([{ code: 'INVALID_DOCUMENT', pointer: '/parameters/171/complexity' }]);
  });

  test('one video is stored twice', () => {
    const broken = '"complexity":"high"';
    const tables = samples()
      .flatMap(({ objects }) => objects.map(({ body }) => body))
      .filter((body) => !Buffer.from(body).includes(broken))
      .map((body) => pixels(open(body)));
    expect(new Set(tables).size).toBe(tables.length - 1);
  });
});

describe('experiments for load', () => {
  const load = [...loadExperiments(300)];

  test('have each a video of their own', () => {
    const tables = load.map(({ item, objects: [object] }) =>
      pixels(open(object?.body ?? (item.parameters as Uint8Array))),
    );
    expect(new Set(tables).size).toBe(300);
    expect(new Set(load.map(keyOf)).size).toBe(300);
  });

  test('more of them begin with the same ones', () => {
    expect([...loadExperiments(5)]).toEqual(load.slice(0, 5));
  });
});
