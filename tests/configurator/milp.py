"""The same question put to scipy's solver of integer programmes: an oracle, and the pace to beat."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp

from recommender.domain.catalogue import Option
from tests.configurator.options import names, option


@dataclass(frozen=True)
class Case:
    """``options`` in the order of ids, all optional and priced; ``utility`` one entry an option."""

    options: tuple[Option, ...]
    utility: tuple[float, ...]
    budget_cny: int


def random_case(seed: int, count: int, rules: int) -> Case:
    """``rules`` rules, half requires and half excludes, between ``count`` options; half the price in hand."""
    random = np.random.default_rng(seed)
    ids = names(count)
    requires: dict[str, list[str]] = {name: [] for name in ids}
    excludes: dict[str, list[str]] = {name: [] for name in ids}
    for number in range(rules):
        first, second = sorted(random.choice(count, 2, replace=False).tolist())
        if number % 2:
            if ids[first] not in excludes[ids[second]]:
                requires[ids[second]].append(ids[first])
        elif ids[first] not in requires[ids[second]]:
            excludes[ids[second]].append(ids[first])
    prices = (random.integers(5, 200, count) * 100).tolist()
    options = tuple(
        option(name, price, requires=requires[name], excludes=excludes[name])
        for name, price in zip(ids, prices, strict=True)
    )
    utility = tuple(np.round(random.normal(0.3, 0.5, count), 4).tolist())
    return Case(options, utility, int(sum(prices) * 0.5))


def constraints(case: Case) -> LinearConstraint:
    """A row a rule: x_i <= x_j for requires, x_i + x_j <= 1 for excludes; and the budget."""
    place = {one.option_id: number for number, one in enumerate(case.options)}
    rows: list[NDArray[np.float64]] = []
    most: list[float] = []
    for one in case.options:
        for sign, others, bound in ((-1.0, one.requires, 0.0), (1.0, one.excludes, 1.0)):
            for other in others:
                row = np.zeros(len(case.options))
                row[place[one.option_id]], row[place[other]] = 1.0, sign
                rows.append(row)
                most.append(bound)
    rows.append(np.array([one.price_cny or 0 for one in case.options], dtype=np.float64))
    most.append(float(case.budget_cny))
    return LinearConstraint(np.array(rows), -np.inf, np.array(most))


def best_by_milp(case: Case, rows: LinearConstraint | None = None) -> float:
    """The greatest utility. Raises AssertionError when the solver does not end at an optimum."""
    answer = milp(
        -np.array(case.utility),
        constraints=rows or constraints(case),
        integrality=np.ones(len(case.options)),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 0.0},
    )
    assert answer.success, answer.message
    return float(-answer.fun)
