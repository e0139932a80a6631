// SPDX-License-Identifier: Apache-2.0
import type { PaletteName } from '../document/table.js';

/** Frames that the original generator made: width, height, time, complexity, palette, SHA-256 of the packed RGB24. */
export const GOLDEN_FRAMES: readonly [number, number, number, number, PaletteName, string][] = [
  [17, 3, 3.3, 0.2, 'vibrant', '48582a3f63a276cfe13723e2d921fa2ab8a233322334f389b07e240c7bf76837'],
  [17, 3, 3.3, 0.5, 'vibrant', '487ac8eaa7e98f7b1a5a1ce8f954120dd6fc30aa519606d65c1ad2da75907295'],
  [17, 3, 3.3, 0.75, 'vibrant', '98d87e224476ad2a0ec17f252ee2dc96c7c77fde4c1d08c8ce56863c2155ea02'],
  [17, 3, 3.3, 0.95, 'vibrant', '87b8eeff4a7b9af4feee07a04d24fed6b328297ff2c19c27a3e54d7101a2d017'],
  [320, 200, 1.0, 0.5999999999999999, 'vibrant', 'c2378edcc2fca22eab55832963d27a20b4fc8e7f5446ead1faa8359a751b1bf1'],
  [320, 200, 0.0, 1.0, 'monochrome', '4c377c85860e20680539d5325d1a686446fae85fa8c4c1251a47022a2cd2bd14'],
  [320, 200, -3.3, 0.25, 'pastel', '468008636e02fe5756ce032be1260a7052cde6839ed72ef119216bdf3d007854'],
  [320, 200, -3.3, 0.5, 'monochrome', '6f32dece1d3f448d7fb5f84ac1f36c451b9277150f86798b0c0d68e630b4cfb9'],
  [320, 200, -3.3, 0.7, 'vibrant', 'ab17ada5678f921d6dee7ab0e75f1f8ad1490e490d109d7e3dfa9d5d5cee21ca'],
  [320, 200, -3.0, 0.9, 'monochrome', 'b1f0df3fface3f718338a6343b1727978f5dbdb1ed76d8cd3868b63b9a8bcf45'],
  [641, 359, 1.7, 0.299, 'vibrant', '1de480d3682899c88a63bc86128b48f4d1ba15b77bddde21fc94f07ae114f2ca'],
  [641, 359, 1.7, 0.55, 'pastel', '75c0bb50f205da26b801cea140a7bef3f9039e65af4f18a15b6eb250bdfd32d0'],
  [641, 359, 1.7, 0.65, 'monochrome', 'b8cccd671b8569f432a974cced3bb6488a58cdd986cff4c0e696282bf77bf701'],
  [641, 359, 1.7, 1.0, 'vibrant', '4c5d46b0a921def0245f4382f9744ad50e6fba5831b8e3a95a4059d305daaafc'],
];
