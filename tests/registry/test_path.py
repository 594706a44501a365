"""The path is computed from the answers."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from recommender.domain.buyer import Answer
from recommender.registry.model import Condition, Registry
from recommender.registry.path import conditions_hold, path, visible_questions


@pytest.mark.parametrize(
    ("values", "answer", "holds"),
    [
        (("a", "b"), "b", True),
        (("a", "b"), "c", False),
        (("a",), ("c", "a"), True),
        (("a",), ("c",), False),
        (("missing",), None, True),
        (("a",), None, False),
        ((True,), True, True),
        ((True,), False, False),
        ((True,), 1, False),
        ((False, "missing"), 0, False),
    ],
)
def test_one_condition(values: tuple[str | bool, ...], answer: Answer | None, holds: bool) -> None:
    answers = {} if answer is None else {"q": answer}
    assert conditions_hold((Condition("q", values),), answers) == holds


def test_all_conditions_must_hold(small: Registry) -> None:
    conditions = small.questions["swap_wanted"].show_if
    assert len(conditions) == 2
    assert conditions_hold(conditions, {})
    assert conditions_hold(conditions, {"energy": "bev_only", "older_passengers": False})
    assert not conditions_hold(conditions, {"energy": "open", "older_passengers": False})
    assert not conditions_hold(conditions, {"energy": "bev_only", "older_passengers": True})


def test_hidden_questions_are_not_on_the_page(small: Registry) -> None:
    def ids(answers: Mapping[str, Answer]) -> list[str]:
        return [question.id for question in visible_questions("taste", answers, small)]

    assert "body_kind" not in ids({})
    assert "body_kind" not in ids({"body_types": ("mpv",)})
    assert ids({"body_types": ("suv", "mpv")}) == [q.id for q in small.questions_of("taste")]
    assert visible_questions("nowhere", {}, small) == ()


def test_a_page_without_a_visible_question_is_left_out(small: Registry) -> None:
    assert path({}, small, fast=False) == ("people", "taste", "swap")
    assert path({"energy": "open"}, small, fast=False) == ("people", "taste")
    assert path({}, small, fast=True) == ("people",)
