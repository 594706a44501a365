"""Builds with an option on request under limits on money."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass, replace
from functools import cache

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from recommender.choice.evidence_model import EvidenceModel
from recommender.choice.prior import build_prior
from recommender.domain.buyer import Request
from recommender.domain.limits import Limit, LimitValue
from recommender.domain.recommendation import LimitChange, Recommendation, Relaxation
from recommender.registry.answers import parse_request
from recommender.registry.load import load_registry
from recommender.services.explain import explain
from recommender.services.market import Market, make_market
from recommender.services.ranking import ranked
from recommender.services.recommend import recommend
from tests.builders import CARS, Car, make_catalogue
from tests.configurator.options import option

REGISTRY = load_registry()
TODAY = dt.date(2026, 11, 22)
TRIM = str(CARS[0]["trim_id"])
PRICE = int(CARS[0]["price_cny"])  # type: ignore[arg-type]


@cache
def model() -> EvidenceModel:
    return EvidenceModel(build_prior(REGISTRY, make_catalogue(REGISTRY).columns, "test"))


def market() -> Market:
    """One car, to which a fridge can be added at a price that nobody prints."""
    catalogue = make_catalogue(REGISTRY, CARS[:1])
    fridge = option("fridge", None, sets={"fridge": "true"}, trim_id=TRIM)
    catalogue = replace(catalogue, options=(fridge,))
    return make_market(REGISTRY, catalogue, EvidenceModel(build_prior(REGISTRY, catalogue.columns, "test")))


def considered(**keys: object) -> tuple[int, int]:
    """Trims that obey, trims left out only because a value is not known."""
    place = market()
    request = parse_request(keys, REGISTRY, place.vocabulary, TODAY)
    _, found = ranked(request, place)
    return len(found.rows), found.left_out_unknown


def price(op: str, cny: int) -> dict[str, object]:
    return {"limits": [{"attribute": "price_cny", op: cny}, {"attribute": "fridge", "is": True}]}


def test_never_inside_a_hard_budget_but_unknown_where_the_known_part_fits() -> None:
    assert considered(**price("at_most", PRICE + 1000)) == (0, 1)
    assert considered(**price("at_most", PRICE + 1000), unknown="mark") == (1, 0)


def test_broken_where_the_known_part_alone_is_too_dear() -> None:
    assert considered(**price("at_most", PRICE - 1)) == (0, 0)
    assert considered(**price("at_most", PRICE - 1), unknown="mark") == (0, 0)


def test_a_lower_bound_may_yet_be_reached() -> None:
    assert considered(**price("at_least", PRICE + 1000)) == (0, 1)
    assert considered(**price("at_least", PRICE + 1000), unknown="mark") == (1, 0)


# ------------------------------------------------------------------------------------ ways out
EQUIPMENT = ("fridge", "hud", "heat_pump")
PRICES = st.integers(11, 18).map(lambda k: k * 10_000)
BUDGETS = st.integers(10, 14).map(lambda k: k * 10_000)


@dataclass(frozen=True)
class Case:
    """``raw``: the request; ``cars``: the trims with their options (name, price, None = on request)."""

    raw: dict[str, object]
    cars: tuple[Car, ...]
    options: tuple[tuple[str, str, int | None], ...]

    def market(self) -> Market:
        catalogue = make_catalogue(REGISTRY, self.cars)
        added = [option(name, cny, sets={name: "true"}, trim_id=trim) for trim, name, cny in self.options]
        return make_market(REGISTRY, replace(catalogue, options=tuple(added)), model())


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Up to five cars whose equipment costs extra, often at a price that nobody prints, and limits on money,
    equipment and width that few of them obey."""
    cars: list[Car] = []
    options: list[tuple[str, str, int | None]] = []
    for car in CARS[: draw(st.integers(1, 5))]:
        own = {"price_cny": draw(PRICES), "width_mm": draw(st.sampled_from([None, 1800, 1880, 1960]))}
        cars.append({**car, **dict.fromkeys(EQUIPMENT, False), **own})
        for name in draw(st.lists(st.sampled_from(EQUIPMENT), min_size=1, unique=True)):
            options.append((str(car["trim_id"]), name, draw(st.sampled_from([None, None, None, 5_000]))))
    money = {
        "price": st.builds(lambda cny: {"attribute": "price_cny", "at_most": cny}, BUDGETS),
        "total": st.builds(lambda cny: {"attribute": "total_price_cny", "at_most": cny}, BUDGETS),
        "width": st.just({"attribute": "width_mm", "at_most": 1880}),
        "least": st.just({"attribute": "price_cny", "at_least": 100_000}),
        **{name: st.just({"attribute": name, "is": True}) for name in EQUIPMENT[:2]},
    }
    names = {"fridge", "price", *draw(st.sets(st.sampled_from(sorted(money)), min_size=1, max_size=4))}
    limits = [{**draw(money[n]), "fixed": draw(st.integers(0, 5)) == 0} for n in sorted(names)]
    unknown = draw(st.sampled_from(["exclude", "exclude", "mark"]))
    raw = {"limits": limits, "unknown": unknown, "top": 50, "per_line": 50, "per_brand": 50}
    return Case(raw, tuple(cars), tuple(options))


