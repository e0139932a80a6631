// SPDX-License-Identifier: Apache-2.0
import type { AwsOptions } from '../aws/client.js';
import { KEY_ATTRIBUTES } from '../catalog/record.js';
import { ExperimentsTable } from '../catalog/table.js';
import { refuseSetting } from '../errors.js';
import { checkTemplate, DOCUMENT_TEMPLATES } from '../storage/keys.js';
import { LinkSigner } from '../storage/link.js';
import { ObjectStore } from '../storage/object-store.js';
import { checkSource } from './original.js';

/** Where experiments, their documents and their videos are. */
export interface StoreOptions extends AwsOptions {
  /** DynamoDB table of the experiments; default: FRAMEKILN_TABLE. */
  table?: string | undefined;
  /** S3 bucket of documents and videos; default: FRAMEKILN_BUCKET. */
  bucket?: string | undefined;
  /** Keys of documents, with `{experiment_id}`; default: DOCUMENT_TEMPLATES. */
  templates?: readonly string[] | undefined;
  /** Attributes of a record that name its document's key; default: `parameters_s3_key`. */
  keyAttributes?: readonly string[] | undefined;
  /** What experiments compressed whose records do not say it: `s3://bucket/key`, or `schedule`; default: FRAMEKILN_SOURCE. */
  source?: string | undefined;
}

/** The open stores. */
export interface Stores extends Disposable {
  table: ExperimentsTable;
  objects: ObjectStore;
  /** The objects of any bucket; closed with the rest. */
  bucket(name: string): ObjectStore;
  signer: LinkSigner;
  templates: readonly string[];
  keyAttributes: readonly string[];
  source: string | undefined;
}

/**
 * Opens the stores; nothing is sent yet.
 * @throws FramekilnError `INVALID_SETTING`
 */
export function openStores(options: StoreOptions): Stores {
  const { table, bucket } = storeNames(options);
  const { templates = DOCUMENT_TEMPLATES, keyAttributes = KEY_ATTRIBUTES } = options;
  const source = options.source ?? (process.env.FRAMEKILN_SOURCE || undefined);
  for (const template of templates) checkTemplate(template);
  checkSource(source);
  const { region, credentials, attempts, idleMs } = options;
  const aws: AwsOptions = { region, credentials, attempts, idleMs };
  const experiments = new ExperimentsTable(table, { ...aws, keyAttributes });
  const objects = new ObjectStore(bucket, aws);
  const signer = new LinkSigner(bucket, aws);
  const others = new Map<string, ObjectStore>();
  return {
    table: experiments,
    objects,
    bucket(name) {
      const store = name === bucket ? objects : (others.get(name) ?? new ObjectStore(name, aws));
      if (store !== objects) others.set(name, store);
      return store;
    },
    signer,
    templates,
    keyAttributes,
    source,
    [Symbol.dispose]() {
      for (const client of [experiments, objects, signer, ...others.values()]) client.close();
    },
  };
}

/** Table and bucket, as set or as the environment says. */
export function storeNames(options: StoreOptions): { table: string; bucket: string } {
  const table = options.table ?? process.env.FRAMEKILN_TABLE;
  const bucket = options.bucket ?? process.env.FRAMEKILN_BUCKET;
  if (!matches(/^[A-Za-z0-9_.-]{3,255}$/, table)) {
    refuse('table', 'the name of a DynamoDB table', table, '--table', 'FRAMEKILN_TABLE');
  }
  if (!matches(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, bucket)) {
    refuse('bucket', 'the name of an S3 bucket', bucket, '--bucket', 'FRAMEKILN_BUCKET');
  }
  return { table, bucket };
}

function matches(pattern: RegExp, value: unknown): value is string {
  return typeof value === 'string' && pattern.test(value);
}

function refuse(setting: string, what: string, value: unknown, flag: string, variable: string): never {
  const remedy = `Give ${flag}, set ${variable}, or createKiln({ ${setting} }).`;
  refuseSetting(what, setting, value, remedy);
}
