"""The model before the market: a simulated crowd against June-2026 sales by line, ridges beside, and the
re-anchoring of the powertrains on national totals.

Sales come from the folder of facts and stay there. Writes section "market" of docs/evaluation.json with
--write; exit status 1 when the figures of the registry are not those found here.

    python -m bench.market_check [--people 600] [--write]
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from bench.machine import describe_machine, pin_threads

pin_threads()

import numpy as np  # noqa: E402  # after the threads are pinned, as all below
from numpy.typing import NDArray  # noqa: E402
from sklearn.linear_model import RidgeCV  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import StandardScaler  # noqa: E402

from recommender.choice.artefact import Floats  # noqa: E402
from recommender.choice.market_fit import spearman  # noqa: E402
from recommender.domain.catalogue import Catalogue  # noqa: E402
from recommender.registry.load import load_registry  # noqa: E402
from recommender.registry.model import Registry  # noqa: E402
from recommender.services.crowd import Crowd, simulate_crowd  # noqa: E402
from recommender.services.evaluation_document import put_section  # noqa: E402
from recommender.services.evaluation_sections_market import market_document, market_section  # noqa: E402
from recommender.services.market import Market  # noqa: E402
from recommender.services.market_check import (  # noqa: E402
    FIRST_CHOICE,
    FOLDS,
    LineData,
    Predict,
    calibrated,
    figures,
    folds_of,
    line_data,
    nested,
    out_of_fold,
    uncalibrated,
)
from recommender.services.train import prior_market  # noqa: E402
from recommender.services.train_market import (  # noqa: E402
    AS_BELIEVED,
    anchor_powertrains,
    brands_of,
    of_taste,
    simulated_totals,
    without_market,
)
from recommender.storage.catalogue import read_catalogue  # noqa: E402
from recommender.storage.facts_names import LINE_ALIASES, line_name, plain_zh  # noqa: E402
from recommender.storage.facts_tables import Facts, read_facts  # noqa: E402
from tests.needs import ROOT, facts_dir  # noqa: E402

TODAY = dt.date(2026, 6, 30)
MONTH = "June 2026"
MONTHS = ("2026-04", "2026-05", "2026-06")
TOTALS = {
    "BEV": "national_passengerBevRetail",
    "PHEV": "national_passengerPhevRetail",
    "EREV": "national_passengerErevRetail",
}
REPEATS = 3
ANCHOR_PEOPLE = 2000
ALPHAS = np.logspace(-1, 4, 20)
LOOSE = "calibrated as loosely as lines left out like"
LOOSE_BRANDED = "the same, with brands known from other lines"
RIDGE, RIDGE_BRANDED = "ridge, attributes", "ridge, attributes and brand"
PAIRS = ((LOOSE, RIDGE), (LOOSE_BRANDED, RIDGE_BRANDED))


def sales_of(facts: Facts, catalogue: Catalogue) -> dict[str, float]:
    """Cars sold by line of the catalogue. The table repeats a line's sales for each powertrain: once here."""
    named = (*facts.rows("lines_2026_09.csv"), *facts.rows("trims.csv"))
    line_of = {plain_zh(row["model_zh"]): _model_id(row) for row in named}
    sold: dict[str, dict[str, float]] = {}
    for row in facts.rows("model_lines_2026.csv"):
        line = line_of.get(plain_zh(row["model_zh"]))
        if row["sales_units"] and line in catalogue.models:
            sold.setdefault(str(line), {})[row["model_zh"]] = float(row["sales_units"])
    return {line: sum(names.values()) for line, names in sold.items()}


def _model_id(row: Mapping[str, str]) -> str:
    brand, model = LINE_ALIASES.get((row["brand"], row["model"]), (row["brand"], row["model"]))
    return line_name(brand, row.get("brand_zh", ""), model, row["model_zh"]).model_id


