"""A served copy of the project's own catalogue, and a real browser that looks at it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response, sync_playwright
from werkzeug.serving import make_server

from recommender.choice.evidence_model import EvidenceModel
from recommender.choice.prior import build_prior
from recommender.registry.load import load_registry
from recommender.services.market import make_market
from recommender.settings import Settings
from recommender.storage.catalogue import read_catalogue
from recommender.storage.migrate import upgrade
from recommender.workspace import Workspace
from web import create_app

ROOT = Path(__file__).resolve().parents[2]
SCREENSHOTS = ROOT / "var" / "screenshots"


@dataclass
class Sight:
    """A page in a browser, and everything that went wrong on it."""

    page: Page
    address: str
    name: str
    scripts: bool = True
    faults: list[str] = field(default_factory=list)
    pictures: int = 0

    def watch(self) -> None:
        host = urlsplit(self.address).netloc

        def heard(message: ConsoleMessage) -> None:
            # A page that answers 404 or 422 is an error to the console, not to us; files are watched below.
            refused = message.text.startswith("Failed to load resource")
            if message.type in ("error", "warning") and not refused:
                self.faults.append(f"console: {message.text}")

        def asked(request: Request) -> None:
            if urlsplit(request.url).netloc not in ("", host):
                self.faults.append(f"other site: {request.url}")

        def answered(response: Response) -> None:
            if response.status >= 400 and response.request.resource_type != "document":
                self.faults.append(f"{response.status}: {response.url}")

        self.page.on("console", heard)
        self.page.on("response", answered)
        self.page.on("request", asked)
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        self.page.on("dialog", lambda dialog: self.faults.append(f"dialog: {dialog.message}"))

    def go(self, path: str) -> None:
        self.page.goto(self.address + path)

    def press(self, words: str) -> None:
        self.page.get_by_role("button", name=words, exact=True).click()

    def look(self, what: str) -> None:
        """Take a picture, check it for accessibility and for sideways scrolling."""
        self.pictures += 1
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        picture = SCREENSHOTS / f"{self.name}-{self.pictures:02d}-{what}.png"
        self.page.screenshot(path=str(picture), full_page=True)
        if not self.scripts:
            return  # the checker is a script itself; the same pages are checked with scripts
        if self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            self.faults.append(f"{what}: scrolls sideways")
        found = Axe().run(self.page)
        for violation in found.response["violations"]:
            nodes = [node["html"][:200] for node in violation["nodes"][:3]]
            self.faults.append(f"{what}: {violation['id']}: {nodes}")


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the shop window over the shipped catalogue."""
    registry = load_registry()
    catalogue = read_catalogue(ROOT / "data" / "catalogue", registry)
    model = EvidenceModel(build_prior(registry, catalogue.columns, "browser-test"))
    settings = Settings.model_validate(
        {"state_dir": tmp_path_factory.mktemp("state"), "rate_limit": "0", "secret_key": "k" * 32}
    )
    workspace = Workspace(settings, registry, make_market(registry, catalogue, model))
    upgrade(workspace.database)
    server = make_server("127.0.0.1", 0, create_app(settings, workspace), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
    workspace.database.close()


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        program = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield program
        program.close()


@pytest.fixture
def sight(browser: Browser, served: str) -> Callable[..., object]:
    """``with sight(name, width=…, javascript=…, dark=…, lang=…) as s``: at the end nothing may be wrong."""

    @contextmanager
    def open_sight(
        name: str, *, lang: str, width: int = 1280, javascript: bool = True, dark: bool = False
    ) -> Iterator[Sight]:
        context = browser.new_context(
            locale=lang,
            viewport={"width": width, "height": 800},
            java_script_enabled=javascript,
            color_scheme="dark" if dark else "light",
        )
        seen = Sight(context.new_page(), served, name, javascript)
        seen.watch()
        try:
            yield seen
        finally:
            context.close()
        assert seen.faults == []

    return open_sight
