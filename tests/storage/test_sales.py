"""Sales by line: what is read, and that every fault is named with its cell."""

from __future__ import annotations

from pathlib import Path

import pytest

from recommender.domain.errors import Rejected
from recommender.registry.load import load_registry
from recommender.storage.sales import read_sales
from tests.builders import make_catalogue

MODELS = make_catalogue(load_registry()).models
FIRST, SECOND = sorted(MODELS)[:2]


def refused(path: Path) -> dict[str, str]:
    with pytest.raises(Rejected) as refusal:
        read_sales(path, MODELS)
    return {problem.path: problem.code for problem in refusal.value.problems}


def test_units_by_line(tmp_path: Path) -> None:
    path = tmp_path / "sales.csv"
    path.write_text(f"model_id,units\n{FIRST},120\n{SECOND},0\n", encoding="utf-8-sig")
    assert read_sales(path, MODELS) == {FIRST: 120.0, SECOND: 0.0}


def test_every_fault_is_named(tmp_path: Path) -> None:
    path = tmp_path / "sales.csv"
    text = f"model_id,units\n{FIRST},many\nno-such-line,5\n{FIRST},-1\n{SECOND},\n,7\n{SECOND},nan\n"
    path.write_text(text, encoding="utf-8")
    assert refused(path) == {
        "sales.csv:2:units": "catalogue_not_a_number",
        "sales.csv:3:model_id": "catalogue_unknown_id",
        "sales.csv:4:units": "catalogue_bounds",
        "sales.csv:4:model_id": "catalogue_duplicate_id",
        "sales.csv:5:units": "catalogue_required",
        "sales.csv:6:model_id": "catalogue_required",
        "sales.csv:7:model_id": "catalogue_duplicate_id",
        "sales.csv:7:units": "catalogue_not_a_number",
    }


def test_no_file_and_no_table(tmp_path: Path) -> None:
    assert refused(tmp_path / "none.csv") == {"none.csv": "file_unreadable"}
    path = tmp_path / "sales.csv"
    path.write_bytes(b"\xff\xfe")
    assert refused(path) == {"sales.csv": "catalogue_unreadable"}
    path.write_text(f"model,units\n{FIRST},3\n", encoding="utf-8")
    assert refused(path)["sales.csv:1:model_id"] == "catalogue_column_missing"
