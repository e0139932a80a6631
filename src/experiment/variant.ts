// SPDX-License-Identifier: Apache-2.0
// The videos that one experiment can have.

/**
 * `video`: what the experiment made, as every browser plays it; the one that is on the record. `exact`: the same frames in
 * H.264 4:4:4 without loss, which Chromium plays. `original`: what the experiment compressed, where that is known;
 * `original-exact`: the same in 4:4:4 where framekiln renders it itself.
 */
export const VARIANTS = ['video', 'exact', 'original', 'original-exact'] as const;
export type Variant = (typeof VARIANTS)[number];
