// SPDX-License-Identifier: Apache-2.0
import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';

/** The framework's table: its keys, paid by the request. */
export function experimentsTable(name: string): CreateTableCommandInput {
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'experiment_id', AttributeType: 'S' },
      { AttributeName: 'timestamp', AttributeType: 'N' },
    ],
    KeySchema: [
      { AttributeName: 'experiment_id', KeyType: 'HASH' },
      { AttributeName: 'timestamp', KeyType: 'RANGE' },
    ],
  };
}
