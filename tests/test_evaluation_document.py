"""The evaluation page is made from its JSON, and from nothing else."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from recommender.services.evaluation_document import evaluation_page, main, put_section, table
from tests.needs import ROOT

DOCUMENT = ROOT / "docs" / "evaluation.json"


def metrics(ll: float, gain: float) -> dict[str, float]:
    same = {"tasks": 30, "persons": 2, "hit": 0.5, "hit_se": 0.02, "rho2": 0.1, "brier": 0.6, "ece": 0.0123}
    return {**same, "ll": ll, "ll_se": 0.01, "d_ll": gain, "d_ll_se": 0.004}


def estimators() -> dict[str, object]:
    cold = {"mnl": metrics(-1.0, 0.0), "good": metrics(-0.95, 0.05), "bad": metrics(-1.1, -0.1)}
    pairs = {"mnl": {"d_ll": 0.05, "d_ll_se": 0.004}, "bad": {"d_ll": 0.15, "d_ll_se": 0.006}}
    dataset = {
        "baseline": "mnl",
        "split": "5 folds",
        "people": {"fitted": 2, "scored": 2},
        "protocols": {"cold": cold, "warm0": cold, "warm4": {**cold, "good": metrics(-0.9, 0.1)}},
        "paired": {"cold": {"good": pairs}},
        "calibration": {"cold": {"good": [{"probability": 0.1, "chosen": 0.125, "rows": 9}]}},
        "fit_seconds": {"mnl": [0.1, 0.3], "good": [1.0, 3.0], "bad": [0.0, 0.0]},
        "notes": ["warm: tasks after the 12th of each person are predicted", "good: three classes are empty"],
    }
    return {
        "models": {"mnl": "one taste", "good": "many | tastes"},
        "most_ece": 0.015,
        "goals": {"tiny": {"cold": 0.06, "warm": 0.1}, "absent": {"cold": 0.1}},
        "datasets": {"tiny": dataset},
        "measured": "a machine",
    }


def test_the_page_is_fresh() -> None:
    page = DOCUMENT.with_suffix(".md").read_text(encoding="utf-8")
    remedy = "run: python -m recommender.services.evaluation_document"
    assert page == evaluation_page(json.loads(DOCUMENT.read_text(encoding="utf-8"))), remedy


def test_the_shipped_estimators_stand_beside_the_baselines() -> None:
    section = json.loads(DOCUMENT.read_text(encoding="utf-8"))["sections"]["estimators"]
    for found in section["datasets"].values():
        assert {"cold", "warm"} <= found["protocols"].keys()
        for by_model in found["protocols"].values():
            assert {"uniform", "mnl"} < by_model.keys()
            assert set(by_model) == set(section["models"])


def test_every_figure_of_the_json_is_on_the_page() -> None:
    page = evaluation_page({"sections": {"estimators": estimators()}})
    assert (
        "| good | -0.9500 ± 0.0100 | +0.0500 ± 0.0040 | 0.500 ± 0.020 | 0.1000 | 0.6000 | 0.0123 | 2.00 |"
        in page
    )
    assert "| mnl | -1.0000 ± 0.0100 |  | 0.500" in page, "the baseline is not compared with itself"
    assert "| tiny | cold | ECE ≤ 0.015 | good | 0.0123 | reached |" in page
    assert "| tiny | cold | ≥ 0.060 above mnl | good | +0.0500 ± 0.0040 | not reached |" in page
    assert "| tiny | warm |" not in page, "no goal without its figure"
    assert "| bad | +0.1500 ± 0.0060 |" in page
    assert re.search(r"\| model \| 0 \| 4 \|\n.*\n\| good \| \+0\.0500 \| \+0\.1000 \|", page)
    assert "| chosen | 0.125 |" in page
    assert "many / tastes" in page
    assert "- good: three classes are empty" in page
    assert "a machine" in page


def test_other_parts_add_their_sections(tmp_path: Path) -> None:
    path = tmp_path / "evaluation.json"
    plain = {
        "title": "Anything",
        "text": ["One paragraph."],
        "tables": [{"caption": "What:", "columns": ["a", "b"], "rows": [["x", 0.5], ["y", 1]]}],
        "measured": "a machine",
    }
    put_section("zebra", plain, path)
    put_section("estimators", estimators(), path)
    put_section("zebra", {**plain, "title": "Zebra"}, path)
    page = path.with_suffix(".md").read_text(encoding="utf-8")
    assert page.index("## Estimators") < page.index("## Zebra")
    assert "Anything" not in page
    assert "What:\n\n| a | b |\n| --- | --- |\n| x | 0.5 |\n| y | 1 |\n" in page
    assert set(json.loads(path.read_text(encoding="utf-8"))["sections"]) == {"zebra", "estimators"}
    put_section("rounded", {"title": "x", "tables": [{"columns": ["a"], "rows": [[1 / 3]]}]}, path)
    assert "| 0.333333 |" in path.with_suffix(".md").read_text(encoding="utf-8")
    with pytest.raises(ValueError, match="not JSON compliant"):
        put_section("nan", {"title": "x", "tables": [], "value": float("nan")}, path)


def test_the_command_writes_the_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "evaluation.json"
    path.write_text('{"sections": {}}', encoding="utf-8")
    main([str(path)])
    assert (tmp_path / "evaluation.md").read_text(encoding="utf-8").startswith("# Evaluation\n")
    assert "written" in capsys.readouterr().out


def test_a_table_keeps_its_columns() -> None:
    assert table(("a", "b"), [("x|y", 1)]) == "| a | b |\n| --- | --- |\n| x/y | 1 |\n"
