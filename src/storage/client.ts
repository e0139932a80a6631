// SPDX-License-Identifier: Apache-2.0
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { type AwsOptions, clientConfig, customEndpoint } from '../aws/client.js';

/** A client of S3, or of whatever speaks its language at a custom endpoint. */
export function s3Client(
  options: AwsOptions,
  config: Pick<S3ClientConfig, 'responseChecksumValidation'> = {},
): S3Client {
  return new S3Client({ ...clientConfig(options), ...(customEndpoint('S3') && EMULATED), ...config });
}

/** Others than AWS know neither buckets as host names nor the newer checksums. */
const EMULATED = {
  forcePathStyle: true,
  requestChecksumCalculation: 'WHEN_REQUIRED',
  responseChecksumValidation: 'WHEN_REQUIRED',
} as const;
