"""From a request to what the ranking needs of a person: limits, circumstances, taste."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from recommender.choice.artefact import ColumnSpec, Floats
from recommender.choice.encoder import encode
from recommender.choice.seam import Evidence, MadeChoice, Posterior
from recommender.domain.buyer import Circumstances, Request
from recommender.domain.limits import Limit
from recommender.domain.table import Columns, NumberColumn, number_column
from recommender.ownership.personal import circumstances_of, personal_columns
from recommender.registry.effects import FiredEffect, effects_of
from recommender.registry.limits_of import answer_limits
from recommender.registry.model import Registry
from recommender.services.market import Market
from recommender.services.outside import outside_utility

_COMMON_SEATS = 5


@dataclass(frozen=True)
class Person:
    """``limits``: those of the answers, then those given directly. ``columns``: every attribute column of
    the market's table, with the personal ones (total price, monthly cost, winter range) computed.
    ``judged``: the same as the taste sees them (see :func:`judged_columns`). ``least``: of builds with an
    option on request, what is known of their price, by attribute; NaN elsewhere."""

    request: Request
    limits: tuple[Limit, ...]
    circumstances: Circumstances
    columns: Columns
    judged: Columns
    posterior: Posterior
    least: Mapping[str, NumberColumn] = field(default_factory=dict)

    def at_least(self, attribute: str) -> Floats:
        """float64 [n]: values of a number, and of open prices the part that is known."""
        values = number_column(self.columns, attribute).values
        least = self.least.get(attribute)
        return values if least is None else np.where(np.isnan(values), least.values, values)


def read_person(request: Request, market: Market) -> Person:
    """All that the answers say, in the market's terms. Pure."""
    circumstances = circumstances_of(request, market.catalogue, market.registry)
    personal = personal_columns(market.table.columns, circumstances, market.registry)
    columns = {**market.table.columns, **personal}
    judged = judged_columns(columns, request, market.registry)
    evidence = read_evidence(request, market.registry)
    posterior = market.model.posterior(evidence)
    if request.trade_offs:
        made = _made_choices(request, market, circumstances, posterior.columns)
        posterior = market.model.posterior(evidence, made)
    return Person(
        request=request,
        limits=(*answer_limits(request.answers, market.registry), *request.limits),
        circumstances=circumstances,
        columns=columns,
        judged=judged,
        posterior=posterior,
    )


def judged_columns(columns: Columns, request: Request, registry: Registry) -> Columns:
    """What is valued where it differs from what is: limits and pages always see the true figures.

    Seats beyond five count only up to the number of people. The total price counts down to half of the
    stated budget: who has 120,000 CNY for a car does not want one for 30,000 because it saves more.
    """
    people = request.answers.get("people_max")
    if isinstance(people, int | float):
        seats = np.minimum(number_column(columns, "seats").values, max(_COMMON_SEATS, people))
        columns = {**columns, "seats": NumberColumn(seats)}
    budget = request.answers.get("budget_cny")
    if not isinstance(budget, int | float):
        return columns
    share = registry.policy("saving_floor_percent_of_budget", request.date).value / 100.0
    total = number_column(columns, "total_price_cny").values
    return {**columns, "total_price_cny": NumberColumn(np.maximum(total, share * budget))}


def read_evidence(request: Request, registry: Registry) -> Evidence:
    """Effects of the answers, summed; weights multiply what the answers gave."""
    fired = effects_of(request.answers, registry)
    shifts: dict[str, float] = {}
    multipliers: dict[str, float] = {}
    for effect in fired:
        for key, shift in effect.effect.part_worths.items():
            shifts[key] = shifts.get(key, 0.0) + shift
        for key, factor in effect.effect.multiply.items():
            _multiply(multipliers, key, factor, registry)
    for key, weight in request.weights.items():
        _multiply(multipliers, key, weight, registry)
    return Evidence(_keys(fired), shifts, multipliers, request.answers)


def _keys(fired: Sequence[FiredEffect]) -> tuple[tuple[str, str], ...]:
    return tuple((effect.question_id, effect.key) for effect in fired)


def _multiply(multipliers: dict[str, float], key: str, factor: float, registry: Registry) -> None:
    """Spread a factor on an importance over its attributes; a factor on an attribute stays there."""
    if key in registry.importances:
        names = [a.id for a in registry.attributes.values() if a.importance == key]
    else:
        names = [key]
    for name in names:
        multipliers[name] = multipliers.get(name, 1.0) * factor


def _made_choices(
    request: Request, market: Market, circumstances: Circumstances, specs: Sequence[ColumnSpec]
) -> list[MadeChoice]:
    """Each trade-off over the posterior's columns. Its cars are found on the market this one is part of."""
    home = market.home
    ids = tuple(dict.fromkeys(config for trade_off in request.trade_offs for config in trade_off.shown))
    index = np.array([home.row_of[config] for config in ids], dtype=np.intp)
    picked = {name: column.take(index) for name, column in home.table.columns.items()}
    picked = {**picked, **personal_columns(picked, circumstances, home.registry)}
    judged = judged_columns(picked, request, home.registry)
    z = dict(zip(ids, encode(judged, specs, home.model.artefact.classes), strict=True))
    return [
        MadeChoice(
            design=np.array([z[config] for config in made.shown]),
            chosen=None if made.chosen is None else made.shown.index(made.chosen),
            neither=0.0 if made.chosen is not None else outside_utility(home, request.date),
        )
        for made in request.trade_offs
    ]
