#!/usr/bin/env python3
"""Times one InfoMin step of ResNet-50 in PyTorch, both branches, single device: one JSON line.

The step is PyContrast's: keys by the momentum encoder, query and jigsaw branch, a queue of 65,536 keys, SGD, momentum update.
Needs PyTorch with torchvision (on Debian: python3-torchvision libopenblas0-pthread); installs nothing.
"""
import argparse
import copy
import json
import os
import statistics
import sys
import time

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--batch", type=int, default=16)
parser.add_argument("--runs", type=int, default=1)
parser.add_argument("--threads", type=int, default=2)
arguments = parser.parse_args()
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = str(arguments.threads)

try:
    import torch
    import torch.nn.functional as F
    import torchvision
except ImportError as missing:
    sys.exit(f"{missing}. Install PyTorch and torchvision, on Debian: apt-get install python3-torchvision libopenblas0-pthread")

torch.set_num_threads(arguments.threads)
torch.manual_seed(1)
FEATURES, DIM, QUEUE, TEMPERATURE, BETA, MOMENTUM = 2048, 128, 65536, 0.15, 0.5, 0.999


class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = torchvision.models.resnet50()
        self.encoder.fc = torch.nn.Identity()
        self.head = torch.nn.Sequential(torch.nn.Linear(FEATURES, FEATURES), torch.nn.ReLU(), torch.nn.Linear(FEATURES, DIM))
        self.head_jig = torch.nn.Sequential(torch.nn.Linear(FEATURES, FEATURES), torch.nn.ReLU(), torch.nn.Linear(FEATURES, DIM))
        self.join_jig = torch.nn.Linear(9 * DIM, DIM)

    def project(self, images):
        return F.normalize(self.head(self.encoder(images)), dim=1)

    def project_jigsaw(self, patches, order):
        each = self.head_jig(self.encoder(patches)).view(-1, 9, DIM)
        shuffled = each.gather(1, order.unsqueeze(2).expand(-1, -1, DIM))
        return F.normalize(self.join_jig(shuffled.flatten(1)), dim=1)


query = Model()
key = copy.deepcopy(query)
for parameter in key.parameters():
    parameter.requires_grad_(False)
queue, position = F.normalize(torch.randn(QUEUE, DIM), dim=1), 0
optimizer = torch.optim.SGD(query.parameters(), lr=0.003, momentum=0.9, weight_decay=1e-4)
views, others = torch.randn(arguments.batch, 3, 224, 224), torch.randn(arguments.batch, 3, 224, 224)
patches = torch.randn(9 * arguments.batch, 3, 64, 64)
order = torch.stack([torch.randperm(9) for _ in range(arguments.batch)])
target = torch.zeros(arguments.batch, dtype=torch.long)

times = []
for _ in range(arguments.runs + 1):
    start = time.perf_counter()
    with torch.no_grad():
        keys = key.project(others)
    negatives = queue.clone()
    losses = []
    for features in (query.project(views), query.project_jigsaw(patches, order)):
        logits = torch.cat([(features * keys).sum(1, keepdim=True), features @ negatives.t()], 1) / TEMPERATURE
        losses.append(F.cross_entropy(logits, target))
    loss = (1 - BETA) * losses[0] + BETA * losses[1]
    queue[torch.arange(position, position + arguments.batch) % QUEUE] = keys
    position = (position + arguments.batch) % QUEUE
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    with torch.no_grad():
        for ours, theirs in zip(key.parameters(), query.parameters()):
            ours.mul_(MOMENTUM).add_(theirs, alpha=1 - MOMENTUM)
    times.append(time.perf_counter() - start)
times = times[1:]
print(json.dumps({"peer": f"pytorch {torch.__version__}", "what": "infomin step", "batch": arguments.batch, "threads": arguments.threads,
                  "median_ms": 1000 * statistics.median(times), "runs": arguments.runs, "loss": float(loss)}))
