// SPDX-License-Identifier: Apache-2.0
import pLimit, { type LimitFunction } from 'p-limit';
import type { RenderContext } from '../render/video.js';
import { DocumentsKnown } from './document-facts.js';
import { Downloads } from './downloads.js';
import { Originals } from './originals.js';
import { SharedVideos } from './shared-videos.js';
import { openStores, type StoreOptions, type Stores } from './stores.js';
import { TemporaryFolder } from './temporary-folder.js';

/** Requests that move whole videos at once. */
const UPLOADS = 8;

/** Everything that work on experiments needs: the pool, the stores, and bounds on what is in memory at once. */
export interface ExperimentContext extends Disposable {
  render: RenderContext;
  stores: Stores;
  /** One more than threads: short videos of one segment keep every thread busy. */
  renders: LimitFunction;
  uploads: LimitFunction;
  /** A hostile document can take a thread 2 GB and 20 seconds. */
  largeDocuments: LimitFunction;
  videos: SharedVideos;
  temporary: TemporaryFolder;
  /** What experiments compressed. */
  originals: Originals;
  documents: DocumentsKnown;
}

/** @throws FramekilnError `INVALID_SETTING` */
export function openExperiments(render: RenderContext, options: StoreOptions): ExperimentContext {
  const stores = openStores(options);
  const temporary = new TemporaryFolder();
  return {
    render,
    stores,
    renders: pLimit(render.pool.threads + 1),
    uploads: pLimit(UPLOADS),
    largeDocuments: pLimit(2),
    videos: new SharedVideos(),
    temporary,
    originals: new Originals(render, new Downloads(stores, temporary)),
    documents: new DocumentsKnown(),
    [Symbol.dispose]() {
      stores[Symbol.dispose]();
      temporary[Symbol.dispose]();
    },
  };
}