def trims(request: Request, place: Market) -> set[int]:
    return set(place.table.trim_of[ranked(request, place)[1].rows].tolist())


def minimal_sets(request: Request, place: Market) -> set[frozenset[Limit]]:
    """Brute force: the smallest sets of limits that may move whose removal admits another car."""
    before = trims(request, place)
    free = [limit for limit in request.limits if not limit.fixed]
    found: set[frozenset[Limit]] = set()
    for size in range(1, len(free) + 1):
        for some in map(frozenset, itertools.combinations(free, size)):
            if not any(smaller < some for smaller in found):
                kept = tuple(limit for limit in request.limits if limit not in some)
                if trims(replace(request, limits=kept), place) - before:
                    found.add(some)
    return found


def changed(request: Request, changes: tuple[LimitChange, ...]) -> Request:
    """The limits moved; the whole request open to unknown values where a change opens one limit to them."""
    moved = {(c.attribute, c.op): c.to for c in changes if not c.accept_unknown}
    limits = tuple(
        replace(li, value=_value(moved.get((li.attribute, li.op), li.value))) for li in request.limits
    )
    accept = any(change.accept_unknown for change in changes)
    return replace(request, limits=limits, unknown="mark" if accept else request.unknown)


def _value(value: object) -> LimitValue:
    assert isinstance(value, int | float | str)
    return value


def touched(request: Request, way: Relaxation) -> frozenset[Limit]:
    names = {change.attribute for change in way.changes if change.accept_unknown}
    moved = {(change.attribute, change.op) for change in way.changes}
    return frozenset(li for li in request.limits if li.attribute in names or (li.attribute, li.op) in moved)


def run(case: Case) -> tuple[Request, Market, Recommendation]:
    place = case.market()
    request = parse_request(case.raw, REGISTRY, place.vocabulary, TODAY)
    return request, place, recommend(request, place)


@settings(max_examples=3 * settings().max_examples)
@given(cases())
def test_the_sets_of_limits_offered_are_the_smallest_there_are(case: Case) -> None:
    request, place, found = run(case)
    offered = {touched(request, way) for way in found.relaxations}
    expected = minimal_sets(request, place)
    both = [way for way in found.relaxations if len({c.attribute for c in way.changes}) < len(way.changes)]
    event(f"ways out: {bool(offered)}, a limit moved and opened: {bool(both)}")
    assert offered == expected if len(expected) <= 6 else offered < expected


@given(cases())
def test_a_way_out_admits_its_car_and_none_of_its_changes_is_idle(case: Case) -> None:
    request, place, found = run(case)
    before = trims(request, place)
    for way in found.relaxations:
        after = changed(request, way.changes)
        scores, then = ranked(after, place)
        row = scores.market.row_of[way.best]
        assert then.found.feasible[row]
        for change in way.changes:
            if not change.accept_unknown and change.attribute in ("price_cny", "total_price_cny"):
                assert change.to == scores.person.at_least(change.attribute)[row]
        for idle in range(len(way.changes)):
            less = (*way.changes[:idle], *way.changes[idle + 1 :])
            left_open = any(change.accept_unknown for change in less)
            if not (
                left_open and way.changes[idle].accept_unknown
            ):  # what is open is open to every attribute
                assert not ranked(changed(request, less), place)[1].found.feasible[row]
            if not left_open:
                now = trims(changed(request, less), place)
                exact = any(change.op == "is" for change in less)  # moved, it lets go of what held it
                assert now <= before if exact else now == before


def test_no_other_limit_moves_where_the_price_alone_is_in_the_way() -> None:
    """The wider car costs less: its width need not move, because the dearer one needs no more than money."""
    narrow: Car = {**CARS[0], "price_cny": 180_000, "width_mm": 1800, "fridge": False}
    wide: Car = {**CARS[1], "price_cny": 120_000, "width_mm": 1960, "fridge": False}
    fridges = tuple((str(car["trim_id"]), "fridge", None) for car in (narrow, wide))
    limits = [
        {"attribute": "price_cny", "at_most": 150_000},
        {"attribute": "width_mm", "at_most": 1880},
        {"attribute": "fridge", "is": True},
    ]
    _, _, found = run(Case({"limits": limits, "lang": "en"}, (narrow, wide), fridges))
    told = {way.best: [change.to_json() for change in way.changes] for way in found.relaxations}
    raised = {"attribute": "price_cny", "limit": "at_most", "from": 150_000, "to": 180_000}
    opened = {"attribute": "price_cny", "accept_unknown": True}
    assert told[f"{narrow['trim_id']}~fridge"] == [raised, opened]
    assert f"{wide['trim_id']}~fridge" not in told


@pytest.mark.parametrize(("cny", "told"), [(PRICE - 1, PRICE), (PRICE + 1000, None)])
def test_an_open_price_stays_open_where_a_car_is_shown(cny: int, told: int | None) -> None:
    place = market()
    request = parse_request({**price("at_most", cny), "lang": "en"}, REGISTRY, place.vocabulary, TODAY)
    shown = explain(request, place, f"{TRIM}~fridge")
    assert shown.item.price_cny is None
    assert shown.item.attributes["fridge"] is True
    assert [limit.attribute for limit in shown.violates] == ["price_cny"]
    assert told is None or f"{told:,}" in shown.why_not
