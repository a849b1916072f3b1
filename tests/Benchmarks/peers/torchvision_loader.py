#!/usr/bin/env python3
"""Times torchvision's way of loading KITTI frames (Pillow, to_tensor, flip, boxes) with PyTorch's DataLoader: one JSON line.

Needs torchvision (on Debian: python3-torchvision libopenblas0-pthread); installs nothing.
"""
import argparse
import json
import os
import random
import statistics
import sys
import time

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--data", required=True)
parser.add_argument("--frames", type=int, default=160)
parser.add_argument("--runs", type=int, default=3)
parser.add_argument("--threads", type=int, default=2)
arguments = parser.parse_args()

try:
    import torch
    from PIL import Image
    from torchvision.transforms import functional
except ImportError as missing:
    sys.exit(f"{missing}. Install torchvision, on Debian: apt-get install python3-torchvision libopenblas0-pthread")

torch.set_num_threads(1)
images = os.path.join(arguments.data, "training", "image_2")
frames = sorted(os.path.splitext(name)[0] for name in os.listdir(images))
CLASSES = ["Car", "Van", "Truck", "Pedestrian", "Person_sitting", "Cyclist", "Tram"]


class Frames(torch.utils.data.Dataset):
    def __len__(self):
        return arguments.frames

    def __getitem__(self, index):
        frame = frames[index % len(frames)]
        image = functional.to_tensor(Image.open(os.path.join(images, frame + ".png")).convert("RGB"))
        boxes, labels = [], []
        for line in open(os.path.join(arguments.data, "training", "label_2", frame + ".txt")):
            fields = line.split()
            if fields[0] in CLASSES:
                boxes.append([float(value) for value in fields[4:8]])
                labels.append(1 + CLASSES.index(fields[0]))
        boxes = torch.tensor(boxes).reshape(-1, 4)
        if random.random() < 0.5:
            image = image.flip(2)
            boxes[:, [0, 2]] = image.shape[2] - boxes[:, [2, 0]]
        return image, boxes, torch.tensor(labels)


loader = torch.utils.data.DataLoader(Frames(), batch_size=2, num_workers=arguments.threads, collate_fn=lambda batch: batch)
times = []
for _ in range(arguments.runs + 1):
    start = time.perf_counter()
    count = sum(len(batch) for batch in loader)
    times.append((time.perf_counter() - start) / count)
times = times[1:]
print(json.dumps({"peer": "torchvision", "what": "frame loaded", "threads": arguments.threads, "median_ms": 1000 * statistics.median(times), "runs": arguments.runs}))
