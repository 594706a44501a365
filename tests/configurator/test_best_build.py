"""The search finds the optimum, always: against trying everything, against a solver of programmes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.configurator.best_build import Wishes, best_build, builds_by_price
from recommender.configurator.builds import single_masks
from recommender.configurator.faults import option_faults
from recommender.configurator.halves import halves_of
from recommender.configurator.rules import bits, compile_rules, valid_masks
from tests.configurator.milp import best_by_milp, random_case
from tests.configurator.options import GRID, TRIM, best, cars, is_allowed, option, option_sets

BUDGETS = st.one_of(st.none(), st.integers(0, 12).map(lambda step: step * 500))


@given(option_sets())
def test_generated_options_have_no_fault(options: list) -> None:
    assert option_faults(options) == []


@given(option_sets())
def test_the_listed_builds_are_the_allowed_ones(options: list) -> None:
    rules = compile_rules(TRIM, options)
    masks = valid_masks(rules)
    assert masks is not None
    assert masks[0] == 0
    allowed = cars(options, {o.option_id: 0.0 for o in options})
    assert sorted(rules.ids(mask) for mask in masks) == sorted(car.ids for car in allowed)
    assert {rules.ids(mask): rules.price_cny(mask) for mask in masks} == {c.ids: c.price_cny for c in allowed}
    for mask in range(1 << len(rules)):
        assert rules.is_valid(mask) == is_allowed(options, frozenset(rules.ids(mask)))


@given(option_sets(), st.data(), BUDGETS)
def test_the_best_build_is_the_best_of_all(options: list, data: st.DataObject, budget: int | None) -> None:
    rules = compile_rules(TRIM, options)
    utility = {o.option_id: data.draw(GRID) for o in options}
    expected = best(cars(options, utility), budget)
    found = best_build(rules, Wishes([utility[o.option_id] for o in rules.options], budget))
    assert found is not None
    assert expected is not None
    assert (rules.ids(found.mask), found.price_cny) == (expected.ids, expected.price_cny)
    assert found.utility == pytest.approx(expected.utility)


@given(option_sets(), st.data(), BUDGETS)
def test_halves_give_the_same_build(options: list, data: st.DataObject, budget: int | None) -> None:
    rules = compile_rules(TRIM, options)
    halves = halves_of(rules)
    wishes = Wishes([data.draw(GRID) for _ in rules.options], budget)
    assert best_build(rules, wishes, halves) == best_build(rules, wishes)


@pytest.mark.parametrize(("count", "rules"), [(16, 0), (16, 5), (16, 10), (13, 20), (1, 0)])
def test_halves_of_many_options_agree_with_the_search(count: int, rules: int) -> None:
    for seed in range(20):
        case = random_case(seed, count, rules)
        compiled = compile_rules(TRIM, case.options)
        halves = halves_of(compiled)
        assert halves is not None
        for budget in (0, case.budget_cny // 3, case.budget_cny, None):
            wishes = Wishes(case.utility, budget)
            assert best_build(compiled, wishes, halves) == best_build(compiled, wishes)


def test_halves_are_for_few_options_and_whole_packages() -> None:
    assert halves_of(compile_rules(TRIM, [option(f"o{n:02d}") for n in range(17)])) is None
    across = [option("pack"), option("seat", included_with=["pack"])]
    assert halves_of(compile_rules(TRIM, across)) is None


@given(option_sets(), st.data(), BUDGETS)
def test_what_must_and_must_not_be_there_is_obeyed(
    options: list, data: st.DataObject, budget: int | None
) -> None:
    rules = compile_rules(TRIM, options)
    utility = {o.option_id: data.draw(GRID) for o in options}
    width = (1 << len(rules)) - 1
    must, never, choice = (data.draw(st.integers(0, width)) & data.draw(st.integers(0, width)) for _ in "abc")
    one_of = (choice,) if choice else ()
    allowed = [
        car
        for car in cars(options, utility)
        if not must & ~rules.mask_of(car.ids)
        and not never & rules.mask_of(car.ids)
        and all(c & rules.mask_of(car.ids) for c in one_of)
    ]
    expected = best(allowed, budget)
    wishes = Wishes([utility[o.option_id] for o in rules.options], budget, must, never, one_of)
    found = best_build(rules, wishes)
    assert (None if found is None else rules.ids(found.mask)) == (None if expected is None else expected.ids)


@given(option_sets(), st.data())
def test_the_front_is_every_price_at_which_more_utility_begins(options: list, data: st.DataObject) -> None:
    rules = compile_rules(TRIM, options)
    utility = {o.option_id: data.draw(GRID) for o in options}
    known = [car for car in cars(options, utility) if car.price_cny is not None]
    front = {
        (car.price_cny, round(car.utility, 6))
        for car in known
        if not any(
            (other.price_cny <= car.price_cny and other.utility > car.utility + 1e-9)
            or (other.price_cny < car.price_cny and other.utility >= car.utility - 1e-9)
            for other in known
        )
    }
    found = list(builds_by_price(rules, Wishes([utility[o.option_id] for o in rules.options])))
    assert [build.price_cny for build in found] == sorted((b.price_cny for b in found), reverse=True)
    assert {(build.price_cny, round(build.utility, 6)) for build in found} == front


@pytest.mark.parametrize("seed", range(30))
def test_forty_eight_options_agree_with_the_solver(seed: int) -> None:
    case = random_case(seed, count=48, rules=32)
    rules = compile_rules(TRIM, case.options)
    assert valid_masks(rules) is None
    found = best_build(rules, Wishes(case.utility, case.budget_cny))
    assert found is not None
    assert rules.is_valid(found.mask)
    assert found.price_cny is not None
    assert found.price_cny <= case.budget_cny
    assert found.utility == pytest.approx(best_by_milp(case), abs=1e-6)


def test_too_many_builds_are_listed_one_option_at_a_time() -> None:
    options = [option(f"o{number:02d}", requires=["o00"] if number else []) for number in range(20)]
    rules = compile_rules(TRIM, options)
    masks = single_masks(rules)
    assert masks[0] == 0
    assert len(masks) == 21
    assert all(rules.is_valid(mask) for mask in masks)
    assert [len(list(bits(mask))) for mask in masks[2:]] == [2] * 19


def test_an_option_that_pleases_nobody_is_not_bought() -> None:
    rules = compile_rules(TRIM, [option("a", 0), option("b", 100), option("c", None)])
    found = best_build(rules, Wishes([0.0, 0.0, 0.0]))
    assert found is not None
    assert found.mask == 0


def test_a_package_can_be_cheaper_than_its_content() -> None:
    options = [option("pack", 900), option("seat", 1000, included_with=["pack"])]
    rules = compile_rules(TRIM, options)
    found = best_build(rules, Wishes([0.0, 1.0], budget_cny=950))
    assert found is not None
    assert (rules.ids(found.mask), found.price_cny) == (("pack", "seat"), 900)
