// SPDX-License-Identifier: Apache-2.0
// The same frames as a Remotion composition: a canvas that the plain renderer fills.
import { useLayoutEffect, useRef } from 'react';
import { Composition, registerRoot, useCurrentFrame } from 'remotion';
import { plainFrame } from '../../plain-frame.ts';

function Clip({ width, height, time, complexity, palette }) {
  const canvas = useRef(null);
  const index = useCurrentFrame();
  useLayoutEffect(() => {
    const frame = { width, height, time: time[index], complexity: complexity[index], palette: palette[index] };
    const rgb = plainFrame(frame);
    const image = new ImageData(width, height);
    for (let from = 0, to = 0; from < rgb.length; from += 3, to += 4) {
      image.data[to] = rgb[from];
      image.data[to + 1] = rgb[from + 1];
      image.data[to + 2] = rgb[from + 2];
      image.data[to + 3] = 255;
    }
    canvas.current.getContext('2d').putImageData(image, 0, 0);
  });
  return <canvas ref={canvas} width={width} height={height} style={{ display: 'block' }} />;
}

/** Sizes and lengths are those of the clip. */
const metadata = ({ props }) => ({
  width: props.width,
  height: props.height,
  fps: 30,
  durationInFrames: props.time.length,
});

const EMPTY = { width: 2, height: 2, time: [0], complexity: [0], palette: [0] };

registerRoot(() => (
  <Composition
    id="clip"
    component={Clip}
    calculateMetadata={metadata}
    width={2}
    height={2}
    fps={30}
    durationInFrames={1}
    defaultProps={EMPTY}
  />
));
