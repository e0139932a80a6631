// SPDX-License-Identifier: Apache-2.0
// An S3 and a DynamoDB on this machine, and experiments to fill them with: for trials, benches and tests.
export { type DemoExperiment, type DemoItem, type DemoObject, loadExperiments } from './experiments.js';
export { type SeedOptions, seed } from './seed.js';
export { type DemoStores, startStores, useStores } from './stores.js';
