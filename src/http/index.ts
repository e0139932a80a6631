// SPDX-License-Identifier: Apache-2.0

export type { ApiError, JobView } from './api.js';
export { type App, type AppOptions, createApp } from './app.js';
export type { Dispatch, JobRequest } from './jobs/dispatch.js';
