// SPDX-License-Identifier: Apache-2.0
// The page that compares two videos.
import { byId } from '../dom.js';
import { Comparison } from './comparison.js';
import { openStore } from './state.js';

const root = byId('compare', HTMLElement);
const canvas = byId('canvas', HTMLCanvasElement);
if (root && canvas) void new Comparison(root, canvas, openStore(new URLSearchParams(location.search))).load();
