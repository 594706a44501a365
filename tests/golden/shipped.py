"""What a stranger gets who clones the project: the shipped catalogue and model, nothing built here."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from recommender.services.documents import recommendation_document
from recommender.settings import load_settings
from recommender.storage.migrate import upgrade
from recommender.workspace import Workspace, open_workspace
from tests.needs import ROOT
from tests.web.visitor import Clock, Site
from web import create_app

DATE = "2026-11-22"
NOON = dt.datetime(2026, 11, 22, 4, 0, tzinfo=dt.UTC)
"""Noon of that day in China: a request without a date means this day."""

SAMPLES = {path.stem: path for path in sorted((ROOT / "data" / "sample" / "answers").glob("*.json"))}
Json = dict[str, object]


def shipped_environment() -> dict[str, str]:
    """The variables that name the shipped folders, whatever the current folder is."""
    return {
        "RECOMMENDER_CATALOGUE_DIR": str(ROOT / "data" / "catalogue"),
        "RECOMMENDER_MODELS_DIR": str(ROOT / "models"),
    }


@cache
def shipped_workspace(state: Path | None = None) -> Workspace:
    """Read once for all tests of a process; ``state`` for a database of its own."""
    environment = shipped_environment() | ({"RECOMMENDER_STATE_DIR": str(state)} if state else {})
    settings = load_settings(environment, rate_limit="0", secret_key="k" * 32)
    return open_workspace(settings, with_database=False, clock=lambda: NOON)


def shipped_site(state: Path) -> Site:
    """The application over what is shipped, with a database of its own in ``state``."""
    clock = Clock(NOON)
    workspace = replace(shipped_workspace(state), clock=clock)
    upgrade(workspace.database)
    app = create_app(workspace.settings, workspace)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return Site(workspace, app, clock)


def result(request: Mapping[str, object] | bytes, **overrides: object) -> Json:
    """The JSON of the contract for a request on what is shipped."""
    found = shipped_workspace().recommend(request, overrides)
    return dict(json.loads(json.dumps(recommendation_document(found), allow_nan=False)))


def sample(name: str) -> Json:
    """One of the twelve files, as values."""
    return dict(json.loads(SAMPLES[name].read_text(encoding="utf-8")))
