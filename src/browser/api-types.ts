// SPDX-License-Identifier: Apache-2.0
export type { ApiError, JobView, Variant, VideoLink } from '../http/api.js';
