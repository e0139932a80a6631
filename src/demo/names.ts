// SPDX-License-Identifier: Apache-2.0
/** No names of a real bucket or table, whatever happens to the endpoints. */
export const DEMO_BUCKET = 'framekiln-demo';
export const DEMO_TABLE = 'framekiln-demo-experiments';
export const DEMO_REGION = 'us-east-1';
/** The one key pair that s3rver knows. */
export const DEMO_CREDENTIALS = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };
