"""Counterfactuals of a car's own values: the smallest price cut, and the smallest change of one attribute,
that would make it the first.

A price moves the total price (taxes, subsidies, the logarithm, the floor at half of the budget) and the
running cost, so every price on a grid is tried, and so is every value of an attribute that costs or range are
computed from. Elsewhere utility is linear in the encoded value and the change has a closed form; should it
not give the utility foretold, every value is tried too. What is named has always been tried on the row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from recommender.choice.artefact import ColumnSpec, Floats
from recommender.choice.encoder import encode_numbers
from recommender.domain.recommendation import Counterfactual, Scalar
from recommender.domain.table import BOOLEAN_LEVELS, LevelColumn, NumberColumn
from recommender.registry.messages import format_money, format_value
from recommender.registry.model import Attribute, Encoding
from recommender.services.on_request import parts_of
from recommender.services.scoring import Scores
from recommender.services.what_if import SIZE, Outcome, Trial, outcomes, read_by_costs

PRICE = "price_cny"
CUT_STEP_CNY = 100
LARGEST_CUT = 0.30
"""Of the price: what is further away is no counterfactual that anyone could use."""
MARGIN = 1e-6
"""Utility by which the car must lead: a tie is no first place."""
_FORETOLD = 1e-7
_NOT_TO_BE_HAD = ("identity", "size", "off_road")
"""Groups of attributes that no dealer can change: which car it is, its measures, its ground clearance."""
_WHOLE_FROM_SCALE = 100.0
_TENTH = 0.1


@dataclass(frozen=True)
class _Wish:
    """One attribute of one row that might change: ``grid`` float64 [g], nearest value first; ``z`` how many
    steps each is from now; ``gains`` what the attribute's own term would gain."""

    row: int
    attribute: str
    grid: Floats
    z: Floats
    gains: Floats

    def trial(self, places: Sequence[int] | slice) -> Trial:
        return Trial(self.row, self.attribute, self.grid[places])


def value_changes(
    scores: Scores, leader: int, rows: Sequence[int]
) -> Mapping[int, tuple[Counterfactual, ...]]:
    """For each row behind the leader: the smallest price cut and the smallest attribute change that exist.

    ``leader``: the first row now. Rows whose values taught the person's taste (trade-offs), and builds with
    an open price, get none.
    """
    goal = float(scores.utility[leader]) + MARGIN
    taught = {config for trade_off in scores.person.request.trade_offs for config in trade_off.shown}
    known = parts_of(scores.market)
    asked = [
        row
        for row in rows
        if row != leader and known[row] == row and scores.market.table.config_ids[row] not in taught
    ]
    if not asked:
        return {}
    entangled = read_by_costs(scores, asked[0])
    prices = [wish for row in asked for wish in [_price_wish(scores, row)] if wish is not None]
    wishes = [
        wish
        for row in asked
        for wish in _attribute_wishes(scores, row, goal - float(scores.utility[row]), entangled)
    ]
    probes = [_probes(wish, goal - float(scores.utility[wish.row]), entangled) for wish in wishes]
    trials = [wish.trial(slice(None)) for wish in prices]
    trials += [wish.trial(places) for wish, places in zip(wishes, probes, strict=True)]
    found = outcomes(scores, trials)
    named: dict[int, tuple[Counterfactual, ...]] = dict.fromkeys(asked, ())
    for wish, outcome in zip(prices, found, strict=False):
        place = _first(outcome, goal)
        if place is not None:
            named[wish.row] = (_price_told(scores, wish, place),)
    for row, (wish, place) in _nearest(scores, wishes, probes, found[len(prices) :], goal).items():
        named[row] = (*named[row], _attribute_told(scores, wish, place))
    return named


def _first(outcome: Outcome, goal: float) -> int | None:
    """The first value tried that leads and obeys every limit."""
    good = np.flatnonzero((outcome.utility >= goal) & outcome.obeys)
    return int(good[0]) if len(good) else None


