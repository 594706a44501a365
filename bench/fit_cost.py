"""What fitting costs: this project's estimators beside choice-learn, biogeme and xlogit, and by size of data.

Every fit runs in a process of its own on one core; the packages each in an environment of their own, made
under var/bench on the first run. A fit is stopped after five minutes. Seconds are those of the fit alone
(median, least and most of the repeats), memory is the most the process held and, in brackets, what it held
before the fit. BENCH_FAST=1 leaves out the packages and the largest data.

    python -m bench.fit_cost
"""

from __future__ import annotations

import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.machine import describe_machine, pin_threads

pin_threads()

import numpy as np  # noqa: E402  # after the threads are pinned, as all below

from tests.needs import ROOT, choice_data_dir  # noqa: E402

CAP_SECONDS = 300
PEERS = Path(__file__).resolve().parent / "peers"
ENVIRONMENTS = ROOT / "var" / "bench"
PACKAGES = {
    "choice-learn": (
        "choice-learn==1.3.3",
        "tensorflow==2.21.0",
        "tensorflow-probability",
        "tf-keras==2.21.0",
    ),
    # a later tomlkit refuses the settings file that biogeme writes
    "biogeme": ("biogeme==3.3.2", "tomlkit<0.14"),
    "xlogit": ("xlogit==0.2.7",),
}
OURS = "this project"
GOAL_SECONDS, GOAL_MB, GOAL_LARGE_MB = 0.1, 200.0, 4096.0


@dataclass(frozen=True)
class Job:
    """One line of a table: who fits, which model of his program in bench/peers, on what, how often."""

    who: str
    model: str
    data: str
    says: str
    repeats: int = 5


@dataclass(frozen=True)
class Result:
    """``trouble`` instead of figures when there are none."""

    version: str = ""
    seconds: tuple[float, ...] = ()
    processor_seconds: tuple[float, ...] = ()
    megabytes: float = 0.0
    megabytes_before: float = 0.0
    log_likelihood: float = 0.0
    told: tuple[tuple[str, object], ...] = ()
    trouble: str = ""

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def processor(self) -> float:
        return statistics.median(self.processor_seconds)


def environment(package: str) -> tuple[Path | None, str]:
    """Python of the package's environment, made if need be; None and the reason when that fails."""
    folder = ENVIRONMENTS / package
    python, stamp = folder / "bin" / "python", folder / ".installed"
    wanted = "\n".join(PACKAGES[package])
    if python.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return python, ""
    make = [sys.executable, "-m", "venv", str(folder)]
    install = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    for command in (make, [*install, *PACKAGES[package]]):
        done = subprocess.run(command, capture_output=True, text=True)  # noqa: S603 - fixed commands
        if done.returncode != 0:
            lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
            return None, (lines or ["no reason given"])[-1][:100]
    stamp.write_text(wanted, encoding="utf-8")
    return python, ""


def run(job: Job, workplace: Path) -> Result:
    """Fit in a process of its own."""
    python: Path | None = Path(sys.executable)
    script = PEERS / f"run_{'ours' if job.who == OURS else job.who.replace('-', '_')}.py"
    if job.who != OURS:
        python, reason = environment(job.who)
        if python is None:
            return Result(trouble=f"could not be installed: {reason}")
    command = [str(python), str(script), job.model, job.data, "--repeats", str(job.repeats)]
    surroundings = {**os.environ, "PYTHONWARNINGS": "ignore"}
    if job.who == OURS:
        surroundings["PYTHONPATH"] = str(ROOT)
    try:
        done = subprocess.run(  # noqa: S603 - programs of this bench
            command, capture_output=True, text=True, timeout=CAP_SECONDS, cwd=workplace, env=surroundings
        )
    except subprocess.TimeoutExpired:
        return Result(trouble=f"stopped after {CAP_SECONDS} s")
    answers = [line for line in done.stdout.splitlines() if line.startswith("ANSWER ")]
    if done.returncode != 0 or not answers:
        return Result(trouble=f"failed: {(done.stderr.strip().splitlines() or ['no message'])[-1][:100]}")
    found = json.loads(answers[-1].removeprefix("ANSWER "))
    return Result(
        version=found["version"],
        seconds=tuple(found["seconds"]),
        processor_seconds=tuple(found["processor_seconds"]),
        megabytes=found["megabytes"],
        megabytes_before=found["megabytes_before"],
        log_likelihood=found["log_likelihood"],
        told=tuple(found.get("told", {}).items()),
    )


def line(job: Job, result: Result) -> str:
    if result.trouble:
        return f"| {job.who} | {job.says} | {result.trouble} | | | |"
    spread = f"{result.median:.3g} ({min(result.seconds):.3g}–{max(result.seconds):.3g})"
    memory = f"{result.megabytes:.0f} ({result.megabytes_before:.0f})"
    who = job.who if job.who == OURS else f"{job.who} {result.version}"
    return (
        f"| {who} | {job.says} | {spread} | {result.processor:.3g} | {memory} | {result.log_likelihood:.2f} |"
    )


def table(title: str, jobs: list[Job], workplace: Path) -> Iterator[Result]:
    print(f"\n**{title}**\n\n| who | model | seconds | processor s | MB (before) | log-likelihood |")
    print("| --- | --- | ---: | ---: | ---: | ---: |")
    for job in jobs:
        result = run(job, workplace)
        print(line(job, result), flush=True)
        yield result


