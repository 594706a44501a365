"""The match: limits hold, ids stand once, every figure can be found again from the parts."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.choice.evidence_model import EvidenceModel
from recommender.domain.buyer import Request
from recommender.domain.dealer import Customer, Matches, Unit
from recommender.domain.limits import Limit
from recommender.matching.fit import ageing_bonus, fit_of
from recommender.registry.load import load_registry
from recommender.services.evidence_artefact import evidence_artefact
from recommender.services.market import Market, make_market
from recommender.services.match import match
from recommender.services.outside import FITTED_OUTSIDE, outside_utility
from recommender.services.recommend import recommend
from recommender.services.stock import market_with_stock, sort_out
from tests.builders import CARS, make_catalogue

TODAY = dt.date(2026, 11, 22)
REGISTRY = load_registry()
CATALOGUE = make_catalogue(REGISTRY)
MARKET = make_market(REGISTRY, CATALOGUE, EvidenceModel(evidence_artefact(REGISTRY, CATALOGUE)))


def unit(unit_id: str, trim_id: str, price_cny: int, **values: object) -> Unit:
    return replace(Unit(unit_id, price_cny, trim_id=trim_id), **values)  # type: ignore[arg-type]


def customer(customer_id: str, consent: bool = True, **answers: object) -> Customer:
    return Customer(customer_id, consent, Request(answers=answers))  # type: ignore[arg-type]


UNITS = (
    unit("U-new", "A1", 115_000, date_in_stock=dt.date(2026, 5, 26)),
    unit("U-used", "A2", 88_000, condition="used", mileage_km=40_000),
    unit("U-van", "V1", 210_000, date_in_stock=dt.date(2026, 11, 22)),
    unit("U-mini", "M1", 38_000),
    unit("U-sold", "S1", 300_000, status="sold"),
    unit("U-held", "R1", 250_000, status="reserved"),
    Unit("U-doubt", 100_000, make="Alpha", model="One"),
)
PEOPLE = (
    customer("P1", people_max=6),
    customer("P2", budget_cny=125_000),
    customer("P3", people_max=9),
    customer("P4", consent=False, budget_cny=100_000),
    customer("P5", condition="used", budget_cny=200_000),
)


def matched(people: tuple[Customer, ...] = PEOPLE, units: tuple[Unit, ...] = UNITS, top: int = 5) -> Matches:
    return match(people, units, MARKET, today=TODAY, top=top, lang="en")


def test_limits_hold_and_who_gave_no_consent_is_nowhere() -> None:
    pairs = {(f.customer_id, f.unit_id) for f in matched().customer_units}
    assert {u for c, u in pairs if c == "P1"} == {"U-van"}
    assert {u for c, u in pairs if c == "P2"} == {"U-new", "U-used", "U-mini"}
    assert {u for c, u in pairs if c == "P5"} == {"U-used"}
    assert "P4" not in repr(matched().customer_units) + repr(matched().unit_customers) + repr(
        matched().unmatched
    )
    assert matched().counts["customers_without_consent"] == 1


def test_what_is_left_says_why() -> None:
    left = {(u.kind, u.id): (u.reason, u.detail) for u in matched().unmatched}
    assert left["customer", "P3"] == ("no_unit_within_limits", "seats")
    assert left["unit", "U-sold"][0] == "sold"
    assert left["unit", "U-held"][0] == "reserved"
    assert left["unit", "U-doubt"] == ("unresolved_trim", "2 trims; A1; A2")
    ids = [a.unit_id for a in matched().assigned] + [u.id for u in matched().unmatched if u.kind == "unit"]
    assert sorted(ids) == sorted(u.unit_id for u in UNITS), "every unit is paired or explained, once"


def test_two_people_and_one_van() -> None:
    people = (customer("P1", people_max=6), customer("P2", people_max=7))
    found = matched(people, (UNITS[2],))
    assert len(found.assigned) == 1
    assert [(u.id, u.reason) for u in found.unmatched] == [
        (({"P1", "P2"} - {found.assigned[0].customer_id}).pop(), "taken")
    ]


def test_the_objective_is_the_sum_of_fit_and_ageing() -> None:
    found = matched()
    fit = {(f.customer_id, f.unit_id): f.fit for f in found.customer_units}
    bonus = {"U-new": 0.25, "U-van": 0.0}  # 180 days and the first day
    for pair in found.assigned:
        assert pair.fit == fit[pair.customer_id, pair.unit_id]
        assert pair.value == pytest.approx(pair.fit * (1 + bonus.get(pair.unit_id, 0.0)))
    assert found.objective == pytest.approx(sum(a.value for a in found.assigned))
    assert found.greedy <= found.objective + 1e-12
    assert found.bound == pytest.approx(found.objective)


def test_lists_are_ranked_by_fit_and_speak() -> None:
    found = matched()
    for fits, key in ((found.customer_units, "customer_id"), (found.unit_customers, "unit_id")):
        groups: dict[str, list[tuple[int, float]]] = {}
        for f in fits:
            groups.setdefault(getattr(f, key), []).append((f.rank, f.fit))
        for ranked in groups.values():
            assert [rank for rank, _ in ranked] == list(range(1, len(ranked) + 1))
            assert [fit for _, fit in ranked] == sorted((fit for _, fit in ranked), reverse=True)
    assert all(f.reasons and f.reasons[0] for f in found.customer_units)
    assert {f.days_in_stock for f in found.unit_customers if f.unit_id == "U-new"} == {180}
    assert {f.days_in_stock for f in found.unit_customers if f.unit_id == "U-mini"} == {None}


def test_top_cuts_the_lists_not_the_pairing() -> None:
    short = matched(top=1)
    assert short.objective == matched().objective
    assert {f.rank for f in short.customer_units} == {1}


@settings(max_examples=15)
@given(order=st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(order: object) -> None:
    people, units = list(PEOPLE), list(UNITS)
    order.shuffle(people)  # type: ignore[attr-defined]  # random.Random
    order.shuffle(units)  # type: ignore[attr-defined]
    assert matched(tuple(people), tuple(units)) == matched()


@pytest.mark.parametrize(("people", "units"), [((), UNITS), (PEOPLE, ()), ((), ())])
def test_nobody_or_nothing(people: tuple[Customer, ...], units: tuple[Unit, ...]) -> None:
    found = matched(people, units)
    assert (found.assigned, found.customer_units, found.objective) == ((), (), 0.0)
    assert {u.reason for u in found.unmatched} <= {
        "no_unit_within_limits",
        "sold",
        "reserved",
        "unresolved_trim",
    }


def test_a_cheaper_unit_of_the_same_trim_fits_better() -> None:
    pair = (unit("U1", "A1", 119_000), unit("U2", "A1", 99_000))
    found = matched((customer("P1"),), pair)
    assert [f.unit_id for f in found.customer_units] == ["U2", "U1"]
    assert found.customer_units[0].fit > found.customer_units[1].fit


def test_fit_is_the_mean_logit_over_draws() -> None:
    utilities = np.array([[0.0, np.log(3.0)], [-100.0, 100.0]])
    np.testing.assert_allclose(fit_of(utilities, 0.0), [(0.5 + 0.75) / 2, 0.5])
    np.testing.assert_allclose(fit_of(utilities + 7.0, 7.0), fit_of(utilities, 0.0))


def test_ageing_grows_evenly_and_stops() -> None:
    days = np.array([0.0, 90.0, 180.0, 900.0, np.nan])
    np.testing.assert_allclose(ageing_bonus(days, 0.25, 180.0), [0.0, 0.125, 0.25, 0.25, 0.0])


def test_not_buying_is_worth_the_middle_car_to_a_person_unknown() -> None:
    utilities = [item.utility for item in recommend(Request(top=50, per_line=50, per_brand=50), MARKET).items]
    assert len(utilities) == len(CARS)
    assert outside_utility(MARKET, TODAY) == pytest.approx(float(np.median(utilities)), abs=1e-6)


def test_a_survey_replaces_the_outside_utility() -> None:
    artefact = replace(MARKET.model.artefact, metrics={FITTED_OUTSIDE: 1.25})
    assert outside_utility(make_market(REGISTRY, CATALOGUE, EvidenceModel(artefact)), TODAY) == 1.25


def with_units(units: tuple[Unit, ...]) -> Market:
    return market_with_stock(sort_out(units, MARKET), MARKET, TODAY)


def test_units_compete_with_the_catalogue() -> None:
    cheap = unit("U1", "A1", 80_000)
    items = recommend(Request(per_line=9, per_brand=9, top=20), with_units((cheap,))).items
    by_trim = {item.trim_id: item for item in items}
    assert (by_trim["A1"].unit_id, by_trim["A1"].price_cny) == ("U1", 80_000)
    assert by_trim["A2"].unit_id is None
    assert len(items) == len(CARS), "one build a trim, unit or not"
    for item in items:
        assert sum(term.utility for term in item.terms) == pytest.approx(item.utility, abs=1e-6)


def test_a_dearer_unit_changes_nothing_but_is_there_when_only_it_obeys() -> None:
    market = with_units(
        (unit("U1", "A1", 150_000), unit("U2", "A1", 70_000, condition="used", mileage_km=9_000))
    )
    assert all(i.unit_id != "U1" for i in recommend(Request(top=20, per_line=9, per_brand=9), market).items)
    used = Limit("condition", "is", "used")
    found = recommend(Request(limits=(used,), top=20, per_line=9, per_brand=9), market)
    assert {(i.trim_id, i.unit_id) for i in found.items} == {("A1", "U2"), ("C2", None)}
