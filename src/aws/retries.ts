// SPDX-License-Identifier: Apache-2.0
import { StandardRetryStrategy } from '@smithy/core/retry';

/** Milliseconds that the first wait is below; each next one may be twice as long, up to 20 s. Throttling starts at 1 s. */
const FIRST_WAIT_MS = 100;

type Refresh = StandardRetryStrategy['refreshRetryTokenForRetry'];

/**
 * The SDK's standard retries (exponential, full jitter) without the allowance that all requests of a client share.
 * With it, 40 requests under way when a service fails for 3 s all end after their second attempt, whatever the limit
 * on attempts; here the number of requests is bounded already, and each is to have all its attempts.
 */
export class PatientRetries extends StandardRetryStrategy {
  readonly #attempts: number;

  constructor(attempts: number) {
    super(attempts);
    this.#attempts = attempts;
  }

  override refreshRetryTokenForRetry(...[token, error]: Parameters<Refresh>): ReturnType<Refresh> {
    const fresh = new StandardRetryStrategy({ maxAttempts: this.#attempts, baseDelay: FIRST_WAIT_MS });
    return fresh.refreshRetryTokenForRetry(token, error);
  }
}
