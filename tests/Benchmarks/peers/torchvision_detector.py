#!/usr/bin/env python3
"""Times torchvision's fasterrcnn_resnet50_fpn: one JSON line a measurement.

Needs Debian's python3-torchvision and libopenblas0-pthread (or any PyTorch with torchvision); installs nothing.
The weights are those of tests/Golden/GoldenFormula.cs, so that both programs do the same work.
Boxes and images are made by the same formula too.
"""
import argparse
import json
import math
import os
import resource
import statistics
import sys
import time

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--mode", choices=("train", "detect", "inference"), required=True,
                    help="detect and inference are the same work; the other program does one with libtorch and one with ONNX Runtime")
parser.add_argument("--batch", type=int, default=2)
parser.add_argument("--runs", type=int, default=3)
parser.add_argument("--threads", type=int, default=2)
arguments = parser.parse_args()
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = str(arguments.threads)

try:
    import numpy as np
    import torch
    import torchvision
except ImportError as missing:
    sys.exit(f"{missing}. Install PyTorch and torchvision, on Debian: apt-get install python3-torchvision libopenblas0-pthread")

MASK = (1 << 64) - 1


def fnv1a(text):
    h = 0xCBF29CE484222325
    for byte in text.encode():
        h = ((h ^ byte) * 0x100000001B3) & MASK
    return h


def raw(name, count):
    z = np.arange(count, dtype=np.uint64) + np.uint64(fnv1a(name)) + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def fill(name, shape, bound, center=0.0):
    count = int(np.prod(shape)) if len(shape) else 1
    unit = (raw(name, count) >> np.uint64(40)).astype(np.float64) / 16777216
    return torch.from_numpy((center + (unit * 2 - 1) * bound).astype(np.float32).reshape(shape))


def weight(name, shape):
    parent, _, leaf = name.rpartition(".")
    parent = parent.rpartition(".")[2] if not parent.endswith("downsample.1") else "bn"
    if parent.startswith("bn"):
        last = ".bn3." in name
        if leaf == "weight":
            return fill(name, shape, 0.05 if last else 0.1, 0.25 if last else 1.0)
        if leaf == "running_var":
            unit = (raw(name, int(np.prod(shape))) >> np.uint64(40)).astype(np.float64) / 16777216
            return torch.from_numpy((1.0 + 0.5 * unit).astype(np.float32))
        return fill(name, shape, 0.1)
    if leaf == "bias":
        return fill(name, shape, 0.02)
    unit_gain = ("downsample.0.weight", "fpn.inner_blocks", "fpn.layer_blocks", "rpn.head.cls_logits", "box_predictor.bbox_pred")
    gain = 1.0 if any(part in name for part in unit_gain) else 0.5 if "rpn.head.bbox_pred" in name \
        else 3.0 if "box_predictor.cls_score" in name else math.sqrt(2)
    return fill(name, shape, gain * math.sqrt(3.0 / int(np.prod(shape[1:]))))


def check_blas():
    a, b = torch.rand(1000, 12544), torch.rand(12544, 1024)
    a @ b
    start = time.perf_counter()
    a @ b
    gflops = 2 * 1000 * 12544 * 1024 / (time.perf_counter() - start) / 1e9
    if gflops < 20:
        sys.exit(f"this PyTorch multiplies matrices at {gflops:.1f} GFLOP/s: a comparison with it is worthless. "
                 "Install an optimised BLAS, on Debian: apt-get install libopenblas0-pthread")
    return gflops


torch.set_num_threads(arguments.threads)
gflops = check_blas()
model = torchvision.models.detection.fasterrcnn_resnet50_fpn(weights=None, weights_backbone=None, num_classes=8, trainable_backbone_layers=3)
norm = torchvision.ops.misc.FrozenBatchNorm2d


def freeze(module):
    for name, child in module.named_children():
        if isinstance(child, torch.nn.BatchNorm2d):
            setattr(module, name, norm(child.num_features, eps=1e-5))
        else:
            freeze(child)


freeze(model.backbone.body)
for name, parameter in model.backbone.body.named_parameters():
    parameter.requires_grad_(any(name.startswith(stage) for stage in ("layer2", "layer3", "layer4")))
model.load_state_dict({name: weight(name, tuple(value.shape)) for name, value in model.state_dict().items()})

images = [(raw(f"image{i}", 3 * 375 * 1242) >> np.uint64(56)).astype(np.float32).reshape(3, 375, 1242) / 255 for i in range(arguments.batch)]
images = [torch.nn.functional.avg_pool2d(torch.from_numpy(image)[None], 9, 1, 4)[0] for image in images]
boxes = torch.tensor([[100, 120, 300, 260], [400, 150, 520, 230], [700, 100, 1000, 330], [1100, 180, 1200, 260]], dtype=torch.float32)
targets = [{"boxes": boxes, "labels": torch.tensor([1, 1, 2, 5])} for _ in images]

times, detail = [], {}
if arguments.mode == "train":
    model.train()
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.SGD(trained, lr=1e-4, momentum=0.9, weight_decay=5e-4)
    for _ in range(arguments.runs + 1):
        start = time.perf_counter()
        loss = sum(model(images, targets).values())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        times.append(time.perf_counter() - start)
    detail["loss"] = float(loss)
else:
    model.eval()
    with torch.no_grad():
        for _ in range(arguments.runs + 1):
            start = time.perf_counter()
            result = model(images)
            times.append(time.perf_counter() - start)
    detail["detections"] = [len(entry["boxes"]) for entry in result]
times = times[1:]
print(json.dumps({"peer": f"torchvision {torchvision.__version__}, torch {torch.__version__}", "mode": arguments.mode,
                  "batch": arguments.batch, "threads": arguments.threads, "median_ms": 1000 * statistics.median(times),
                  "min_ms": 1000 * min(times), "max_ms": 1000 * max(times), "runs": arguments.runs, "matmul_gflops": gflops,
                  "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 // 1_000_000, **detail}))
