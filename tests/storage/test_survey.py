"""Survey files: what is read, what is refused, and that a written survey reads back."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from recommender.domain.errors import Rejected
from recommender.domain.survey import Survey
from recommender.registry.load import load_registry
from recommender.services.simulate import simulate_survey
from recommender.services.train import prior_market
from recommender.storage.answer_cells import AnswerCells
from recommender.storage.survey import read_survey, survey_text
from tests.builders import make_catalogue

TODAY = dt.date(2026, 11, 22)
REGISTRY = load_registry()
MARKET = prior_market(REGISTRY, make_catalogue(REGISTRY))
CELLS = AnswerCells(REGISTRY, MARKET.vocabulary, TODAY)
GOOD = "person_id,task,alt,trim_id,chosen\np1,1,a,A1,1\np1,1,b,A2,0\n"


def read(folder: Path, text: str, people: str | None = None) -> Survey:
    survey = folder / "survey.csv"
    survey.write_text(text, encoding="utf-8")
    if people is not None:
        (folder / "people.csv").write_text(people, encoding="utf-8")
    return read_survey(survey, None if people is None else folder / "people.csv", CELLS)


def refused(folder: Path, text: str, people: str | None = None) -> dict[str, str]:
    with pytest.raises(Rejected) as refusal:
        read(folder, text, people)
    return {problem.path: problem.code for problem in refusal.value.problems}


def test_choices_and_answers_of_one_file(tmp_path: Path) -> None:
    text = (
        "person_id,task,alt,trim_id,chosen,outside,people_max,cargo\n"
        "p1,1,a,A1,1,0,5,pram;luggage\np1,1,b,A2,0,0,5,pram;luggage\n"
        "p1,2,a,A1,0,1,5,pram;luggage\np1,2,b,V1,0,1,5,pram;luggage\n"
        "p2,1,a,M1,0,1,,\n"
    )
    survey = read(tmp_path, text)
    first, second = survey.respondents
    assert dict(first.request.answers) == {"people_max": 5, "cargo": ("pram", "luggage")}
    assert [(task.chosen, task.outside) for task in first.tasks] == [(0, False), (None, True)]
    assert [car.config_id for car in first.tasks[1].alternatives] == ["A1", "V1"]
    assert dict(second.request.answers) == {}
    assert survey.data_hash.startswith("sha256:")


def test_a_condition_is_the_cars_and_the_answer_stands_with_the_people(tmp_path: Path) -> None:
    text = (
        "person_id,task,alt,trim_id,chosen,condition,price_cny,hud\n"
        "p1,1,a,A1,1,used,80000,true\np1,1,b,A2,0,new,,\n"
    )
    survey = read(tmp_path, text, "person_id,condition,people_max\np1,both,4\np9,new,2\n")
    car = survey.respondents[0].tasks[0].alternatives[0]
    assert dict(car.values) == {"condition": "used", "price_cny": 80_000.0, "hud": True}
    assert dict(survey.respondents[0].request.answers) == {"condition": "both", "people_max": 4}


def test_cars_of_attributes_alone(tmp_path: Path) -> None:
    text = "person_id,task,alt,chosen,price_cny,powertrain\np1,1,a,1,100000,BEV\np1,1,b,0,120000,PHEV\n"
    cars = read(tmp_path, text).respondents[0].tasks[0].alternatives
    assert [(car.config_id, car.values["powertrain"]) for car in cars] == [(None, "BEV"), (None, "PHEV")]


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ("p1,1,a,A1,1\np1,1,b,A2,1\n", {"survey.csv:2:task": "survey_two_chosen"}),
        ("p1,1,a,A1,0\np1,1,b,A2,0\n", {"survey.csv:2:task": "survey_none_chosen"}),
        ("p1,1,a,A1,1\n", {"survey.csv:2:task": "survey_one_alternative"}),
        ("p1,1,a,A1,1\np1,1,a,A2,0\n", {"survey.csv:2:task": "survey_alt_twice"}),
        ("p1,1,a,A1,1\np1,1,b,ZZ,0\np1,1,c,A2,0\n", {"survey.csv:3:trim_id": "survey_unknown_car"}),
        ("p1,1,a,A1,1\np1,1,b,,0\np1,1,c,A2,0\n", {"survey.csv:3": "survey_without_car"}),
        ("p1,1,a,A1,1\np1,1,b,A2,maybe\np1,1,c,A2,0\n", {"survey.csv:3:chosen": "cell_yes_no"}),
        (
            ",1,a,A1,1\n,1,b,A2,0\n",
            {"survey.csv:2:person_id": "cell_required", "survey.csv:3:person_id": "cell_required"},
        ),
        ("", {"survey.csv": "table_empty"}),
    ],
)
def test_what_is_no_choice_is_named(tmp_path: Path, rows: str, found: dict[str, str]) -> None:
    assert refused(tmp_path, "person_id,task,alt,trim_id,chosen\n" + rows) == found


def test_values_are_checked_like_the_catalogues(tmp_path: Path) -> None:
    text = (
        "person_id,task,alt,trim_id,chosen,outside,price_cny,drive,hud,people_max\n"
        "p1,1,a,A1,1,0,NaN,4WD,maybe,5\np1,1,b,A2,0,0,,,,5\np1,1,c,A2,0,1,,,,99\n"
    )
    found = refused(tmp_path, text)
    assert found["survey.csv:2:price_cny"] == "catalogue_not_a_number"
    assert found["survey.csv:2:drive"] == "catalogue_level"
    assert found["survey.csv:2:hud"] == "catalogue_not_a_boolean"
    assert found["survey.csv:4:people_max"] == "survey_answers_differ"


def test_answers_of_a_person_are_parsed_and_must_agree(tmp_path: Path) -> None:
    text = "person_id,task,alt,trim_id,chosen,people_max\np1,1,a,A1,1,99\np1,1,b,A2,0,99\n"
    assert refused(tmp_path, text) == {"survey.csv:2:people_max": "above_maximum"}


def test_faults_between_the_two_files(tmp_path: Path) -> None:
    people = "person_id,people_max\np2,4\np2,5\np3,77\n"
    assert refused(tmp_path, GOOD, people) == {
        "people.csv:3:person_id": "survey_person_twice",
        "people.csv:4:people_max": "above_maximum",
        "survey.csv:2:person_id": "survey_person_unknown",
    }
    assert refused(tmp_path, GOOD, "name\nAnn\n") == {"people.csv:1:person_id": "table_column_missing"}


def test_missing_columns_are_named_together(tmp_path: Path) -> None:
    assert refused(tmp_path, "person_id,trim_id\np1,A1\n") == {
        "survey.csv:1:task": "table_column_missing",
        "survey.csv:1:alt": "table_column_missing",
        "survey.csv:1:chosen": "table_column_missing",
    }


def test_the_hash_follows_both_files(tmp_path: Path) -> None:
    alone = read(tmp_path, GOOD).data_hash
    with_people = read(tmp_path, GOOD, "person_id,people_max\np1,4\n").data_hash
    others = read(tmp_path, GOOD, "person_id,people_max\np1,5\n").data_hash
    assert len({alone, with_people, others}) == 3


def test_a_written_survey_reads_back(tmp_path: Path) -> None:
    made = simulate_survey(MARKET, people=12, tasks=2, alternatives=3, today=TODAY, seed=5)
    # "condition" is a question and an attribute: a file of its own would carry it
    plain = [
        replace(
            p,
            request=replace(
                p.request, answers={q: a for q, a in p.request.answers.items() if q != "condition"}
            ),
        )
        for p in made.respondents
    ]
    survey = read(tmp_path, survey_text(made, REGISTRY))
    assert survey.respondents == tuple(plain)
