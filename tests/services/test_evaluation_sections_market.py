"""The market check as a section of the evaluation: every figure of the page comes from the JSON."""

from __future__ import annotations

import copy
import json
import re

from recommender.services.evaluation_document import evaluation_page
from recommender.services.evaluation_sections_market import market_document, market_section
from tests.needs import ROOT

ROW = {
    "spearman": 0.25,
    "spearman_interval": [0.1, 0.4],
    "squared_error": 4.5,
    "squared_error_interval": [3.5, 5.5],
}
DIFFERENCE = {"d_spearman": 0.125, "d_spearman_interval": [-0.0625, 0.3]}
FIGURES = {
    "lines": 41,
    "people": 77,
    "folds": 10,
    "repeats": 3,
    "month": "June 2026",
    "rows": [{"name": "alone", **ROW}, {"name": "fitted | twice", **ROW, **DIFFERENCE}],
    "pairs": [{"one": "alone", "other": "fitted", **DIFFERENCE}],
    "anchors": {
        "BEV": {
            "published": 0.6,
            "before": 0.7,
            "after": 0.65,
            "constant": -0.5,
            "error": 0.2,
            "shift": -0.1,
            "shift_error": 0.05,
        }
    },
    "table_rows": {"price": [0.24, 0.22]},
    "measured": "a machine",
}


def test_the_page_holds_the_figures() -> None:
    page = market_section(market_document(FIGURES))
    assert "41 lines, 77 buyers" in page
    assert "| alone | 0.250 (0.100 … 0.400) | 4.50 (3.50 … 5.50) |  |" in page
    assert "+0.125 (-0.062 … 0.300)" in page
    assert "| BEV | 60.0 % | 70.0 % | 65.0 % | -0.50 ± 0.20 | -0.100 ± 0.050 |" in page
    assert "| price | 0.24 | 0.22 |" in page
    assert page.rstrip().endswith("Measured on a machine.")


def test_it_stands_in_the_whole_evaluation() -> None:
    section = json.loads(json.dumps(market_document(FIGURES), allow_nan=False))
    page = evaluation_page({"sections": {"market": section}})
    assert "## Market check" in page
    assert "| BEV | 60.0 % | 70.0 % | 65.0 % |" in page


def test_the_shipped_section_is_made_of_its_figures_and_holds_no_sales() -> None:
    document = json.loads((ROOT / "docs" / "evaluation.json").read_text(encoding="utf-8"))
    section = document["sections"]["market"]
    figures = copy.deepcopy(section["figures"])
    assert json.loads(json.dumps(market_document(figures))) == section
    models = (ROOT / "data" / "catalogue" / "models.csv").read_text(encoding="utf-8").splitlines()[1:]
    ids = {row.split(",")[0] for row in models}
    assert not ids & set(re.findall(r"[a-z0-9.-]+", json.dumps(section))), "no line is named"
