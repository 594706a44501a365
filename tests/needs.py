"""What some tests need from the machine, and what to do when it is not there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MACOS_BROWSERS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)


@dataclass(frozen=True)
class Need:
    """One need: pytest marker, how to find it (None: not there), what to do, the variable that insists."""

    marker: str
    find: Callable[[], str | None]
    remedy: str
    insist: str | None = None

    @property
    def insisted(self) -> bool:
        """Whether a skip for this need counts as a failure."""
        return self.insist is not None and os.environ.get(self.insist) == "1"


def chromium_path() -> str | None:
    """Program of a Chromium-like browser: $CHROMIUM and nothing else when set, else the usual places."""
    named = os.environ.get("CHROMIUM")
    if named:
        return shutil.which(named)
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", *MACOS_BROWSERS)
    return next((found for name in names if (found := shutil.which(name))), None)


def database_url() -> str | None:
    """Address of a PostgreSQL database that tests may fill and empty."""
    return os.environ.get("TEST_DATABASE_URL") or None


def facts_dir() -> str | None:
    """Folder of the full table of facts: $FACTS_DIR, else the one beside the project."""
    return _folder("FACTS_DIR", "catalog-facts")


def choice_data_dir() -> str | None:
    """Folder of the public choice data: $CHOICE_DATA_DIR, else the one beside the project."""
    return _folder("CHOICE_DATA_DIR", "choice-data")


def _folder(variable: str, name: str) -> str | None:
    folder = Path(os.environ.get(variable) or ROOT.parent / "shared" / name)
    return str(folder) if folder.is_dir() else None


NEEDS = (
    Need(
        "browser",
        chromium_path,
        "install chromium: apt install chromium (macOS: brew install chromium), or set CHROMIUM",
        insist="REQUIRE_BROWSER",
    ),
    Need(
        "postgres",
        database_url,
        "set TEST_DATABASE_URL to an empty PostgreSQL database",
        insist="REQUIRE_POSTGRES",
    ),
    Need("facts", facts_dir, "set FACTS_DIR to the folder of the full table of facts"),
    Need("choice_data", choice_data_dir, "set CHOICE_DATA_DIR to the folder of the public choice data"),
)
