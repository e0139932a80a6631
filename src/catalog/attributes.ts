// SPDX-License-Identifier: Apache-2.0
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { convertToNative } from '@aws-sdk/util-dynamodb';
import { expected } from '../errors.js';

/** An item as DynamoDB's wire format has it. */
export type Item = Record<string, AttributeValue>;

/** The primary key; the timestamp with its exact digits. */
export function itemKey(id: string, timestamp: string): Item {
  return { experiment_id: { S: id }, timestamp: { N: timestamp } };
}

/** Reads attributes of an untrusted item. What has another type than asked for is a fault, and reads as absent. */
export class AttributeReader {
  readonly faults: string[] = [];
  readonly #item: Item;

  constructor(item: Item) {
    this.#item = item;
  }

  string(name: string): string | undefined {
    const value = this.value(name);
    return typeof value === 'string' ? value : this.absent(name, 'a string', value);
  }

  number(name: string): number | undefined {
    const value = this.value(name);
    return typeof value === 'number' ? value : this.absent(name, 'a number', value);
  }

  /** Whatever it is, as a plain value: numbers as doubles, binaries as Uint8Array, sets as Set. */
  value(name: string): unknown {
    const attribute = this.#item[name];
    // The library throws at numbers above 2^53 unless it is told how to read them.
    return attribute === undefined ? undefined : convertToNative(attribute, { wrapNumbers: Number });
  }

  /** Notes a fault, unless there was nothing. */
  absent(name: string, what: string, received: unknown): undefined {
    if (received !== undefined) this.faults.push(expected(what, name, received));
  }
}