def totals_of(folder: Path) -> dict[str, float]:
    """National retail by powertrain over the months."""
    with (folder / "market_facts.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["date"] in MONTHS]
    return {
        name: sum(float(row["value"]) for row in rows if row["fact"] == fact) for name, fact in TOTALS.items()
    }


def ridge(design: Floats, log_sales: Floats) -> Predict:
    """Ridge on standardised columns, its strength by leave-one-out on the lines seen."""

    def predict(seen: NDArray[np.intp], left_out: NDArray[np.intp], seed: int) -> Floats:
        model = make_pipeline(StandardScaler(), RidgeCV(ALPHAS))
        model.fit(design[seen], log_sales[seen])
        made: Floats = model.predict(design[left_out])
        return made

    return predict


def indicators(codes: NDArray[np.intp]) -> Floats:
    return np.asarray(codes[:, None] == np.unique(codes), dtype=np.float64)


def compared(shipped: LineData, before: LineData) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """Every prediction's figures, the differences paired with the shipped model; then other pairs."""
    sold, count = shipped.log_sales, len(shipped)
    base = np.tile(uncalibrated(shipped), (REPEATS, 1))
    year = np.array([name == "model_year" for name in shipped.columns])
    price, cars = shipped.design[:, -1:], shipped.design
    year_only = replace(shipped, prior_sd=np.where(year, shipped.prior_sd, 0.0))
    branded = np.column_stack([cars, indicators(shipped.brand)])
    loose, loose_branded = nested(shipped)

    def fitted(data: LineData) -> Floats:
        return _made(calibrated(data, AS_BELIEVED, with_brand=False), count)

    made = {
        "crowd of the model before re-anchoring": np.tile(uncalibrated(before), (REPEATS, 1)),
        "crowd, first choice": np.tile(uncalibrated(shipped, FIRST_CHOICE), (REPEATS, 1)),
        "calibrated within the evidence's spread": fitted(of_taste(shipped)),
        "the same, model year alone": fitted(year_only),
        LOOSE: _made(loose, count),
        LOOSE_BRANDED: _made(loose_branded, count),
        "ridge, price alone": _made(ridge(np.column_stack([price, price**2]), sold), count),
        RIDGE: _made(ridge(cars, sold), count),
        RIDGE_BRANDED: _made(ridge(branded, sold), count),
    }
    first: dict[str, object] = {
        "name": "crowd of the shipped model, nothing fitted to lines",
        **figures(base, sold),
    }
    rows = [first, *({"name": name, **figures(rows, sold, base)} for name, rows in made.items())]
    return rows, [pair_of(*names, made, sold) for names in PAIRS]


def pair_of(one: str, other: str, made: Mapping[str, Floats], sold: Floats) -> dict[str, object]:
    """The paired difference of two predictions."""
    found = figures(made[one], sold, made[other])
    return {
        "one": one,
        "other": other,
        **{key: value for key, value in found.items() if key.startswith("d_")},
    }


def _made(predict: Predict, count: int) -> Floats:
    return out_of_fold(predict, count, REPEATS)


def on_table_rows(facts: Facts) -> dict[str, list[float]]:
    """Ridges on the printed columns of the sales table: rows split alone, and lines kept together."""
    rows = [row for row in facts.rows("model_lines_2026.csv") if row["sales_units"]]
    sold = np.log([float(row["sales_units"]) for row in rows])
    price = np.log([[float(row["price_min_cny"]), float(row["price_max_cny"])] for row in rows])
    words = [_codes(rows, key) for key in ("powertrain", "body_type", "seats", "newest_model_year")]
    trims = np.array([[float(row["trim_count"])] for row in rows])
    cars = np.column_stack([price, price**2, trims, *map(indicators, words)])
    designs = {
        "price": np.column_stack([price[:, :1], price[:, :1] ** 2]),
        "attributes": cars,
        "attributes and brand": np.column_stack([cars, indicators(_codes(rows, "brand_zh"))]),
    }
    line = _codes(rows, "model_zh")
    return {
        name: [round(_table_score(design, sold, groups), 3) for groups in (np.arange(len(rows)), line)]
        for name, design in designs.items()
    }


def _codes(rows: list[Mapping[str, str]], key: str) -> NDArray[np.intp]:
    return np.unique([row[key] for row in rows], return_inverse=True)[1].astype(np.intp)


def _table_score(design: Floats, sold: Floats, groups: NDArray[np.intp]) -> float:
    """Mean rank correlation of out-of-fold predictions when rows of one group stay in one fold."""
    found = []
    for repeat in range(REPEATS):
        fold = folds_of(int(groups.max()) + 1, FOLDS, repeat)[groups]
        made = np.empty(len(sold))
        for number in range(FOLDS):
            seen, left_out = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
            made[left_out] = ridge(design, sold)(seen, left_out, repeat)
        found.append(spearman(made, sold))
    return float(np.mean(found))


def anchors_of(before: Market, after: Market, totals: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """What the totals say of each powertrain, and how near the crowd comes without and with the shifts."""
    first, then = (_crowd(market, ANCHOR_PEOPLE) for market in (before, after))
    found = anchor_powertrains(first, totals, before.model.artefact)
    simulated, reached = simulated_totals(first), simulated_totals(then)
    return {
        name: {
            "published": round(totals[name] / sum(totals.values()), 4),
            "before": round(simulated[name], 4),
            "after": round(reached[name], 4),
            **{
                key: round(float(getattr(anchor, key)), 4)
                for key in ("constant", "error", "shift", "shift_error")
            },
        }
        for name, anchor in found.items()
    }


def _crowd(market: Market, people: int) -> Crowd:
    return simulate_crowd(market, people=people, today=TODAY, seed=0)


def differing(registry: Registry, anchors: Mapping[str, Mapping[str, float]]) -> list[str]:
    """Registry figures that are further from those found here than half of their error."""
    rows = {p.level: p.market for p in registry.part_worths if p.attribute == "powertrain"}
    found = []
    for name, anchor in anchors.items():
        written = rows.get(name)
        if written is None or abs(written.shift - anchor["shift"]) > 0.5 * anchor["shift_error"]:
            found.append(f"powertrain={name}: registry {written}, here {anchor['shift']:+.3f}")
    return found


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=600)
    parser.add_argument("--write", action="store_true", help="put the section into docs/evaluation.json")
    arguments = parser.parse_args()
    folder = facts_dir()
    if folder is None:
        print("market_check: skipped, FACTS_DIR is not set")
        return 0
    facts, registry = read_facts(Path(folder)), load_registry()
    catalogue = read_catalogue(ROOT / "data" / "catalogue", registry)
    after = prior_market(registry, catalogue)
    before = prior_market(without_market(registry), catalogue)
    sales = sales_of(facts, catalogue)
    shipped, earlier = (
        line_data(_crowd(market, arguments.people), sales, brands_of(market), market.model.artefact, registry)
        for market in (after, before)
    )
    rows, pairs = compared(shipped, earlier)
    anchors = anchors_of(before, after, totals_of(Path(folder)))
    found = {
        "lines": len(shipped),
        "people": len(shipped.utility),
        "folds": FOLDS,
        "repeats": REPEATS,
        "month": MONTH,
        "rows": rows,
        "pairs": pairs,
        "anchors": anchors,
        "table_rows": on_table_rows(facts),
        "measured": describe_machine(),
    }
    section = market_document(found)
    print(market_section(section))
    if arguments.write:
        put_section("market", section, ROOT / "docs" / "evaluation.json")
    faults = differing(registry, anchors)
    print("\n".join(faults) if faults else "The registry's market shifts are those found here.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
