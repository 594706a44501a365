"""Skips are counted with a remedy, and an insisted need turns a skip into a failure."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import needs

TESTS = """
import pytest

@pytest.mark.browser
@pytest.mark.parametrize("page", [1, 2])
def test_page(page): ...

@pytest.mark.postgres
def test_row(): pytest.skip("server too old")

@pytest.mark.facts
def test_fact(facts_dir): assert facts_dir.is_dir()

def test_plain(): ...
"""


def run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the four small tests above under the project's own conftest, without browser or database."""
    (folder / "conftest.py").write_text((needs.ROOT / "tests" / "conftest.py").read_text())
    (folder / "test_small.py").write_text(TESTS)
    (folder / "facts").mkdir(exist_ok=True)
    markers = "\n".join(f"  {need.marker}" for need in needs.NEEDS)
    (folder / "pytest.ini").write_text(f"[pytest]\nmarkers =\n{markers}\n")
    world = {key: value for key, value in os.environ.items() if not key.startswith(("REQUIRE_", "PYTEST_"))}
    world |= {
        "PYTHONPATH": str(needs.ROOT),
        "CHROMIUM": "no-such-browser",
        "FACTS_DIR": str(folder / "facts"),
    }
    world |= {"TEST_DATABASE_URL": "postgresql://nowhere"} | environment
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, cwd=folder, env=world, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("workers", [(), ("-n", "1")])
def test_skips_are_counted_with_their_remedy(tmp_path: Path, workers: tuple[str, ...]) -> None:
    done = run(tmp_path, *workers)
    assert done.returncode == 0, done.stdout
    assert "2 browser tests skipped: install chromium: apt install chromium" in done.stdout
    assert "1 postgres test skipped: server too old" in done.stdout
    assert "facts test" not in done.stdout
    assert "2 passed, 3 skipped" in done.stdout.splitlines()[-1]


def test_an_insisted_need_makes_each_skip_a_failure(tmp_path: Path) -> None:
    done = run(tmp_path, REQUIRE_BROWSER="1", REQUIRE_POSTGRES="1")
    assert done.returncode == 1
    assert "skipped, though REQUIRE_BROWSER=1: install chromium" in done.stdout
    assert "skipped, though REQUIRE_POSTGRES=1: server too old" in done.stdout
    assert "skipped" not in done.stdout.splitlines()[-1]


def test_an_absent_folder_is_skipped_and_counted(tmp_path: Path) -> None:
    done = run(tmp_path, FACTS_DIR=str(tmp_path / "gone"))
    assert done.returncode == 0, done.stdout
    assert "1 facts test skipped: set FACTS_DIR" in done.stdout


def test_the_browser_that_is_named_is_the_one_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "google-chrome"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)
    assert needs.chromium_path() == str(program)
    monkeypatch.setenv("CHROMIUM", "another-browser")
    assert needs.chromium_path() is None
    monkeypatch.setenv("CHROMIUM", str(program))
    assert needs.chromium_path() == str(program)
