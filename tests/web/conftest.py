"""One site for the module's reading tests, fresh databases where state matters."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.web.visitor import Site, Visitor, make_site


@pytest.fixture(scope="session")
def shared_site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """For tests that do not mind each other's drafts and results."""
    return make_site(tmp_path_factory.mktemp("site"))


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """With a database and a clock of its own."""
    return make_site(tmp_path)


@pytest.fixture
def visitor(shared_site: Site) -> Visitor:
    return Visitor(shared_site)


@pytest.fixture
def english(shared_site: Site) -> Visitor:
    return Visitor(shared_site, language="en")
