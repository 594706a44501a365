"""A person at the pages: every page fetched in any test is checked against the rules of every page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from recommender.choice.evidence_model import EvidenceModel
from recommender.choice.prior import build_prior
from recommender.registry.load import load_registry
from recommender.registry.model import Registry
from recommender.services.market import make_market
from recommender.settings import Settings
from recommender.storage.migrate import upgrade
from recommender.workspace import Workspace
from tests.builders import make_catalogue
from tests.web.pages import Page, complaints
from web import create_app

Fields = Mapping[str, str | Sequence[str]]
NOW = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)


@dataclass
class Clock:
    now: dt.datetime = NOW

    def __call__(self) -> dt.datetime:
        return self.now


@dataclass
class Site:
    """An application over invented cars and a database of its own."""

    workspace: Workspace
    app: Flask
    clock: Clock

    @property
    def registry(self) -> Registry:
        return self.workspace.registry


def make_workspace(folder: Path, registry: Registry | None = None, **changes: object) -> Workspace:
    """Invented cars, the prior model; the database is opened on first use."""
    registry = registry or load_registry()
    catalogue = make_catalogue(registry)
    model = EvidenceModel(build_prior(registry, catalogue.columns, "test"))
    settings = Settings.model_validate(
        {"state_dir": folder, "rate_limit": "0", "secret_key": "k" * 32, **changes}
    )
    return Workspace(settings, registry, make_market(registry, catalogue, model), Clock())


def make_site(folder: Path, registry: Registry | None = None, **changes: object) -> Site:
    workspace = make_workspace(folder, registry, **changes)
    upgrade(workspace.database)
    app = create_app(workspace.settings, workspace)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    assert isinstance(workspace.clock, Clock)
    return Site(workspace, app, workspace.clock)


@dataclass
class Visitor:
    """Follows links and posts forms with the token of the page in hand."""

    site: Site
    client: FlaskClient = field(init=False)
    page: Page | None = None
    language: str = "zh"

    def __post_init__(self) -> None:
        self.client = self.site.app.test_client()

    def get(self, address: str, status: int = 200) -> Page:
        response = self.client.get(address, headers={"Accept-Language": self.language})
        return self._read(self._followed(response), status)

    def post(
        self, address: str, fields: Fields | None = None, status: int = 200, token: str | None = None
    ) -> Page:
        assert self.page is not None, "a form is posted from a page"
        response = self.send(address, fields, self.page.token() if token is None else token)
        return self._read(self._followed(response), status)

    def send(self, address: str, fields: Fields | None, token: str) -> TestResponse:
        """Post without following what the answer points to."""
        posted: MultiDict[str, str] = MultiDict({"csrf_token": token})
        for name, value in (fields or {}).items():
            posted.setlist(name, [value] if isinstance(value, str) else list(value))
        return self.client.post(address, data=posted, headers={"Accept-Language": self.language})

    def answer(
        self, page_id: str, fields: Fields | None = None, status: int = 200, action: str = "next"
    ) -> Page:
        self.get(f"/find/{page_id}")
        return self.post(f"/find/{page_id}", {**(fields or {}), "action": action}, status)

    def result(self, fields: Mapping[str, Fields] | None = None) -> Page:
        """Answer some pages, check, and come to the result."""
        for page_id, answers in (fields or {}).items():
            self.answer(page_id, answers)
        self.get("/check")
        page = self.post("/check")
        assert self.address.startswith("/r/"), self.address
        return page

    @property
    def address(self) -> str:
        return self._address

    def _followed(self, response: TestResponse) -> TestResponse:
        hops = 0
        while response.status_code in (302, 303) and hops < 5:
            assert response.status_code == 303, "after a form the next page is fetched"
            response = self.client.get(response.location, headers={"Accept-Language": self.language})
            hops += 1
        return response

    def _read(self, response: TestResponse, status: int) -> Page:
        assert response.mimetype == "text/html", response.mimetype
        page = Page(response.get_data(as_text=True), response.status_code, dict(response.headers))
        assert page.status == status, f"{page.status}: {page.text()[:500]}"
        assert complaints(page) == []
        self.page, self._address = page, response.request.path
        return page
