"""Plumbing of the test run: counted, explained skips; Hypothesis profiles; what the machine offers."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import settings

from tests import needs

# No test depends on how fast a machine is; CI tries the same examples each time, `make soak` very many.
settings.register_profile("default", deadline=None, derandomize=os.environ.get("CI") == "true")
settings.register_profile("soak", deadline=None, max_examples=5_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def pytest_runtest_setup(item: pytest.Item) -> None:
    for need in needs.NEEDS:
        if item.get_closest_marker(need.marker) and need.find() is None:
            pytest.skip(need.remedy)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn any skip of a test whose need is insisted on into a failure."""
    report = yield
    for need in needs.NEEDS:
        if report.skipped and need.insisted and item.get_closest_marker(need.marker):
            report.outcome = "failed"
            report.longrepr = f"skipped, though {need.insist}=1: {_reason(report)}"
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    for need in needs.NEEDS:
        mine = [report for report in skipped if need.marker in report.keywords]
        for reason, count in sorted(Counter(map(_reason, mine)).items()):
            tests = "test" if count == 1 else "tests"
            terminalreporter.write_line(f"{count} {need.marker} {tests} skipped: {reason}")


def _reason(report: pytest.TestReport) -> str:
    where = report.longrepr
    text = where[2] if isinstance(where, tuple) else str(where)
    return text.removeprefix("Skipped: ")


@pytest.fixture(scope="session")
def chromium() -> str:
    """Program of the browser; for tests marked `browser`."""
    return _found(needs.chromium_path(), "browser")


@pytest.fixture(scope="session")
def facts_dir() -> Path:
    """Folder of the full table of facts; for tests marked `facts`."""
    return Path(_found(needs.facts_dir(), "facts"))


@pytest.fixture(scope="session")
def choice_data_dir() -> Path:
    """Folder of the public choice data; for tests marked `choice_data`."""
    return Path(_found(needs.choice_data_dir(), "choice_data"))


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """Address of the test database; for tests marked `postgres`."""
    return _found(needs.database_url(), "postgres")


def _found(value: str | None, marker: str) -> str:
    if value is None:
        pytest.fail(f"a test uses this fixture without the marker {marker!r}")
    return value
