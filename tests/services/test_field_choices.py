"""Choices from the pages: coarse before they are kept, understood when the catalogue has changed, learned."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from recommender.domain.buyer import Request, TradeOff
from recommender.domain.errors import Rejected
from recommender.domain.limits import Limit
from recommender.domain.survey import FieldChoice, ShownCar, Survey
from recommender.services.field_choices import field_choice, with_field_choices
from recommender.services.train import encode_survey, train
from tests.services.test_train import MARKET, TODAY

NOTHING = Survey((), "")
ASKED = Request(
    answers={
        "place": "340100",
        "budget_cny": 187_650,
        "people_max": 5,
        "daily_km": 43.21,
        "cargo": ("pram",),
    },
    limits=(Limit("seats", "at_least", 5),),
    weights={"space": 3.0},
    trade_offs=(TradeOff(("A1", "R1"), "R1"),),
    date=TODAY,
)


def kept(
    shown: tuple[str, ...] = ("R1", "C2"), chosen: str | None = "C2", request: Request = ASKED
) -> FieldChoice:
    return field_choice(request, TradeOff(shown, chosen), MARKET, TODAY)


def test_what_is_kept_is_coarse_and_leads_nowhere() -> None:
    found = kept()
    assert found.answers == {
        "place": "340000",
        "budget_cny": 190_000,
        "people_max": 5,
        "daily_km": 43.0,
        "cargo": ("pram",),
    }
    assert (found.day, found.chosen) == (TODAY, 1)
    assert [car.config_id for car in found.shown] == ["R1", "C2"]
    assert "winter_motorway_range_km" not in found.shown[0].values, "what depends on the person is not kept"
    assert kept(chosen=None).chosen is None


def test_the_values_alone_give_the_row_of_the_car() -> None:
    survey = with_field_choices(NOTHING, [kept()], MARKET)
    by_values = encode_survey(survey, MARKET)
    person = survey.respondents[0]
    named = [
        replace(car, config_id=name, values={})
        for car, name in zip(person.tasks[0].alternatives, ("R1", "C2"), strict=True)
    ]
    task = replace(person.tasks[0], alternatives=tuple(named))
    by_name = encode_survey(Survey((replace(person, tasks=(task,)),), ""), MARKET)
    np.testing.assert_allclose(by_values.design, by_name.design, atol=1e-12)
    np.testing.assert_allclose(by_values.offset, by_name.offset, atol=1e-8)
    assert by_values.outside.all()
    assert by_values.chosen.tolist() == [False, True]


def test_choices_with_the_same_answers_on_a_day_are_one_person() -> None:
    other = kept(request=replace(ASKED, answers={"people_max": 2}))
    later = replace(kept(), day=TODAY + dt.timedelta(days=1))
    survey = with_field_choices(NOTHING, [kept(), other, kept(("A1", "S1"), "A1"), later], MARKET)
    assert sorted(len(person.tasks) for person in survey.respondents) == [1, 1, 2]
    assert survey.field_choices == 4
    again = with_field_choices(NOTHING, [later, kept(("A1", "S1"), "A1"), other, kept()], MARKET)
    assert again.data_hash == survey.data_hash


def test_what_is_known_no_more_is_left_out() -> None:
    strange: dict[str, float | str | bool] = {
        "gone": 3.0,
        "brand": "Gone",
        "drive": "AWD",
        "price_cny": "dear",
        "seats": 5.0,
        "hud": True,
    }
    cars = (ShownCar("GONE", strange), ShownCar("R1", kept().shown[0].values))
    old = FieldChoice(TODAY, "old", {"people_max": 99, "gone": 1, "cargo": ("pram",)}, cars, 0)
    survey = with_field_choices(NOTHING, [old], MARKET)
    person = survey.respondents[0]
    assert person.request.answers == {"cargo": ("pram",)}
    assert person.tasks[0].alternatives[0].values == {"drive": "AWD", "seats": 5.0, "hud": True}
    assert np.isfinite(encode_survey(survey, MARKET).design).all()
    empty = replace(old, shown=(ShownCar("GONE", {"gone": 1.0}), cars[1]))
    assert with_field_choices(NOTHING, [empty], MARKET) == NOTHING


def test_training_learns_from_the_pages_alone_and_says_so() -> None:
    choices = [
        kept(("C2", other), "C2", Request(answers={"people_max": 1 + n % 7, "daily_km": 10 * n}, date=TODAY))
        for n, other in enumerate(["R1", "A1", "S1"] * 14)
    ]
    artefact = train(with_field_choices(NOTHING, choices, MARKET), MARKET)
    assert artefact.metrics["field_choices"] == 42
    assert "42 of the choices were made on the pages" in artefact.card
    assert artefact.metrics["kept"] is True
    assert artefact.version != train(with_field_choices(NOTHING, choices[:-1], MARKET), MARKET).version


def test_without_any_choice_there_is_nobody_to_learn_from() -> None:
    with pytest.raises(Rejected) as refusal:
        train(with_field_choices(NOTHING, [], MARKET), MARKET)
    assert [problem.code for problem in refusal.value.problems] == ["survey_too_few_people"]
