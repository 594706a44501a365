"""The Makefile finds a Python that can do the work, says in one line what to install, installs only once."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.needs import ROOT

MAKE = shutil.which("make")
pytestmark = pytest.mark.skipif(
    MAKE is None, reason="make is not installed; README has the commands without it"
)

TOO_OLD = """case "$*" in -V) echo Python 3.9.2;; *version_info*) exit 1;; esac"""
NO_VENV = """case "$*" in *ensurepip*) exit 1;; *print*) echo python3.11-venv;; esac"""
# Stands in for a good python: `-m venv` puts itself into .venv, `-m pip` writes down what it was asked.
GOOD = """
echo "$*" >> "$LOG"
case "$*" in
  "-m venv"*) mkdir -p .venv/bin; cp "$0" .venv/bin/python;;
  *"version_info < (3, 11)"*) exit 0;;
esac"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "requirements").mkdir(parents=True)
    for name in ("Makefile", "pyproject.toml", "requirements/run.lock", "requirements/test.lock"):
        shutil.copy(ROOT / name, folder / name)
    return folder


def make(project: Path, *targets: str, python: str = "", system: str = "Linux") -> tuple[int, str, list[str]]:
    """Run make where `python3` is the given script. Return exit code, error lines, calls of python."""
    tools = project.parent / "tools"
    shutil.rmtree(tools, ignore_errors=True)
    tools.mkdir()
    for tool in ("sh", "cat", "cksum", "cp", "mkdir"):
        (tools / tool).symlink_to(str(shutil.which(tool)))
    scripts = {"uname": f"echo {system}", **({"python3": python} if python else {})}
    for name, text in scripts.items():
        (tools / name).write_text(f"#!/bin/sh\n{text}\n")
        (tools / name).chmod(0o755)
    log = project.parent / "log"
    log.write_text("")
    world = {"PATH": str(tools), "LOG": str(log)}
    command = [str(MAKE), *targets]
    done = subprocess.run(command, cwd=project, env=world, capture_output=True, text=True, check=False)
    errors = [line for line in done.stderr.splitlines() if not line.startswith("make")]
    return done.returncode, "\n".join(errors), log.read_text().splitlines()


@pytest.mark.parametrize(
    ("python", "system", "words"),
    [
        ("", "Linux", "Python 3.11 or newer is needed. Install: apt install python3 python3-venv"),
        ("", "Darwin", "Python 3.11 or newer is needed. Install: brew install python@3.12"),
        (
            TOO_OLD,
            "Linux",
            "python3 is Python 3.9.2, 3.11 or newer is needed. Install: apt install python3.11",
        ),
        (TOO_OLD, "Darwin", "python3 is Python 3.9.2, 3.11 or newer is needed. Install: brew install"),
        (NO_VENV, "Linux", "python3 cannot make a virtual environment. Install: apt install python3-venv"),
    ],
)
def test_what_is_missing_is_said_in_one_line(project: Path, python: str, system: str, words: str) -> None:
    code, errors, _ = make(project, "run", python=python, system=system)
    assert code == 2
    assert errors.startswith(words)
    assert len(errors.splitlines()) == 1
    assert not (project / ".venv").exists()


def installs(calls: list[str]) -> list[str]:
    return [call.split()[-1] for call in calls if call.startswith("-m pip")]


def test_a_second_start_installs_nothing_and_a_new_lock_only_what_changed(project: Path) -> None:
    code, errors, calls = make(project, "install-test", python=GOOD)
    assert (code, errors) == (0, "")
    assert installs(calls) == ["requirements/run.lock", ".", "requirements/test.lock"]
    assert all("--require-hashes" in c or "--no-deps" in c for c in calls if c.startswith("-m pip"))
    _, _, calls = make(project, "install-test", python=GOOD)
    assert installs(calls) == []
    with (project / "requirements" / "test.lock").open("a") as lock:
        lock.write("# another\n")
    _, _, calls = make(project, "install-test", python=GOOD)
    assert installs(calls) == ["requirements/test.lock"]


def test_a_moved_folder_gets_a_new_environment(project: Path) -> None:
    make(project, "install", python=GOOD)
    moved = project.rename(project.with_name("moved"))
    _, _, calls = make(moved, "install", python=GOOD)
    assert any(call.startswith("-m venv --clear") for call in calls)


def test_an_environment_made_by_hand_is_kept(project: Path) -> None:
    hand = project / ".venv" / "bin" / "python"
    hand.parent.mkdir(parents=True)
    hand.write_text("#!/bin/sh\n")
    hand.chmod(0o755)
    code, _, calls = make(project, "venv", python=GOOD)
    assert (code, calls) == (0, [])


def test_help_names_every_target_that_the_readme_names(project: Path) -> None:
    done = subprocess.run([str(MAKE), "help"], cwd=project, capture_output=True, text=True, check=True)
    for target in ("run", "test", "test-fast", "check", "lock", "bench", "soak"):
        assert f"\nmake {target} " in f"\n{done.stdout}"
