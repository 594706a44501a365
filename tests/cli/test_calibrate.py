"""``recommender calibrate``: sales in, a version out that serves only when it is promoted."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from recommender.storage.artefacts import current_version, versions
from tests.cli.conftest import Program
from tests.cli.test_commands import errors
from tests.needs import ROOT


@pytest.fixture
def own_models(models: Path, tmp_path: Path) -> Path:
    """Models that the test may change."""
    return Path(shutil.copytree(models, tmp_path / "models"))


def lines(count: int) -> str:
    """Sales that fall from line to line in the order of their ids, which no taste explains."""
    table = (ROOT / "data" / "catalogue" / "models.csv").read_text(encoding="utf-8").splitlines()[1:]
    ids = [row.split(",")[0] for row in table][:count]
    return "model_id,units\n" + "".join(f"{name},{9000 - 7 * n}\n" for n, name in enumerate(ids))


def test_a_version_is_written_and_what_serves_stays(
    program: Program, own_models: Path, tmp_path: Path
) -> None:
    sales = tmp_path / "sales.csv"
    sales.write_text(lines(200), encoding="utf-8")
    before = current_version(own_models)
    arguments = ("calibrate", str(sales), "--people", "60", "--source", "a test", "--format", "json")
    ended = program(*arguments, RECOMMENDER_MODELS_DIR=str(own_models))
    assert (ended.status, ended.err) == (0, "")
    said = json.loads(ended.out)
    assert said["version"] in versions(own_models)
    assert (said["kind"], said["kept"]) == ("market", False)
    assert current_version(own_models) == before
    card = (own_models / "preference" / said["version"] / "card.md").read_text(encoding="utf-8")
    assert "a test" in card
    promoted = program("promote", said["version"], RECOMMENDER_MODELS_DIR=str(own_models))
    assert promoted.status == 0, promoted.err


def test_bad_sales_are_refused_whole(program: Program, own_models: Path, tmp_path: Path) -> None:
    sales = tmp_path / "sales.csv"
    none = program("calibrate", str(sales), "--format", "json", RECOMMENDER_MODELS_DIR=str(own_models))
    assert (none.status, errors(none.err)) == (2, {"sales.csv": "file_unreadable"})
    sales.write_text("model_id,units\nno-such-line,3\naito-m5,some\n", encoding="utf-8")
    ended = program("calibrate", str(sales), "--format", "json", RECOMMENDER_MODELS_DIR=str(own_models))
    assert ended.status == 2
    assert errors(ended.err) == {
        "sales.csv:2:model_id": "catalogue_unknown_id",
        "sales.csv:3:units": "catalogue_not_a_number",
    }
    sales.write_text(lines(20), encoding="utf-8")
    few = program(
        "calibrate", str(sales), "--people", "60", "--format", "json", RECOMMENDER_MODELS_DIR=str(own_models)
    )
    assert (few.status, list(errors(few.err).values())) == (2, ["sales_too_few_lines"])


@pytest.mark.parametrize("units", ["", ",0", ",0.0"])
def test_sales_of_nothing_are_too_few(program: Program, own_models: Path, tmp_path: Path, units: str) -> None:
    sales = tmp_path / "sales.csv"
    header, *rows = lines(60).splitlines()
    kept = [row.split(",")[0] + units for row in rows] if units else []
    sales.write_text("\n".join([header, *kept]) + "\n", encoding="utf-8")
    ended = program(
        "calibrate", str(sales), "--people", "60", "--format", "json", RECOMMENDER_MODELS_DIR=str(own_models)
    )
    assert (ended.status, list(errors(ended.err).values())) == (2, ["sales_too_few_lines"])