def _price_wish(scores: Scores, row: int) -> _Wish | None:
    price = scores.market.table.columns[PRICE].value(row)
    if not isinstance(price, int | float):
        return None
    steps = np.arange(1.0, price * LARGEST_CUT // CUT_STEP_CNY + 1.0)
    return _Wish(row, PRICE, price - CUT_STEP_CNY * steps, steps, np.zeros(len(steps)))


def _attribute_wishes(scores: Scores, row: int, needed: float, entangled: frozenset[str]) -> list[_Wish]:
    """Every number with an encoding and every boolean whose change could make up for what is needed."""
    wishes: list[_Wish] = []
    registry, columns = scores.market.registry, scores.market.table.columns
    posterior = scores.person.posterior
    for spec, part_worth in zip(posterior.columns, posterior.mean.tolist(), strict=True):
        attribute, column = registry.attributes[spec.attribute], columns.get(spec.attribute)
        if column is None or not part_worth or not _wishable(attribute):
            continue
        now = column.value(row)
        wish: _Wish | None = None
        if isinstance(column, NumberColumn) and spec.encoding is not None and isinstance(now, int | float):
            least = -np.inf if attribute.id in entangled else needed
            wish = _number_wish(row, attribute, spec.encoding, float(now), part_worth, least)
        elif isinstance(column, LevelColumn) and isinstance(now, bool):
            wish = _boolean_wish(row, spec, now, part_worth)
        if wish is not None and (attribute.id in entangled or wish.gains.max() >= needed):
            wishes.append(wish)
    return wishes


def _wishable(attribute: Attribute) -> bool:
    apart = attribute.personal or attribute.id in (PRICE, SIZE) or attribute.group in _NOT_TO_BE_HAD
    return not apart and attribute.better != "none" and attribute.kind in ("number", "boolean")


def _number_wish(
    row: int, attribute: Attribute, encoding: Encoding, now: float, part_worth: float, least: float
) -> _Wish | None:
    """Values from now to where more no longer counts, in steps that a data sheet prints; None where the
    attribute's own term gains less than ``least`` on the whole way."""
    whole = attribute.integer or encoding.scale >= _WHOLE_FROM_SCALE
    step = 1.0 if whole else _TENTH
    bound = encoding.high if part_worth > 0 else encoding.low
    count = int(np.floor((bound - now) * np.sign(part_worth) / step + 1e-9))
    ends = encode_numbers(np.array([now, bound]), encoding)
    if count < 1 or float(ends[1] - ends[0]) * part_worth < least:
        return None
    grid = now + np.copysign(step, part_worth) * np.arange(1.0, count + 1.0)
    grid = np.round(grid, 0 if whole and now.is_integer() else 6)
    z = encode_numbers(grid, encoding) - ends[0]
    return _Wish(row, attribute.id, grid, z, z * part_worth)


def _boolean_wish(row: int, spec: ColumnSpec, now: bool, part_worth: float) -> _Wish | None:
    if now == (part_worth > 0):
        return None
    return _Wish(row, spec.attribute, np.array([float(not now)]), np.ones(1), np.array([abs(part_worth)]))


def _probes(wish: _Wish, needed: float, entangled: frozenset[str]) -> list[int]:
    """Places of the grid to try: where the attribute's own term would do; all where others move with it."""
    if wish.attribute in entangled:
        return list(range(len(wish.grid)))
    first = int(np.flatnonzero(wish.gains >= needed)[0])
    # The next one too: the ranking rounds utilities, and the first may fall short by the last digit.
    return [place for place in (first, first + 1) if place < len(wish.grid)]


def _nearest(
    scores: Scores,
    wishes: Sequence[_Wish],
    probes: Sequence[list[int]],
    found: Sequence[Outcome],
    goal: float,
) -> dict[int, tuple[_Wish, int]]:
    """Row -> the wish of the fewest steps that makes it lead, and the place on its grid."""
    best: dict[int, tuple[_Wish, int]] = {}
    doubtful: list[_Wish] = []
    for wish, places, outcome in zip(wishes, probes, found, strict=True):
        foretold = scores.utility[wish.row] + wish.gains[places]
        if len(places) < len(wish.grid) and np.abs(outcome.utility - foretold).max() > _FORETOLD:
            doubtful.append(wish)
            continue
        place = _first(outcome, goal)
        if place is not None:
            _keep(best, wish, places[place])
    for wish, outcome in zip(
        doubtful, outcomes(scores, [w.trial(slice(None)) for w in doubtful]), strict=True
    ):
        place = _first(outcome, goal)
        if place is not None:
            _keep(best, wish, place)
    return best


def _keep(best: dict[int, tuple[_Wish, int]], wish: _Wish, place: int) -> None:
    known = best.get(wish.row)
    if known is None or abs(wish.z[place]) < abs(known[0].z[known[1]]):
        best[wish.row] = (wish, place)


def _price_told(scores: Scores, wish: _Wish, place: int) -> Counterfactual:
    registry, lang = scores.market.registry, scores.person.request.lang
    attribute = registry.attributes[PRICE]
    before, after = scores.market.table.columns[PRICE].value(wish.row), _plain(float(wish.grid[place]))
    change = after - before  # type: ignore[operator]  # both are numbers: a wish is made of known prices only
    text = registry.message(
        "counterfactual.price",
        lang,
        amount=format_money(-change, lang),
        before=format_value(attribute, before, lang),
        after=format_value(attribute, after, lang),
    )
    return Counterfactual({"price_cny": change, "from": before, "to": after}, "rank 1", text)


def _attribute_told(scores: Scores, wish: _Wish, place: int) -> Counterfactual:
    registry, lang = scores.market.registry, scores.person.request.lang
    attribute = registry.attributes[wish.attribute]
    before: Scalar = scores.market.table.columns[wish.attribute].value(wish.row)
    after: Scalar = _plain(float(wish.grid[place]))
    sentence = "counterfactual.number"
    if attribute.kind == "boolean":
        after = BOOLEAN_LEVELS[int(wish.grid[place])] == "true"
        sentence = "counterfactual.has" if after else "counterfactual.has_not"
    text = registry.message(
        sentence,
        lang,
        label=attribute.label.get(lang),
        before=format_value(attribute, before, lang),
        after=format_value(attribute, after, lang),
    )
    return Counterfactual({"attribute": wish.attribute, "from": before, "to": after}, "rank 1", text)


def _plain(number: float) -> int | float:
    return int(number) if number.is_integer() else number
