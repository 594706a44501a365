"""What every program of the fit-cost bench shares: one thread, the data, seconds, memory, the answer.

Needs numpy alone: it runs in the environment of each package.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import time
from collections.abc import Callable
from importlib.metadata import version

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "TF_NUM_INTRAOP_THREADS"):
    os.environ[_name] = "1"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
if hasattr(os, "sched_setaffinity"):  # Linux: one core for all, whatever threads a package starts
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})

import numpy as np  # noqa: E402  # after the threads are pinned

REPEAT_SECONDS = 40.0
"""No further repeat begins after so long."""


def megabytes() -> float:
    """Most memory that this process has held so far."""
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return held / 1024**2 if os.uname().sysname == "Darwin" else held / 1024


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("data")
    parser.add_argument("--repeats", type=int, default=1)
    return parser.parse_args()


def load(path: str) -> dict[str, np.ndarray]:
    """X [R, K], y [R], task [R], person [R] of tasks of one size."""
    with np.load(path, allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}


def answer(package: str, fit: Callable[[], float], repeats: int, **more: object) -> None:
    """Fit and print one line of JSON; ``fit`` gives the log-likelihood reached."""
    before = megabytes()
    seconds: list[float] = []
    processor: list[float] = []
    reached: list[float] = []
    while len(seconds) < repeats and sum(seconds) < REPEAT_SECONDS:
        start, busy = time.perf_counter(), time.process_time()
        reached.append(fit())
        seconds.append(time.perf_counter() - start)
        processor.append(time.process_time() - busy)
    found = {
        "version": version(package),
        "seconds": seconds,
        "processor_seconds": processor,
        "log_likelihood": reached[-1],
        "megabytes": megabytes(),
        "megabytes_before": before,
    }
    print("ANSWER " + json.dumps({**found, **more}))
