// SPDX-License-Identifier: Apache-2.0
import { StandardRetryStrategy } from '@smithy/core/retry';

/** Milliseconds that the first wait is below; each next one may be twice as long. Throttling starts at 1 s. */
const FIRST_WAIT_MS = 100;
/** The SDK's is 20 s, and so long may some work rest after a service that failed for 3 s is back. */
const LONGEST_WAIT_MS = 8000;

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
    const options = { maxAttempts: this.#attempts, baseDelay: FIRST_WAIT_MS, backoff: fullJitter() };
    return new StandardRetryStrategy(options).refreshRetryTokenForRetry(token, error);
  }
}

function fullJitter() {
  let first = FIRST_WAIT_MS;
  return {
    setDelayBase(milliseconds: number): void {
      first = milliseconds;
    },
    computeNextBackoffDelay: (retries: number) => Math.random() * Math.min(first * 2 ** retries, LONGEST_WAIT_MS),
  };
}
