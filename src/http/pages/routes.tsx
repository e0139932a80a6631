// SPDX-License-Identifier: Apache-2.0
import { Hono } from 'hono';
import type { Experiments } from '../../backfill/experiments.js';
import type { ExperimentDetails } from '../../experiment/details.js';
import type { Services } from '../services.js';
import { ExperimentPage } from './experiment.js';
import { sendPage } from './layout.js';
import { ListPage } from './list.js';
import { listHref, readListView } from './list-query.js';

/** The pages about experiments. */
export function pageRoutes(services: Services): Hono {
  const pages = new Hono();

  pages.get('/', async (c) => {
    const view = readListView(new URL(c.req.url).searchParams);
    const experiments = await services.experiments();
    const listed = await experiments.list(view, c.req.raw.signal);
    // The address is of a time when there were more.
    if (view.page > listed.pages && listed.pages > 0) return c.redirect(listHref({ ...view, page: listed.pages }));
    return sendPage(c, <ListPage view={view} listed={listed} now={Date.now() / 1000} />);
  });

  pages.get('/experiments/:id', async (c) => {
    const experiments = await services.experiments();
    const details = await experiments.describe(c.req.param('id'), c.req.raw.signal);
    const measured = await isMeasured(services, experiments, details, c.req.raw.signal);
    return sendPage(c, <ExperimentPage details={details} measured={measured} now={Date.now() / 1000} />);
  });
  return pages;
}

/** The page is worth showing without this. */
async function isMeasured(
  { log }: Services,
  experiments: Experiments,
  { id, original }: ExperimentDetails,
  signal: AbortSignal,
): Promise<boolean> {
  if (original === undefined) return false;
  try {
    return (await experiments.findQuality(id, 'original', signal)) !== undefined;
  } catch (error) {
    log.warn({ err: error, experiment: id }, 'whether it has been measured is not known');
    return false;
  }
}
