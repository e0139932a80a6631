#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""scikit-image's PSNR and SSIM of two files of one raw RGB24 frame each, as a peer to measure against.

  quality.py A.rgb B.rgb --size 1920x1080 --rounds 3    {"psnr": {value, milliseconds}, "ssim": {...}}, the fastest round
Needs python3-skimage.
"""
import argparse
import json
import time

import numpy as np
from skimage.metrics import peak_signal_noise_ratio, structural_similarity


def timed(rounds, measure):
    spent = []
    for _ in range(rounds):
        started = time.perf_counter()
        value = measure()
        spent.append((time.perf_counter() - started) * 1000)
    return {'value': float(value), 'milliseconds': min(spent)}


def main():
    options = argparse.ArgumentParser()
    options.add_argument('a')
    options.add_argument('b')
    options.add_argument('--size', required=True)
    options.add_argument('--rounds', type=int, default=3)
    args = options.parse_args()
    width, height = map(int, args.size.split('x'))
    a, b = (np.fromfile(name, dtype=np.uint8).reshape(height, width, 3) for name in (args.a, args.b))
    print(json.dumps({
        'psnr': timed(args.rounds, lambda: peak_signal_noise_ratio(a, b, data_range=255)),
        'ssim': timed(args.rounds, lambda: structural_similarity(a, b, channel_axis=2, data_range=255)),
    }))


if __name__ == '__main__':
    main()
