// SPDX-License-Identifier: Apache-2.0
// How every AWS client is set up. Region, credentials, profiles and endpoints are found as the SDK finds them.
import { setMaxListeners } from 'node:events';
import type { S3ClientConfig } from '@aws-sdk/client-s3';
import { PatientRetries } from './retries.js';

export interface AwsOptions {
  /** Default: as the SDK finds it (AWS_REGION, profile). */
  region?: string | undefined;
  /** Default: as the SDK finds them (AWS_ACCESS_KEY_ID, profile, role, ...). */
  credentials?: S3ClientConfig['credentials'] | undefined;
  /** Attempts at a request in all. Default: 13. */
  attempts?: number | undefined;
  /** Milliseconds without a byte on a socket after which a request has failed. Default: 30,000. */
  idleMs?: number | undefined;
}

type Shared = 'region' | 'credentials' | 'maxAttempts' | 'retryStrategy' | 'requestHandler';
type ClientConfig = Pick<S3ClientConfig, Shared>;

const ATTEMPTS = 13;
const CONNECT_MS = 10_000;
const IDLE_MS = 30_000;
const MAX_SOCKETS = 64;

/**
 * What the clients of both services share: retries, timeouts, sockets.
 * There is no limit on a request as a whole (`requestTimeout`): large bodies take long on slow lines, and the SDK would
 * wait just as long for a server that does not answer `Expect: 100-continue`.
 */
export function clientConfig(options: AwsOptions): ClientConfig {
  const { region, credentials, attempts = ATTEMPTS, idleMs = IDLE_MS } = options;
  return {
    ...(region !== undefined && { region }),
    ...(credentials !== undefined && { credentials }),
    maxAttempts: attempts,
    retryStrategy: new PatientRetries(attempts),
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      socketTimeout: idleMs,
      httpAgent: { keepAlive: true, maxSockets: MAX_SOCKETS },
      httpsAgent: { keepAlive: true, maxSockets: MAX_SOCKETS },
    },
  };
}

/** The endpoint that the environment sets for a service, such as an emulator's; undefined for AWS itself. */
export function customEndpoint(service: 'S3' | 'DYNAMODB'): string | undefined {
  return process.env[`AWS_ENDPOINT_URL_${service}`] || process.env.AWS_ENDPOINT_URL || undefined;
}

/** The options of a request that a signal ends, its waits between attempts too. */
export function abortedBy(signal: AbortSignal | undefined): { abortSignal: AbortSignal } | undefined {
  if (!signal) return undefined;
  // One signal ends many requests at once, each of which listens; Node would warn of the eleventh.
  setMaxListeners(0, signal);
  return { abortSignal: signal };
}
