"""What a public survey of 2012 says in shares of the price: the figures of the registry, fitted again.

Willingness to pay of car buyers in three Chinese cities (Helveston et al. 2015): conditional logit, ratios to
the price by the delta method, errors clustered by respondent. Exit status 1 when a figure of the registry is
not the one found here.

    python -m bench.survey_figures
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Mapping
from pathlib import Path

from bench.machine import describe_machine, pin_threads

pin_threads()

import numpy as np  # noqa: E402  # after the threads are pinned, as all below

from recommender.choice.artefact import Floats  # noqa: E402
from recommender.choice.conditional_logit import ConditionalLogit  # noqa: E402
from recommender.registry.load import load_registry  # noqa: E402
from tests.needs import choice_data_dir  # noqa: E402

ORIGINS = ("german", "american", "japanese", "skorean")
RANGES_KM = {"PHEV": (15, 30, 60), "BEV": (120, 160, 240)}
WANTED: Mapping[str, Mapping[str, float]] = {
    "monthly_cost_cny": {"op_cost": 1.0},
    "electric_range_km": {"BEV240": 1.0, "BEV120": -1.0},
    "fast_charge_minutes": {"fast_PHEV": -0.5, "fast_BEV": -0.5},
    "accel_0_100_s": {"accel": 1.0},
}
"""Attribute of the registry -> the columns of the survey whose sum it takes."""
TOLERANCE = 0.001


def read(folder: Path) -> tuple[dict[str, Floats], np.ndarray, np.ndarray, np.ndarray]:
    """Columns, choice, task and person of every alternative."""
    with (folder / "china_choices.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    number = {
        key: np.array([float(row[key]) for row in rows])
        for key in ("price_kusd", "op_cost_uscent_mile", "accel_s", "ev_range_km", "fast_charge")
    }
    kind = np.array([row["powertrain"] for row in rows])
    columns: dict[str, Floats] = {
        "price": number["price_kusd"],
        "op_cost": number["op_cost_uscent_mile"],
        "accel": number["accel_s"],
        "HEV": (kind == "HEV").astype(float),
    }
    for name, ranges in RANGES_KM.items():
        for km in ranges:
            columns[f"{name}{km}"] = ((kind == name) & (number["ev_range_km"] == km)).astype(float)
        columns[f"fast_{name}"] = number["fast_charge"] * (kind == name)
    for origin in ORIGINS:
        columns[origin] = np.array([float(row["brand_origin"] == origin) for row in rows])
    person = np.array([int(row["person_id"]) for row in rows])
    task = person * 100 + np.array([int(row["task"]) for row in rows])
    return columns, np.array([row["chosen"] == "1" for row in rows]), task, person


def price_shares(folder: Path) -> dict[str, tuple[float, float]]:
    """Willingness to pay as a share of the mean price, with its error, by attribute of the registry."""
    columns, chosen, task, person = read(folder)
    design = np.column_stack(list(columns.values()))
    model = ConditionalLogit().fit(design, chosen, task=task, person=person)
    print(f"{len(np.unique(person))} people, log-likelihood {model.log_likelihood_:.2f}")
    beta = model.coef_
    weight = np.exp(design @ beta)
    place = np.unique(task, return_inverse=True)[1]
    score = design * (chosen - weight / np.bincount(place, weight)[place])[:, None]
    sums = np.zeros((len(np.unique(person)), len(beta)))
    np.add.at(sums, np.unique(person, return_inverse=True)[1], score)
    bread = model.covariance_[: len(beta), : len(beta)]
    covariance = bread @ (sums.T @ sums) @ bread
    mean_price = columns["price"].mean()
    names = list(columns)
    found = {}
    for attribute, terms in WANTED.items():
        vector = np.array([terms.get(name, 0.0) for name in names])
        worth = -float(vector @ beta) / beta[0]
        gradient = -vector / beta[0]
        gradient[0] -= worth / beta[0]
        error = float(np.sqrt(gradient @ covariance @ gradient))
        found[attribute] = (worth / mean_price, error / mean_price)
    return found


def main() -> int:
    folder = choice_data_dir()
    if folder is None:
        print("survey_figures: skipped, CHOICE_DATA_DIR is not set")
        return 0
    print(describe_machine())
    found = price_shares(Path(folder))
    written = {p.attribute: p.survey for p in load_registry().part_worths if p.survey is not None}
    same = written.keys() == found.keys()
    for attribute, (share, error) in found.items():
        figure = written.get(attribute)
        print(f"{attribute:<22}{share:+.3f} ± {error:.3f}   registry {figure and figure.price_share}")
        same &= figure is not None and abs(figure.price_share - share) < TOLERANCE
        same &= figure is not None and abs(figure.error - error) < TOLERANCE
    print("as in the registry" if same else "NOT as in the registry")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
