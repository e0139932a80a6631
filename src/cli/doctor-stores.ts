// SPDX-License-Identifier: Apache-2.0
// What the doctor says of table and bucket. Nothing is written to them.
import type { FramekilnError } from '../errors.js';
import { openStores, type StoreOptions, type Stores } from '../experiment/stores.js';
import { checkCors, checkWrite, corsRules, type IamPolicy, iamPolicy } from '../storage/access.js';
import { videoKey } from '../storage/keys.js';

export interface StoreChecks {
  table: string;
  bucket: string;
  checks: { what: string; works: boolean; note: string; remedy?: string }[];
  /** The least that these credentials must be allowed, and the CORS rules that the dashboard needs. */
  iamPolicy: IamPolicy;
  corsRules: object[];
}

/**
 * Checks what may be done; `failure` is the first thing that may not.
 * @param origin where the dashboard will be served from
 */
export async function checkStores(
  options: StoreOptions,
  origin: string | undefined,
): Promise<{ report: StoreChecks; failure: FramekilnError | undefined }> {
  using stores = openStores(options);
  const { table, objects } = stores;
  const results = await Promise.all([
    attempt('read bucket', () => objects.check().then(() => 'it answers')),
    attempt('write bucket', () => checkWrite(objects).then(() => 'videos may be stored')),
    attempt('read table', async () => `about ${(await table.check()).items} items`),
    attempt('write table', () => table.canUpdate().then(() => 'records may be updated')),
    attempt('links', () => linkLife(stores)),
    attempt('CORS', () => corsNote(stores, origin)),
  ]);
  const region = options.region ?? process.env.AWS_REGION;
  const report = {
    table: table.name,
    bucket: objects.bucket,
    checks: results.map(({ error, ...check }) => check),
    iamPolicy: iamPolicy(objects.bucket, table.name, {
      templates: stores.templates,
      ...(stores.source !== undefined && { source: stores.source }),
      ...(region && { region }),
    }),
    corsRules: corsRules([origin ?? '*']),
  };
  return { report, failure: results.find(({ error }) => error)?.error };
}

export function describeStores({ table, bucket, checks, iamPolicy, corsRules }: StoreChecks): string {
  const rows = checks.map(({ what, works, note, remedy }) => {
    const said = `${works ? 'ok' : 'FAILED'}: ${note}`;
    return `${what.padEnd(14)}${said}${remedy ? `\n${''.padEnd(14)}${remedy}` : ''}\n`;
  });
  return [
    `\ntable ${table}, bucket ${bucket}\n`,
    ...rows,
    `\nIAM policy, the least that is needed:\n${JSON.stringify(iamPolicy, null, 2)}\n`,
    `\nCORS rules for the dashboard ("aws s3api put-bucket-cors --bucket ${bucket} --cors-configuration"):\n`,
    `${JSON.stringify({ CORSRules: corsRules }, null, 2)}\n`,
  ].join('');
}

async function linkLife({ signer }: Stores): Promise<string> {
  const { warning } = await signer.sign(videoKey('framekiln-doctor'), 'framekiln-doctor.mp4');
  return warning ?? 'valid for 7 days';
}

async function corsNote({ objects }: Stores, origin: string | undefined): Promise<string> {
  const missing = await checkCors(objects, origin);
  return missing.length === 0
    ? 'the dashboard can read pixels'
    : `${missing.join('; ')} (needed by the dashboard only)`;
}

async function attempt(
  what: string,
  check: () => Promise<string>,
): Promise<StoreChecks['checks'][number] & { error?: FramekilnError }> {
  try {
    return { what, works: true, note: await check() };
  } catch (cause) {
    const error = cause as FramekilnError;
    return { what, works: false, note: error.message, ...(error.remedy && { remedy: error.remedy }), error };
  }
}
