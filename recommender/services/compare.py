"""Two to four configurations side by side: what differs, what matters most to this person first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recommender.choice.artefact import Floats
from recommender.domain.buyer import Request
from recommender.domain.errors import Problem, Rejected, shown
from recommender.domain.recommendation import Scalar
from recommender.registry.model import Attribute
from recommender.services.explain import Explained, explain_rows
from recommender.services.market import Market
from recommender.services.named_cars import rows_named
from recommender.services.ranking import ranked
from recommender.services.scoring import Scores

MINIMUM, MAXIMUM = 2, 4
_EQUAL = 1e-9


@dataclass(frozen=True, slots=True)
class Difference:
    """``values``: of each configuration, None = not known. ``best``: the config ids that are best for this
    person, empty where nobody can say. ``gap``: largest less smallest utility of the attribute's term."""

    attribute: str
    values: tuple[Scalar, ...]
    best: tuple[str, ...]
    gap: float


@dataclass(frozen=True)
class Comparison:
    configurations: tuple[Explained, ...]
    differences: tuple[Difference, ...]


def compare(
    request: Request, market: Market, config_ids: Sequence[str], path: str = "/config_ids"
) -> Comparison:
    """The configurations explained, and every shown attribute in which they differ, largest gap first.

    Raises Rejected: not two to four, one named twice, or an id that the catalogue does not have.
    """
    problems = _count_problems(config_ids, path)
    if problems:
        raise Rejected(problems)
    scores, considered = ranked(request, market)
    rows = rows_named(config_ids, [f"{path}/{n}" for n in range(len(config_ids))], scores.market)
    return Comparison(explain_rows(scores, considered, rows), differences(scores, rows))


def _count_problems(config_ids: Sequence[str], path: str) -> list[Problem]:
    problems = [
        Problem(f"{path}/{n}", "compare_twice", shown(config_id))
        for n, config_id in enumerate(config_ids)
        if config_id in config_ids[:n]
    ]
    if not MINIMUM <= len(config_ids) <= MAXIMUM:
        bounds = {"minimum": MINIMUM, "maximum": MAXIMUM}
        problems.append(Problem(path, "compare_count", str(len(config_ids)), bounds))
    return problems


def differences(scores: Scores, rows: Sequence[int]) -> tuple[Difference, ...]:
    """Attributes of the specification in which the rows differ, by gap of utility, then as the registry lists
    them. An attribute that is known of no row does not differ."""
    index = np.array(rows, dtype=np.intp)
    terms = dict(zip(scores.attributes, scores.terms(index).T, strict=True))
    nothing = np.zeros(len(rows))
    found: list[Difference] = []
    for attribute in scores.market.registry.attributes.values():
        column = scores.person.columns.get(attribute.id)
        if column is None or not attribute.show:
            continue
        values = tuple(column.value(row) for row in rows)
        if len(set(values)) > 1:
            found.append(_difference(scores, attribute, values, terms.get(attribute.id, nothing), rows))
    return tuple(sorted(found, key=lambda difference: -difference.gap))


def _difference(
    scores: Scores, attribute: Attribute, values: tuple[Scalar, ...], terms: Floats, rows: Sequence[int]
) -> Difference:
    known = [n for n, value in enumerate(values) if value is not None]
    worth = {n: float(terms[n]) for n in known}
    if max(worth.values()) - min(worth.values()) <= _EQUAL:
        worth = {n: _worth(attribute, values[n]) for n in known}
    top = max(worth.values())
    told = len(known) > 1 and top - min(worth.values()) > _EQUAL
    best = [n for n in known if told and top - worth[n] <= _EQUAL]
    ids = scores.market.table.config_ids
    gap = float(terms.max() - terms.min())
    return Difference(attribute.id, values, tuple(ids[rows[n]] for n in best), gap)


def _worth(attribute: Attribute, value: Scalar) -> float:
    """Where the person's utility does not differ: what people prefer when nothing else is known."""
    if attribute.better == "none":
        return 0.0
    sign = 1.0 if attribute.better == "more" else -1.0
    if isinstance(value, str):
        return sign * attribute.level_ids.index(value) if attribute.kind == "ordered" else 0.0
    return sign * float(value or 0)
