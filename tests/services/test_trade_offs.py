"""The next pair of real cars: feasible, new, useful; and when to stop asking."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from recommender.choice.evidence_model import EvidenceModel
from recommender.choice.prior import build_prior
from recommender.configurator.feasible import violations
from recommender.domain.buyer import Request, TradeOff
from recommender.domain.limits import Limit
from recommender.registry.load import load_registry
from recommender.services.compare import differences
from recommender.services.market import make_market
from recommender.services.person import read_person
from recommender.services.ranking import ranked
from recommender.services.recommend import recommend
from recommender.services.taste import taste_over
from recommender.services.trade_offs import NextPair, next_pair, one_a_line
from tests.builders import make_catalogue
from tests.services.test_train import cars

TODAY = dt.date(2026, 11, 22)
REGISTRY = load_registry()
CATALOGUE = make_catalogue(REGISTRY)
MARKET = make_market(REGISTRY, CATALOGUE, EvidenceModel(build_prior(REGISTRY, CATALOGUE.columns, "test")))
NOBODY = Request(date=TODAY)


def ids(found: NextPair) -> tuple[str, ...]:
    return tuple(item.config_id for item in found.pair)


def answered(request: Request, shown: tuple[str, ...], chosen: str | None) -> Request:
    return replace(request, trade_offs=(*request.trade_offs, TradeOff(shown, chosen)))


def test_the_pair_is_of_two_lines_obeys_and_has_prices() -> None:
    request = replace(NOBODY, answers={"people_max": 4, "budget_cny": 400_000})
    found = next_pair(request, MARKET)
    assert found.stop == ""
    assert found.expected_gain > 0.0
    rows = np.array([MARKET.row_of[config] for config in ids(found)])
    person = read_person(request, MARKET)
    assert (
        violations(person.columns, person.limits, len(MARKET.table), mark_unknown=False).feasible[rows].all()
    )
    assert len(set(MARKET.line_of[MARKET.table.trim_of[rows]].tolist())) == 2
    assert all(item.total_price_cny is not None for item in found.pair)
    assert next_pair(request, MARKET) == found


def test_only_what_differs_is_told() -> None:
    found = next_pair(NOBODY, MARKET)
    first, second = found.pair
    assert found.differences
    for difference in found.differences:
        assert difference.values == (
            first.attributes[difference.attribute],
            second.attributes[difference.attribute],
        )
        assert difference.values[0] != difference.values[1]
    scores, _ = ranked(NOBODY, MARKET)
    assert found.differences == differences(scores, [MARKET.row_of[config] for config in ids(found)])


@pytest.mark.parametrize("choice", [0, 1, None])
def test_no_two_trims_are_asked_about_twice_and_four_are_enough(choice: int | None) -> None:
    request, seen = NOBODY, set[frozenset[str]]()
    for _ in range(4):
        found = next_pair(request, MARKET)
        if not found.pair:
            assert found.stop in ("settled", "too_few")
            return
        pair = frozenset(item.trim_id for item in found.pair)
        assert pair not in seen
        seen.add(pair)
        request = answered(request, ids(found), None if choice is None else ids(found)[choice])
    last = next_pair(request, MARKET)
    assert (last.pair, last.stop, last.asked) == ((), last.stop, 4)
    assert last.stop in ("enough", "too_few")


def test_a_pair_passed_over_counts_and_does_not_come_again() -> None:
    first = next_pair(NOBODY, MARKET)
    second = next_pair(NOBODY, MARKET, passed=[ids(first)])
    assert set(ids(second)) != set(ids(first))
    assert second.asked == 1
    assert next_pair(NOBODY, MARKET, passed=[ids(first), ("GONE", "A1")], most=2).stop == "enough"


def test_a_list_that_no_answer_changes_is_settled() -> None:
    sure = replace(MARKET.model.artefact, sds=np.zeros_like(MARKET.model.artefact.sds))
    alike = replace(sure, means=np.tile(sure.means[:1], (len(sure.segments), 1)))
    found = next_pair(NOBODY, make_market(REGISTRY, CATALOGUE, EvidenceModel(alike)))
    assert (found.pair, found.stop) == ((), "settled")


def test_one_car_left_is_too_few() -> None:
    request = replace(NOBODY, limits=(Limit("model_line", "one_of", (CATALOGUE.trims[0].model_id,)),))
    assert next_pair(request, MARKET).stop == "too_few"
    nothing = replace(NOBODY, limits=(Limit("seats", "at_least", 99),))
    assert next_pair(nothing, MARKET).stop == "too_few"


def test_choosing_a_car_raises_it_above_the_other() -> None:
    scores, considered = ranked(NOBODY, MARKET)
    rows = one_a_line(scores, considered)
    names = [MARKET.table.config_ids[row] for row in rows.tolist()]
    for first in names[:4]:
        for second in names[:4]:
            if first != second:
                then, _ = ranked(answered(NOBODY, (first, second), first), MARKET)
                a, b = MARKET.row_of[first], MARKET.row_of[second]
                assert then.utility[a] - then.utility[b] > scores.utility[a] - scores.utility[b]


def test_the_order_of_trade_offs_changes_nothing() -> None:
    request = NOBODY
    for shown, chosen in ((("R1", "A1"), "A1"), (("S1", "R1"), None), (("A1", "S1", "R1"), "S1")):
        request = answered(request, shown, chosen)
    back = replace(request, trade_offs=request.trade_offs[::-1])
    turned = tuple(TradeOff(t.shown[::-1], t.chosen) for t in request.trade_offs)
    expected = recommend(request, MARKET)
    assert recommend(back, MARKET) == expected
    assert recommend(replace(request, trade_offs=turned), MARKET) == expected


def test_trade_offs_are_understood_where_the_cars_are_not_on_the_shelf() -> None:
    request = answered(NOBODY, ("R1", "S1"), None)
    shelf = taste_over(cars("A1"), request, MARKET)
    scores, _ = ranked(request, MARKET)
    assert shelf.utility[0] == pytest.approx(float(scores.utility[MARKET.row_of["A1"]]), abs=1e-8)


def test_intervals_hold_the_probability() -> None:
    for item in recommend(NOBODY, MARKET).items:
        assert 0.0 <= item.choice_probability_low <= item.choice_probability <= item.choice_probability_high
