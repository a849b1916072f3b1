#!/usr/bin/env python3
"""Times evaluate and accumulate of pycocotools and faster_coco_eval, whichever is importable, on truth.json and results.json of a folder:
one JSON line for each.

Installs nothing; PYTHONPATH says where they are. Loading and the summary are not timed, as in the reference's own measurements.
"""
import argparse
import contextlib
import importlib
import importlib.metadata
import io
import json
import os
import re
import sys
import time

PEERS = {
    "pycocotools": ("pycocotools", "pycocotools.coco", "COCO", "pycocotools.cocoeval", "COCOeval"),
    "faster_coco_eval": ("faster_coco_eval", "faster_coco_eval", "COCO", "faster_coco_eval", "COCOeval_faster"),
}

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--data", required=True)
parser.add_argument("--size", required=True)
parser.add_argument("--runs", type=int, default=3)
arguments = parser.parse_args()


def version_of(package):
    """The installed version, or that of the setup.py beside a package that was built in place."""
    module = importlib.import_module(package)
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        setup = os.path.join(os.path.dirname(module.__file__), "..", "setup.py")
        found = os.path.exists(setup) and re.search(r"version=['\"]([0-9.]+)", open(setup).read())
        return getattr(module, "__version__", found.group(1) if found else "unknown")


def measure(package, data_module, data_class, evaluation_module, evaluation_class):
    with contextlib.redirect_stdout(io.StringIO()):
        data = getattr(importlib.import_module(data_module), data_class)
        evaluation = getattr(importlib.import_module(evaluation_module), evaluation_class)
        truth = data(os.path.join(arguments.data, "truth.json"))
        results = truth.loadRes(os.path.join(arguments.data, "results.json"))
        seconds, cpu = [], []
        for _ in range(arguments.runs):
            run = evaluation(truth, results, "bbox")
            start, start_cpu = time.perf_counter(), time.process_time()
            run.evaluate()
            run.accumulate()
            seconds.append(time.perf_counter() - start)
            cpu.append(time.process_time() - start_cpu)
        run.summarize()
    return {"seconds": seconds, "cpu_seconds": sum(cpu) / len(cpu), "stats": [float(value) for value in list(run.stats)[:12]]}


found = 0
for name, peer in PEERS.items():
    try:
        version = version_of(peer[0])
        row = measure(*peer)
    except ImportError as missing:
        print(f"{name}: {missing}", file=sys.stderr)
        continue
    found += 1
    print(json.dumps({"peer": name, "version": version, "size": arguments.size, **row}), flush=True)

if not found:
    sys.exit("neither pycocotools nor faster_coco_eval can be imported; set PYTHONPATH")
