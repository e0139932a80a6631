// SPDX-License-Identifier: Apache-2.0
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { fromIni } from '@aws-sdk/credential-provider-ini';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { AwsOptions } from '../aws/client.js';
import { fromAws } from '../aws/errors.js';
import { FramekilnError } from '../errors.js';
import { s3Client } from './client.js';

export interface Link {
  url: string;
  /** Epoch seconds. */
  expiresAt: number;
  /** Why it ends, or may end, before 7 days have passed. */
  warning?: string;
}

/** The longest that S3 allows: 7 days. */
const LIFE_SECONDS = 604_800;
const FULL_LIFE = "an IAM user's key (FRAMEKILN_SIGNING_ACCESS_KEY_ID) signs for the full 7 days";

/** Makes links by which anybody can play an object, without asking S3; `close` when done. */
export class LinkSigner {
  readonly #bucket: string;
  readonly #client: S3Client;

  /**
   * Signs with FRAMEKILN_SIGNING_ACCESS_KEY_ID, _SECRET_ACCESS_KEY and _SESSION_TOKEN or FRAMEKILN_SIGNING_PROFILE where
   * they are set, otherwise with the credentials of `options`.
   * @throws FramekilnError `INVALID_SETTING`
   */
  constructor(bucket: string, options: AwsOptions = {}) {
    this.#bucket = bucket;
    this.#client = s3Client(signingOptions(options, process.env), { responseChecksumValidation: 'WHEN_REQUIRED' });
  }

  /**
   * A link that lives as long as S3 and the credentials allow, and that names the video when it is saved.
   * @param bucket default: the signer's own
   * @param contentType what the answer says it is, whatever the object says
   * @param save whether browsers save it instead of playing it
   * @throws FramekilnError `NO_CREDENTIALS`, `NO_REGION`
   */
  async sign(
    key: string,
    fileName: string,
    options: { bucket?: string; contentType?: string; save?: boolean } = {},
  ): Promise<Link> {
    const { bucket = this.#bucket, contentType = 'video/mp4', save = false } = options;
    const name = fileName.replaceAll(/[^A-Za-z0-9._-]/g, '_');
    try {
      const { sessionToken, expiration } = await this.#client.config.credentials();
      const signingDate = new Date();
      const command = new GetObjectCommand({
        ...{ Bucket: bucket, Key: key, ResponseContentType: contentType },
        ResponseContentDisposition: `${save ? 'attachment' : 'inline'}; filename="${name}"`,
      });
      const url = await getSignedUrl(this.#client, command, { expiresIn: LIFE_SECONDS, signingDate });
      return { url, ...lifeOf(signingDate, expiration, sessionToken !== undefined) };
    } catch (error) {
      throw fromAws(error, `sign a link to ${key} in ${bucket}`);
    }
  }

  close(): void {
    this.#client.destroy();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

function lifeOf(signed: Date, credentialsEnd: Date | undefined, temporary: boolean): Omit<Link, 'url'> {
  const wanted = seconds(signed) + LIFE_SECONDS;
  if (credentialsEnd && seconds(credentialsEnd) < wanted) {
    const warning = `links end with the credentials that signed them, at ${credentialsEnd.toISOString()}; ${FULL_LIFE}`;
    return { expiresAt: seconds(credentialsEnd), warning };
  }
  if (temporary && !credentialsEnd) {
    const warning = `links end with the temporary credentials that signed them, hours from now at most; ${FULL_LIFE}`;
    return { expiresAt: wanted, warning };
  }
  return { expiresAt: wanted };
}

const seconds = (date: Date) => Math.floor(date.getTime() / 1000);

/** The options with which links are signed. */
function signingOptions(options: AwsOptions, env: NodeJS.ProcessEnv): AwsOptions {
  const [id, secret, token] = SIGNING_KEY.map((name) => env[name] || undefined);
  if (id && secret) {
    const credentials = { accessKeyId: id, secretAccessKey: secret, ...(token && { sessionToken: token }) };
    return { ...options, credentials };
  }
  if (id || secret || token) {
    const missing = SIGNING_KEY[id ? 1 : 0];
    const message = `Expected a value for ${missing} but received nothing, while others of its kind are set`;
    throw new FramekilnError('INVALID_SETTING', message, {
      ...{ setting: missing, expected: 'a value', received: 'nothing' },
      remedy: `Set ${SIGNING_KEY[0]} and ${SIGNING_KEY[1]}, or none of FRAMEKILN_SIGNING_*.`,
    });
  }
  const profile = env.FRAMEKILN_SIGNING_PROFILE;
  // Not the client's own `profile`, which would set the region too and warn of the other credentials.
  return profile ? { ...options, credentials: fromIni({ profile }) } : options;
}

const SIGNING_KEY = [
  'FRAMEKILN_SIGNING_ACCESS_KEY_ID',
  'FRAMEKILN_SIGNING_SECRET_ACCESS_KEY',
  'FRAMEKILN_SIGNING_SESSION_TOKEN',
] as const;