def choice_data(folder: Path, workplace: Path, people: int | None = None) -> str:
    """The China training part as arrays; with ``people``, so many: the first ones come twice."""
    spec = importlib.util.spec_from_file_location("choice_protocol", folder / "choice_protocol.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(folder / "choice_protocol.py")
    protocol = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(protocol)
    protocol.SHARED = str(folder)
    choices, _ = protocol.load("china")
    matrix, _ = protocol.features(choices)
    task, y = protocol.task_index(choices), choices.chosen.to_numpy() == 1
    person = np.unique(choices.person_id.to_numpy(), return_inverse=True)[1]
    found = {"X": matrix, "y": y, "task": task, "person": person}
    if people is not None:
        more = person < people - person.max() - 1
        found = {
            "X": np.concatenate([matrix, matrix[more]]),
            "y": np.concatenate([y, y[more]]),
            "task": np.concatenate([task, task[more] + task.max() + 1]),
            "person": np.concatenate([person, person[more] + person.max() + 1]),
        }
    path = workplace / f"china_{people or 'train'}.npz"
    np.savez(path, **found)
    return str(path)


def real_jobs(data: str, larger: str, *, fast: bool) -> dict[str, list[Job]]:
    """Tables on the China training part. Without ``fast``, the packages too."""
    tables = {
        "Latent classes, 3, panel likelihood (a person keeps his class)": [
            Job(OURS, "latent_panel", data, "one start"),
            Job(OURS, "latent_panel_8_starts", data, "eight starts"),
            Job(OURS, "latent_panel", larger, "one start, 448 people (90 of them twice)"),
            Job("biogeme", "latent_panel", data, "one start", repeats=1),
        ],
        "Latent classes, 3, every task on its own (all that choice-learn has)": [
            Job(OURS, "latent_task", data, "one start"),
            Job("choice-learn", "latent_task", data, "one start, L-BFGS", repeats=1),
            Job("choice-learn", "latent_task_em", data, "one start, 20 EM steps", repeats=1),
        ],
        "Multinomial logit": [
            Job(OURS, "mnl", data, "ConditionalLogit, with standard errors"),
            Job("xlogit", "mnl", data, "MultinomialLogit"),
            Job("choice-learn", "mnl", data, "SimpleMNL, L-BFGS", repeats=2),
            Job("biogeme", "mnl", data, "loglogit", repeats=1),
        ],
        "Continuous taste": [
            Job(OURS, "pool", data, "20 latent class fits, pooled", repeats=3),
            *mixture_jobs(data),
            Job("xlogit", "mixed", data, "mixed logit, 16 normals, 500 draws", repeats=1),
        ],
    }
    return {title: [job for job in jobs if job.who == OURS or not fast] for title, jobs in tables.items()}


def mixture_jobs(data: str) -> list[Job]:
    """The mixture of normals, where it exists."""
    there = importlib.util.find_spec("recommender.choice.mixture_logit") is not None
    return [Job(OURS, "mixture", data, "MixtureLogit", repeats=3)] if there else []


def by_size(workplace: Path, *, fast: bool) -> bool:
    """Our latent classes on simulated choices of six alternatives and 16 columns; whether the goal is met."""
    sizes = [10_000, 100_000] if fast else [10_000, 100_000, 1_000_000]
    jobs = [
        Job(OURS, "latent_scale", f"choices={size}", f"{size:,} choices", repeats=1 if size > 10**5 else 3)
        for size in sizes
    ]
    results = list(table("4 latent classes, simulated choices, 6 alternatives, 16 columns", jobs, workplace))
    print("\n| choices | processor s | to linear from the first | iterations | MB |")
    print("| ---: | ---: | ---: | ---: | ---: |")
    met = not results[0].trouble
    first = results[0].processor / sizes[0] if met else float("nan")
    for size, result in zip(sizes, results, strict=True):
        if result.trouble:
            print(f"| {size:,} | {result.trouble} | | | |")
            met = False
            continue
        iterations, linear = dict(result.told)["iterations"], result.processor / size / first
        print(f"| {size:,} | {result.processor:.2f} | {linear:.2f} | {iterations} | {result.megabytes:.0f} |")
        met &= result.megabytes <= GOAL_LARGE_MB
    return met


def main() -> int:
    fast = os.environ.get("BENCH_FAST") == "1"
    print(describe_machine())
    with tempfile.TemporaryDirectory() as name:
        workplace = Path(name)
        folder = choice_data_dir()
        met = True
        if folder is None:
            print("fit_cost: tables on real choices skipped, CHOICE_DATA_DIR is not set")
        else:
            data = choice_data(Path(folder), workplace)
            larger = choice_data(Path(folder), workplace, people=448)
            tables = real_jobs(data, larger, fast=fast)
            results = [list(table(title, jobs, workplace)) for title, jobs in tables.items()]
            one = results[0][2]
            met = not one.trouble and one.processor <= GOAL_SECONDS and one.megabytes <= GOAL_MB
            verdict = "met" if met else "MISSED"
            goal = f"{GOAL_SECONDS} s of the processor and {GOAL_MB:.0f} MB"
            print(f"\nOne start, 448 x 15: goal {goal}: {verdict}")
        large = by_size(workplace, fast=fast)
        print(f"\nMemory of all sizes: goal {GOAL_LARGE_MB:.0f} MB: {'met' if large else 'MISSED'}")
    return 0 if met and large else 1


if __name__ == "__main__":
    sys.exit(main())
