// SPDX-License-Identifier: Apache-2.0
import type { TableDescription } from '@aws-sdk/client-dynamodb';
import { FramekilnError } from '../errors.js';

const KEY = 'HASH experiment_id S, RANGE timestamp N';

/**
 * Refuses a table that does not hold experiments, or cannot be used now.
 * @throws FramekilnError `TABLE_SCHEMA`, or `STORE_FAILED` for a table that is being made, deleted or is archived
 */
export function checkTable(name: string, table: TableDescription): void {
  const status = table.TableStatus;
  // UPDATING changes capacity or indexes; items can be read and written meanwhile.
  if (status !== 'ACTIVE' && status !== 'UPDATING') {
    throw new FramekilnError('STORE_FAILED', `The table ${name} cannot be used: it is ${status}`, {
      expected: 'ACTIVE',
      received: `${status}`,
      remedy: 'Wait until it is ACTIVE, or restore it.',
    });
  }
  const types = new Map(table.AttributeDefinitions?.map((a) => [a.AttributeName, a.AttributeType]));
  const key = table.KeySchema?.map((k) => `${k.KeyType} ${k.AttributeName} ${types.get(k.AttributeName)}`).join(', ');
  if (key !== KEY) {
    throw new FramekilnError('TABLE_SCHEMA', `Expected the key (${KEY}) for table ${name} but received (${key})`, {
      setting: 'table',
      expected: KEY,
      received: `${key}`,
      remedy: 'Check --table (FRAMEKILN_TABLE): this table does not hold experiments.',
    });
  }
}
