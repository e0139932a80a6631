// SPDX-License-Identifier: Apache-2.0
export { type App, type AppOptions, createApp } from './app.js';
export type { ApiError } from './errors.js';
export type { Dispatch, JobRequest } from './jobs/dispatch.js';
export type { JobView } from './jobs/job.js';
