// SPDX-License-Identifier: Apache-2.0
import { type ErrorCode, FramekilnError } from '../errors.js';

/** What the SDK throws, as far as it is of use. */
interface AwsError {
  name?: string;
  code?: string;
  message?: string;
  $metadata?: { httpStatusCode?: number; attempts?: number };
  $response?: { headers?: Record<string, string> };
}

interface Failure {
  /** The names (or codes, or HTTP statuses) it has. */
  names: readonly string[];
  code: ErrorCode;
  reason: string;
  /** What is known of this one. */
  detail?: (error: AwsError) => string | undefined;
  remedy: string;
}

const FAILURES: readonly Failure[] = [
  {
    names: ['CredentialsProviderError', 'ProviderError', 'TokenProviderError'],
    code: 'NO_CREDENTIALS',
    reason: 'no AWS credentials were found',
    remedy:
      'Set AWS_PROFILE (after "aws sso login", where it needs that), or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, ' +
      'or give this machine a role.',
  },
  {
    names: [
      ...['ExpiredToken', 'ExpiredTokenException', 'RequestExpired', 'InvalidAccessKeyId', 'SignatureDoesNotMatch'],
      ...['UnrecognizedClientException', 'InvalidSignatureException', 'InvalidClientTokenId', 'InvalidToken'],
      ...['AuthFailure', 'MissingAuthenticationToken', 'IncompleteSignature', 'RequestTimeTooSkewed'],
    ],
    code: 'NO_CREDENTIALS',
    reason: 'AWS does not accept the credentials (wrong, or expired)',
    remedy: 'Renew them: "aws sso login", new AWS_* variables, or a look at the clock, which must be right.',
  },
  {
    names: ['AccessDenied', 'AccessDeniedException', 'Forbidden', 'AllAccessDisabled', '403'],
    code: 'ACCESS_DENIED',
    reason: 'the credentials may not do that',
    remedy: '"framekiln doctor" prints the IAM policy that is needed.',
  },
  {
    names: ['NoSuchBucket', 'InvalidBucketName'],
    code: 'BUCKET_NOT_FOUND',
    reason: 'there is no such bucket',
    remedy: 'Check --bucket (FRAMEKILN_BUCKET) and the region.',
  },
  {
    names: ['PermanentRedirect', 'AuthorizationHeaderMalformed', 'IllegalLocationConstraintException', '301'],
    code: 'BUCKET_NOT_FOUND',
    reason: 'the bucket is in another region',
    detail: ({ $response }) => $response?.headers?.['x-amz-bucket-region'],
    remedy: "Set AWS_REGION to the bucket's region.",
  },
  {
    names: ['ResourceNotFoundException'],
    code: 'TABLE_NOT_FOUND',
    reason: 'there is no such table',
    remedy: 'Check --table (FRAMEKILN_TABLE) and the region.',
  },
  {
    names: ['PreconditionFailed', 'ConditionalRequestConflict', '412'],
    code: 'OBJECT_CHANGED',
    reason: 'somebody else wrote it meanwhile',
    remedy: 'Run it again.',
  },
  {
    names: ['InvalidObjectState'],
    code: 'OBJECT_ARCHIVED',
    reason: 'the object is archived (GLACIER) and cannot be read',
    remedy: 'Restore it first: "aws s3api restore-object".',
  },
  {
    names: [
      ...['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT', 'EPIPE'],
      ...['TimeoutError', 'NetworkingError'],
    ],
    code: 'STORE_UNREACHABLE',
    reason: 'the service cannot be reached',
    detail: ({ code, name }) => code || name,
    remedy: 'Check the network, the region, and AWS_ENDPOINT_URL_S3 and AWS_ENDPOINT_URL_DYNAMODB if they are set.',
  },
];

/**
 * An SDK error as ours: "Cannot {doing}: {reason}". A signal's abort stays what it is.
 * The message never holds a link or a credential.
 */
export function fromAws(cause: unknown, doing: string, signal?: AbortSignal): unknown {
  if (signal?.aborted) return signal.reason;
  if (cause instanceof FramekilnError) return cause;
  const error = (cause ?? {}) as AwsError;
  if (error.message?.startsWith('Region is missing')) {
    const remedy = 'Set AWS_REGION, such as us-east-1.';
    return new FramekilnError('NO_REGION', `Cannot ${doing}: no AWS region is set`, { remedy, cause });
  }
  const { httpStatusCode: status, attempts = 1 } = error.$metadata ?? {};
  const tried = attempts > 1 ? ` after ${attempts} attempts` : '';
  const known = failure(error.name) ?? failure(error.code) ?? failure(`${status}`);
  if (known) {
    const { code, reason, remedy } = known;
    const detail = known.detail?.(error);
    const message = `Cannot ${doing}${tried}: ${reason}${detail ? ` (${detail})` : ''}`;
    return new FramekilnError(code, message, { remedy, cause });
  }
  const name = error.name === 'Error' ? error.message : (error.name ?? 'unknown error');
  const answer = status === undefined ? name : `${name} (HTTP ${status})`;
  return new FramekilnError('STORE_FAILED', `Cannot ${doing}${tried}: ${answer}`, { cause });
}

/** The failure of this name; a status of 403 alone says less than a name, and comes last. */
const failure = (name?: string) => FAILURES.find(({ names }) => name !== undefined && names.includes(name));

/** Whether the SDK's error has one of these names. */
export function isNamed(error: unknown, ...names: string[]): boolean {
  const { name = '', $metadata } = (error ?? {}) as AwsError;
  return names.includes(name) || names.includes(String($metadata?.httpStatusCode));
}
