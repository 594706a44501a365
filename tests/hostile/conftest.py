"""Two doors over what is shipped: the JSON interface and pages, and the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Program
from tests.golden.shipped import shipped_environment, shipped_site
from tests.web.visitor import Site


@pytest.fixture(scope="session")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return shipped_site(tmp_path_factory.mktemp("hostile"))


@pytest.fixture
def program(tmp_path: Path) -> Program:
    state = tmp_path / "var"
    return Program({**shipped_environment(), "RECOMMENDER_STATE_DIR": str(state)}, tmp_path)
