#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The original's way of making a frame, as a peer to measure against and a second opinion on the goldens.

Our own NumPy port of the formulas that define a frame: whole-picture float64 arrays, RGB as floats, 8 bits at the end.
  generator.py PARAMS.json --check FRAMES.json    compares the SHA-256 of each frame
  generator.py --time < JOB.json    draws the job's frames, all of them again and again, for its seconds:
                                    {width, height, seconds, time: [...], complexity: [...], palette: [0, ...]};
                                    prints {frames, seconds, startSeconds}
Needs python3-numpy.
"""
import argparse
import hashlib
import json
import sys
import time
from math import cos, sin

import numpy as np

PALETTES = {
    'vibrant': [(1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0), (1, 0, 1), (0, 1, 1)],
    'pastel': [(1, .8, .8), (.8, 1, .8), (.8, .8, 1), (1, 1, .8), (1, .8, 1), (.8, 1, 1)],
    'monochrome': [(0, 0, 0), (.5, .5, .5), (1, 1, 1)],
}


def smoothstep(low, high, value):
    u = np.clip((value - low) / (high - low), 0, 1)
    return u * u * (3.0 - 2.0 * u)


def bands(values, colours, left_open=False):
    """Colours each pixel by the n-th of [0, 1) its value lies in, or of (0, 1]."""
    rgb = np.zeros((*values.shape, 3))
    n = len(colours)
    for i, colour in enumerate(colours):
        low, high = i / n, (i + 1) / n
        rgb[(values > low) & (values <= high) if left_open else (values >= low) & (values < high)] = colour
    return rgb


def geometric(x, y, at, complexity, colours):
    to = at * 2.0
    rgb = np.zeros((*x.shape, 3))
    for i in range(int(3 + complexity * 5)):
        cx = 0.5 + 0.3 * sin(to + i * 0.5)
        cy = 0.5 + 0.3 * cos(to + i * 0.3)
        radius = 0.1 + 0.05 * sin(to * 1.5 + i)
        distance = np.sqrt((x - cx) ** 2 + (y - cy) ** 2) - radius
        shape = smoothstep(0.0, 0.02, -distance)
        colour = colours[(i + int(to * 10)) % len(colours)]
        for channel in range(3):
            rgb[:, :, channel] += shape * colour[channel]
    return np.clip(rgb, 0, 1)


def fractal(x, y, at, complexity, colours):
    scale = 2.0 + complexity * 3.0
    to = at * 0.5
    x = x * scale + to
    y = y * scale + to * 0.7
    noise = np.zeros_like(x)
    amplitude, frequency = 1.0, 1.0
    for _ in range(6):
        k = (x * frequency).astype(np.int64) + (y * frequency).astype(np.int64) * 57
        k = (k << 13) ^ k
        noise += amplitude * (1.0 - ((k * (k * k * 15731 + 789221) + 1376312589) & 0x7fffffff) / 1073741824.0)
        amplitude *= 0.5
        frequency *= 2.0
    return bands(noise, colours, left_open=True)


def plasma(x, y, at, _complexity, colours):
    to = at * 2.0
    value = (np.sin(x * 10 + to) + np.sin(y * 10 + to * 0.7) + np.sin((x + y) * 7 + to * 1.3)
             + np.sin(np.sqrt(x ** 2 + y ** 2) * 8 + to * 0.9)) / 4.0
    return bands((value + 1.0) / 2.0, colours)


def mandelbrot(x, _y, at, _complexity, colours):
    height, width = x.shape
    zoom = 1.0 + at * 0.5
    cx, cy = 0.5 + 0.1 * sin(at), 0.5 + 0.1 * cos(at)
    real = np.linspace(cx - 2.0 / zoom, cx + 2.0 / zoom, width)
    imaginary = np.linspace(cy - 2.0 / zoom, cy + 2.0 / zoom, height)
    real, imaginary = np.meshgrid(real, imaginary)
    c = real + 1j * imaginary
    z = np.zeros_like(c)
    iterations = np.zeros(c.shape)
    for i in range(100):
        inside = np.abs(z) <= 2
        z[inside] = z[inside] ** 2 + c[inside]
        iterations[inside] = i
    return bands(iterations / 100.0, colours)


def frame(width, height, at, complexity, palette):
    x, y = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    family = (geometric if complexity < 0.3 else fractal if complexity < 0.6
              else plasma if complexity < 0.8 else mandelbrot)
    with np.errstate(over='ignore'):
        return (family(x, y, at, complexity, PALETTES[palette]) * 255).astype(np.uint8)


def check(document, golden):
    width, height = document['resolution']
    wrong = 0
    for entry, expected in zip(document['parameters'], golden['sha256'], strict=True):
        picture = frame(width, height, entry['time'], entry['complexity'], entry['color_palette'])
        if hashlib.sha256(picture.tobytes()).hexdigest() != expected:
            wrong += 1
            print(f'frame {entry["frame"]} differs: {entry}')
    print(f'{golden["document"]}: {len(golden["sha256"]) - wrong} of {len(golden["sha256"])} frames equal')
    return wrong == 0


def timed(job):
    palettes = list(PALETTES)
    frames = [(job['width'], job['height'], at, complexity, palettes[palette])
              for at, complexity, palette in zip(job['time'], job['complexity'], job['palette'], strict=True)]
    start = time.perf_counter()
    frame(*frames[0])
    ready = time.perf_counter()
    done = 0
    while (spent := time.perf_counter() - ready) < job['seconds'] or done == 0 or done % len(frames):
        frame(*frames[done % len(frames)])
        done += 1
    return {'frames': done, 'seconds': spent, 'startSeconds': ready - start}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('params', nargs='?')
    parser.add_argument('--check', metavar='FRAMES')
    parser.add_argument('--time', action='store_true')
    args = parser.parse_args()
    if args.time:
        print(json.dumps(timed(json.load(sys.stdin))))
        return 0
    if not (args.params and args.check):
        parser.error('expected PARAMS.json --check FRAMES.json, or --time < JOB.json')
    with open(args.params, encoding='utf-8') as params, open(args.check, encoding='utf-8') as frames:
        return 0 if check(json.load(params), json.load(frames)) else 1


if __name__ == '__main__':
    sys.exit(main())
