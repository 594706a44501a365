"""Limits and effects of answers, by hand."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.domain.buyer import Answer
from recommender.domain.limits import Limit
from recommender.registry.effects import effects_of, possible_effects
from recommender.registry.limits_of import answer_limits
from recommender.registry.load import load_registry
from recommender.registry.model import Effect, Registry
from tests.registry.small import SMALL

REGISTRY = load_registry(SMALL)


@pytest.mark.parametrize(
    ("answers", "limits"),
    [
        ({}, []),
        ({"people_max": 6}, [Limit("seats", "at_least", 6, "people_max")]),
        ({"budget_kind": "about"}, []),
        ({"budget_cny": 200_001}, [Limit("total_price_cny", "at_most", 200_001, "budget_cny")]),
        (
            {"budget_cny": 200_001, "budget_kind": "about"},
            [Limit("total_price_cny", "at_most", 220_001.1, "budget_cny")],
        ),
        (
            {"budget_cny": 200_000, "budget_kind": "about"},
            [Limit("total_price_cny", "at_most", 220_000, "budget_cny")],
        ),
        ({"energy": "bev_only"}, [Limit("powertrain", "one_of", ("BEV",), "energy")]),
        ({"energy": "open"}, []),
        ({"body_types": ("suv",)}, []),
        ({"body_types": ("suv",), "body_kind": "prefer"}, []),
        (
            {"body_types": ("sedan", "suv"), "body_kind": "only"},
            [Limit("body_type", "one_of", ("sedan", "suv"), "body_types")],
        ),
        ({"safety_musts": ("isofix",)}, [Limit("isofix", "is", True, "safety_musts")]),
        ({"safety_musts": ("none",)}, []),
        ({"brands_avoid": ("BYD", "Nio")}, [Limit("brand", "none_of", ("BYD", "Nio"), "brands_avoid")]),
        ({"swap_wanted": True}, [Limit("battery_swap", "is", True, "swap_wanted")]),
        ({"swap_wanted": False}, []),
    ],
)
def test_answers_make_these_limits_and_no_others(
    small: Registry, answers: Mapping[str, Answer], limits: list[Limit]
) -> None:
    assert list(answer_limits(answers, small)) == limits


@given(st.integers(10_000, 5_000_000))
def test_about_is_ten_percent_more_to_the_fen(budget: int) -> None:
    (limit,) = answer_limits({"budget_cny": budget, "budget_kind": "about"}, REGISTRY)
    assert isinstance(limit.value, (int, float))
    assert round(limit.value * 10) == budget * 11
    assert isinstance(limit.value, int) == (budget % 10 == 0)


@pytest.mark.parametrize(
    ("answers", "fired"),
    [
        ({}, []),
        ({"people_max": 2}, [("people_max", "..3", Effect(segments={"young_urban": 2.0}))]),
        (
            {"people_max": 3},
            [
                ("people_max", "..3", Effect(segments={"young_urban": 2.0})),
                ("people_max", "3..", Effect(part_worths={"boot_l": 0.2})),
            ],
        ),
        ({"budget_cny": 100_000, "energy": "open", "older_passengers": False}, []),
        (
            {"older_passengers": True},
            [("older_passengers", "true", Effect(segments={"families": 1.5}, multiply={"comfort": 1.5}))],
        ),
        (
            {"body_types": ("sedan", "suv")},
            [
                ("body_types", "sedan", Effect(part_worths={"body_type=sedan": 0.8})),
                ("body_types", "suv", Effect(part_worths={"body_type=suv": 0.8})),
            ],
        ),
        (
            {"best": ("space",)},
            [("best", "space", Effect(segments={"families": 1.6}, multiply={"space": 2.0}))],
        ),
    ],
)
def test_answers_fire_these_effects(
    small: Registry, answers: Mapping[str, Answer], fired: list[tuple[str, str, Effect]]
) -> None:
    assert list(effects_of(answers, small)) == fired


def test_answers_to_hidden_questions_still_count(small: Registry) -> None:
    hidden = {"energy": "open", "swap_wanted": True}
    assert answer_limits(hidden, small) == (Limit("battery_swap", "is", True, "swap_wanted"),)


def test_possible_effects_hold_all_that_can_fire(shipped: Registry) -> None:
    possible = {(question, key): effect for question, key, effect in possible_effects(shipped)}
    assert len(possible) == len(possible_effects(shipped)), "keys are unique"
    for question in shipped.questions.values():
        for option in question.options:
            answer: Answer = option.id
            if question.kind == "boolean":
                answer = option.id == "true"
            elif question.kind == "choices":
                answer = (option.id,)
            for name, key, effect in effects_of({question.id: answer}, shipped):
                assert possible[name, key] == effect
