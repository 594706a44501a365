"""What one production fit costs: the model of docs/evaluation.md on all people of a survey.

``python -m bench.production_fit``; needs CHOICE_DATA_DIR. Goals: 5 s at settings chosen before, 90 s with the
search.
"""

from __future__ import annotations

import os
import resource
import statistics
import sys
import time
from pathlib import Path

from bench.machine import describe_machine, pin_threads

pin_threads()

from recommender.choice.contenders import Encoded, encode, mixture  # noqa: E402 - threads are pinned first
from recommender.choice.design import fit_design  # noqa: E402
from recommender.storage.choice_files import read_data_set  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
GOAL_FIXED_SECONDS, GOAL_SEARCHED_SECONDS = 5.0, 90.0
REPEATS = 3


def survey(name: str, folder: Path) -> Encoded:
    columns = ROOT / "docs" / "columns" / f"{name}.toml"
    data = read_data_set(columns, folder / f"{name}_choices.csv", folder / f"{name}_people.csv")
    return encode(fit_design(data.columns, data.table), data.table)


def seconds(data: Encoded, *, searched: bool) -> float:
    model = mixture(0, searched=searched)
    begin = time.perf_counter()
    model.fit(data)
    return time.perf_counter() - begin


def main() -> int:
    """Print the table; 1 when a goal is missed."""
    folder = Path(os.environ.get("CHOICE_DATA_DIR", ""))
    if not (folder / "china_choices.csv").exists():
        print("set CHOICE_DATA_DIR to the folder of the public choice data")
        return 0
    print(f"{describe_machine()}\n")
    print("| survey | settings | seconds (spread) | goal |\n| --- | --- | ---: | ---: |")
    met = True
    for name in ("china", "us"):
        data = survey(name, folder)
        fixed = [seconds(data, searched=False) for _ in range(REPEATS)]
        searched = seconds(data, searched=True)
        middle = statistics.median(fixed)
        spread = f"{middle:.2f} ({min(fixed):.2f}–{max(fixed):.2f})"
        print(f"| {name} | chosen before | {spread} | {GOAL_FIXED_SECONDS:g} |")
        print(f"| {name} | searched | {searched:.1f} | {GOAL_SEARCHED_SECONDS:g} |", flush=True)
        met &= middle <= GOAL_FIXED_SECONDS and searched <= GOAL_SEARCHED_SECONDS
    print(f"\nLargest memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
