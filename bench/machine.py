"""What a bench ran on, so that figures can be compared only where they may be."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path


def pin_threads() -> None:
    """One BLAS thread: one buyer is answered by one thread. Must run before numpy is imported."""
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")


def describe_machine() -> str:
    """Processor, cores, load and the versions that decide the times, in one line."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    load = ", ".join(f"{value:.2f}" for value in os.getloadavg())
    return (
        f"{names[0] if names else platform.processor()}, {os.cpu_count()} cores, load {load}; "
        f"Python {platform.python_version()}, numpy {version('numpy')}, scipy {version('scipy')}"
    )


if __name__ == "__main__":
    print(describe_machine())
