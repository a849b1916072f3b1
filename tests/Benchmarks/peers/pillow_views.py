#!/usr/bin/env python3
"""Times contrastive views (PyContrast's augmentation "D") made with Pillow and torchvision, one thread: one JSON line.

Crop, flip, colour jitter, blur of 23 taps, RandAugment of 15 operations, grey, normalisation; the image is decoded once.
Needs torchvision and Pillow (on Debian: python3-torchvision libopenblas0-pthread); installs nothing.
"""
import argparse
import json
import os
import random
import statistics
import sys
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

try:
    import torch
    from PIL import Image, ImageEnhance, ImageOps
    from torchvision import transforms
except ImportError as missing:
    sys.exit(f"{missing}. Install torchvision, on Debian: apt-get install python3-torchvision libopenblas0-pthread")

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--image", required=True)
parser.add_argument("--views", type=int, default=400)
parser.add_argument("--runs", type=int, default=3)
arguments = parser.parse_args()
torch.set_num_threads(1)
random.seed(1)
torch.manual_seed(1)
FILL = (124, 116, 104)


class Blur:
    """Separable, as two grouped convolutions over a reflected border, on numbers from 0 to 1."""

    def __init__(self, radius=11):
        self.radius = radius
        self.taps = torch.arange(-radius, radius + 1, dtype=torch.float32)
        self.pad = torch.nn.ReflectionPad2d(radius)
        self.to_tensor, self.to_image = transforms.ToTensor(), transforms.ToPILImage()

    def __call__(self, image):
        sigma = random.uniform(0.1, 2.0)
        weights = torch.exp(-self.taps ** 2 / (2 * sigma * sigma))
        weights = (weights / weights.sum()).repeat(3, 1)
        with torch.no_grad():
            planes = self.pad(self.to_tensor(image).unsqueeze(0))
            planes = torch.nn.functional.conv2d(planes, weights.view(3, 1, -1, 1), groups=3)
            planes = torch.nn.functional.conv2d(planes, weights.view(3, 1, 1, -1), groups=3)
            return self.to_image(planes.squeeze(0))


def affine(image, matrix):
    return image.transform(image.size, Image.AFFINE, matrix, resample=random.choice((Image.BILINEAR, Image.BICUBIC)), fillcolor=FILL)


def signed(value):
    return -value if random.random() < 0.5 else value


def enhance(kind):
    return lambda image, level: kind(image).enhance(0.1 + 1.8 * level / 10)


def solarize_add(image, level):
    table = [min(255, i + int(110 * level / 10)) if i < 128 else i for i in range(256)]
    return image.point(table * 3)


OPERATIONS = [
    lambda image, level: ImageOps.autocontrast(image),
    lambda image, level: ImageOps.equalize(image),
    lambda image, level: ImageOps.invert(image),
    lambda image, level: image.rotate(signed(30 * level / 10), resample=random.choice((Image.BILINEAR, Image.BICUBIC)), fillcolor=FILL),
    lambda image, level: ImageOps.posterize(image, max(1, int(4 * level / 10))),
    lambda image, level: ImageOps.solarize(image, int(256 * level / 10)),
    solarize_add,
    enhance(ImageEnhance.Color), enhance(ImageEnhance.Contrast), enhance(ImageEnhance.Brightness), enhance(ImageEnhance.Sharpness),
    lambda image, level: affine(image, (1, signed(0.3 * level / 10), 0, 0, 1, 0)),
    lambda image, level: affine(image, (1, 0, 0, signed(0.3 * level / 10), 1, 0)),
    lambda image, level: affine(image, (1, 0, signed(0.45 * level / 10) * image.size[0], 0, 1, 0)),
    lambda image, level: affine(image, (1, 0, 0, 0, 1, signed(0.45 * level / 10) * image.size[1])),
]


def rand_augment(image):
    for operation in random.choices(OPERATIONS, k=2):
        if random.random() < 0.5:
            image = operation(image, min(10, max(0, random.gauss(10, 0.5))))
    return image


view = transforms.Compose([
    transforms.RandomResizedCrop(224, scale=(0.2, 1.0)),
    transforms.RandomHorizontalFlip(),
    transforms.RandomApply([transforms.ColorJitter(0.8, 0.8, 0.8, 0.2)], p=0.8),
    transforms.RandomApply([Blur()], p=0.5),
    rand_augment,
    transforms.RandomGrayscale(p=0.2),
    transforms.ToTensor(),
    transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
])
image = Image.open(arguments.image).convert("RGB")
times = []
for _ in range(arguments.runs + 1):
    start = time.perf_counter()
    for _ in range(arguments.views):
        view(image)
    times.append((time.perf_counter() - start) / arguments.views)
times = times[1:]
print(json.dumps({"peer": "pillow", "what": "view", "threads": 1, "median_ms": 1000 * statistics.median(times), "views": arguments.views, "runs": arguments.runs}))
