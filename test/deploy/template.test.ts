// SPDX-License-Identifier: Apache-2.0
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { corsRules, iamPolicy } from '../../src/storage/access.js';
import { readTemplate, validate } from './template.js';

const template = readTemplate();
const properties = (name: string) => template[name]?.properties ?? {};

describe('AWS’s validator', () => {
  test('finds nothing', () => {
    const { status, found } = validate();
    expect(found.map(({ ruleId, entity, message }) => `${ruleId} ${entity?.logicalId}: ${message}`)).toEqual([]);
    expect(status).toBe('OK');
  });

  test('finds what is wrong', () => {
    const folder = mkdtempSync(join(tmpdir(), 'framekiln-template-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'template.yaml');
    const right = readFileSync('deploy/template.yaml', 'utf8');
    const wrong = right
      .replace('BatchSize: 1', 'BatchSize: none')
      .replace('!GetAtt Jobs.Arn', '!GetAtt Job.Arn')
      .replace('ProtocolType: HTTP', 'ProtocolTypo: HTTP');
    writeFileSync(file, wrong);
    const resources = validate(file).found.map(({ entity }) => entity?.logicalId);
    expect(resources).toEqual(expect.arrayContaining(['WorkerQueue', 'ApiRole', 'HttpApi']));
  });
});

test('what functions may do with the stores is what the doctor says', () => {
  const { Statement } = properties('Stores').PolicyDocument as { Statement: unknown };
  const policy = iamPolicy('my-bucket', 'ai-video-codec-experiments', { region: 'us-east-1' });
  const wanted = JSON.parse(JSON.stringify(policy.Statement).replace(/"([^"]*):::my-bucket/g, '"<Sub:$1:::$${Bucket}'));
  const closed = JSON.parse(JSON.stringify(wanted).replace(/(<Sub:[^"]*)"/g, '$1>"'));
  expect(Statement).toEqual(closed);
});

test("a bucket's CORS rules are the doctor's", () => {
  const { CorsRules } = properties('Videos').CorsConfiguration as { CorsRules: unknown[] };
  const [rule] = corsRules(['*']);
  const { ExposeHeaders, MaxAgeSeconds, ...same } = rule ?? {};
  expect(CorsRules).toEqual([{ ...same, ExposedHeaders: ExposeHeaders, MaxAge: MaxAgeSeconds, AllowedOrigins: ['*'] }]);
});

test('functions may do nothing else but use the queue and write their logs', () => {
  const actions = (role: string) =>
    (properties(role).Policies as { PolicyDocument: { Statement: { Action: string[]; Resource: string[] }[] } }[])
      .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
      .map(({ Action, Resource }) => [Action, Resource]);
  const logs = ['logs:CreateLogStream', 'logs:PutLogEvents'];
  expect(actions('ApiRole').map(([action]) => action)).toEqual([['sqs:SendMessage'], logs]);
  const take = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];
  expect(actions('WorkerRole').map(([action]) => action)).toEqual([take, logs]);
  for (const [, resources] of [...actions('ApiRole'), ...actions('WorkerRole')]) {
    expect(JSON.stringify(resources)).not.toContain('*"');
  }
});

test('handlers are where the image has them, and nobody else gets a message that is worked on', () => {
  for (const [name, handler] of [
    ['ApiFunction', 'handler'],
    ['WorkerFunction', 'worker'],
  ] as const) {
    const { Command } = properties(name).ImageConfig as { Command: string[] };
    const [file = '', exported] = Command[0]?.split(/\.(?=\w+$)/) ?? [];
    expect(exported).toBe(handler);
    expect(existsSync(`${file.replace(/^dist\//, '')}.ts`)).toBe(true);
  }
  expect(properties('Jobs').VisibilityTimeout).toBeGreaterThan(Number(properties('WorkerFunction').Timeout));
  expect(properties('ApiFunction').Timeout).toBeLessThan(30);
  expect(properties('WorkerQueue')).toMatchObject({ FunctionResponseTypes: ['ReportBatchItemFailures'] });
});

test('every variable that is set is read, and the other way round', () => {
  const source = ['container', 'index'].map((name) => readFileSync(`src/http/lambda/${name}.ts`, 'utf8')).join();
  const read = new Set(source.match(/env\.FRAMEKILN_\w+/g)?.map((name) => name.slice(4)));
  read.delete('FRAMEKILN_LOG_LEVEL');
  const { Variables } = properties('ApiFunction').Environment as { Variables: object };
  expect(Object.keys(Variables).sort()).toEqual([...read].sort());
});
