// SPDX-License-Identifier: Apache-2.0
import { Hono } from 'hono';
import type { Services } from '../services.js';

export function compareRoutes(_services: Services): Hono {
  return new Hono();
}
