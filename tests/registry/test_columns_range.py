"""Figures of a columns file that no column of choices can need."""

from __future__ import annotations

from pathlib import Path

import pytest

from recommender.domain.errors import Rejected
from recommender.registry.columns_file import read_columns_file


@pytest.mark.parametrize(
    ("key", "figure"),
    [("scale", "1e-300"), ("scale", "1e13"), ("reference", "1e300"), ("reference", "-1e13")],
)
def test_figures_that_no_column_has_are_named(tmp_path: Path, key: str, figure: str) -> None:
    path = tmp_path / "f.toml"
    path.write_text(f'[[attribute]]\ncolumn = "price"\nkind = "number"\n{key} = {figure}\n', encoding="utf-8")
    with pytest.raises(Rejected) as refusal:
        read_columns_file(path)
    assert [(p.path, p.code) for p in refusal.value.problems] == [
        (f"f.toml:[[attribute]] 1:{key}", "columns_range")
    ]
