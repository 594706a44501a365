"""What serves keeps serving, whatever happens to the folder of models under it."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from recommender.storage.artefacts import current_version
from tests.cli.conftest import ANSWERS, Program
from tests.cli.test_serve import get, serving
from tests.golden.shipped import shipped_environment

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="gunicorn needs fork")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped models."""
    return Path(shutil.copytree(shipped_environment()["RECOMMENDER_MODELS_DIR"], tmp_path / "models"))


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-40])


def test_a_running_server_keeps_its_model(program: Program, folder: Path) -> None:
    version = current_version(folder)
    running = Program({**program.environment, "RECOMMENDER_MODELS_DIR": str(folder)}, program.folder)
    with serving(running, "--port", "0", "--workers", "1") as (_, address):
        status, before = get(address, "/api/v1/recommendations", body=ANSWERS.read_bytes())
        assert (status, json.loads(before)["model_version"]) == (200, version)
        (folder / "current.json").write_text('{"preference": "evidence-ffffffffff"}', encoding="utf-8")
        cut(folder / "preference" / version / "part_worths.csv")
        assert get(address, "/api/v1/recommendations", body=ANSWERS.read_bytes()) == (200, before)
        assert get(address, "/readyz")[0] == 200
        shutil.rmtree(folder)
        assert get(address, "/api/v1/recommendations", body=ANSWERS.read_bytes()) == (200, before)


def test_a_broken_model_cannot_become_current(program: Program, folder: Path) -> None:
    version = current_version(folder)
    other = folder / "preference" / "survey-0"
    shutil.copytree(folder / "preference" / version, other)
    cut(other / "part_worths.csv")
    ended = program("promote", "survey-0", "--format", "json", RECOMMENDER_MODELS_DIR=str(folder))
    assert ended.status == 2
    assert any("survey-0" in error["path"] for error in json.loads(ended.err)["errors"])
    assert current_version(folder) == version
    served = program("recommend", str(ANSWERS), "--format", "json", RECOMMENDER_MODELS_DIR=str(folder))
    assert json.loads(served.out)["model_version"] == version


def test_a_model_under_another_name_is_refused(program: Program, folder: Path) -> None:
    version = current_version(folder)
    shutil.copytree(folder / "preference" / version, folder / "preference" / "evidence-0000000000")
    ended = program("promote", "evidence-0000000000", RECOMMENDER_MODELS_DIR=str(folder))
    assert ended.status == 2
    assert current_version(folder) == version
