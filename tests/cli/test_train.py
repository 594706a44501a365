"""``recommender simulate``, ``train``, ``promote``: from nothing to a model that serves."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from contextlib import closing
from pathlib import Path

import pytest

from recommender.domain.survey import FieldChoice, ShownCar
from recommender.registry.load import load_registry
from recommender.storage.artefacts import current_version, versions
from recommender.storage.database import open_database
from recommender.storage.migrate import upgrade
from tests.cli.conftest import ANSWERS, Program
from tests.cli.test_commands import errors
from tests.needs import ROOT

SAMPLE = ROOT / "data" / "sample"


@pytest.fixture
def own_models(program: Program, models: Path, tmp_path: Path) -> Path:
    """Models that the test may change."""
    folder = tmp_path / "models"
    shutil.copytree(models, folder)
    return folder


def test_a_survey_becomes_the_model_that_serves(program: Program, own_models: Path, tmp_path: Path) -> None:
    made = program("simulate", "--out", str(tmp_path / "s"), "--people", "12", "--tasks", "3")
    assert made.status == 0, made.err
    before = current_version(own_models)
    trained = program(
        "train", str(tmp_path / "s" / "survey.csv"), "--seed", "3", RECOMMENDER_MODELS_DIR=str(own_models)
    )
    assert (trained.status, trained.err) == (0, "")
    version = trained.out.strip()
    assert version in versions(own_models)
    assert current_version(own_models) == before, "training alone changes nothing that serves"
    assert program("promote", version, RECOMMENDER_MODELS_DIR=str(own_models)).status == 0
    served = program("recommend", str(ANSWERS), "--format", "json", RECOMMENDER_MODELS_DIR=str(own_models))
    assert json.loads(served.out)["model_version"] == version
    again = program(
        "train",
        str(tmp_path / "s" / "survey.csv"),
        "--seed",
        "3",
        "--format",
        "json",
        RECOMMENDER_MODELS_DIR=str(own_models),
    )
    assert json.loads(again.out)["version"] == version


def test_a_bad_survey_writes_no_model(program: Program, own_models: Path, tmp_path: Path) -> None:
    bad = tmp_path / "survey.csv"
    bad.write_text("person_id,task,alt,trim_id,chosen\np1,1,a,nowhere,1\n", encoding="utf-8")
    before = versions(own_models)
    ended = program("train", str(bad), "--format", "json", RECOMMENDER_MODELS_DIR=str(own_models))
    assert (ended.status, ended.out) == (2, "")
    assert set(errors(ended.err).values()) == {"survey_unknown_car"}
    gone = program("train", str(tmp_path / "none.csv"), "--format", "json")
    assert (gone.status, errors(gone.err)) == (2, {"none.csv": "file_unreadable"})
    assert versions(own_models) == before


def test_choices_kept_from_the_pages_are_learned_from(
    program: Program, own_models: Path, tmp_path: Path
) -> None:
    own = {"RECOMMENDER_MODELS_DIR": str(own_models)}
    none = program("train", "--format", "json", **own)
    assert (none.status, list(errors(none.err).values())) == (2, ["survey_too_few_people"])
    address = f"sqlite:///{tmp_path / 'kept.db'}"
    with closing(open_database(address)) as database:
        upgrade(database)
        for number in range(12):
            cars = (ShownCar("x", {"price_cny": 90_000.0 + number}), ShownCar("y", {"seats": 6.0}))
            choice = FieldChoice(dt.date(2026, 11, 1 + number), "c", {"people_max": 4}, cars, number % 2)
            database.field_choices.keep(choice)
    own["RECOMMENDER_DATABASE_URL"] = address
    alone = program("train", "--format", "json", **own)
    assert (alone.status, alone.err) == (0, "")
    metrics = json.loads(alone.out)
    assert (metrics["field_choices"], metrics["persons"]) == (12, 12)
    left = program("train", "--no-field-choices", "--format", "json", **own)
    assert (left.status, list(errors(left.err).values())) == (2, ["survey_too_few_people"])
    survey = ("train", str(SAMPLE / "survey.csv"), "--format", "json")
    both, one = (json.loads(program(*survey, *more, **own).out) for more in ((), ("--no-field-choices",)))
    assert (both["field_choices"], one["field_choices"]) == (12, 0)
    assert both["tasks"] == one["tasks"] + 12


def test_the_shipped_samples_match_and_train(program: Program, own_models: Path, tmp_path: Path) -> None:
    matched = program(
        *(
            "match",
            "--inventory",
            str(SAMPLE / "inventory.csv"),
            "--customers",
            str(SAMPLE / "customers.csv"),
        ),
        *("--out", str(tmp_path / "out"), "--date", "2026-11-22", "--format", "json"),
    )
    assert (matched.status, matched.err) == (0, "")
    counts = json.loads(matched.out)["counts"]
    assert counts["assigned"] > 10
    assert counts["units_sold"] + counts["units_reserved"] > 0
    assert counts["customers_without_consent"] > 0
    trained = program(
        "train", str(SAMPLE / "survey.csv"), "--format", "json", RECOMMENDER_MODELS_DIR=str(own_models)
    )
    metrics = json.loads(trained.out)
    assert metrics["held_out"]["prior"]["ll"] > metrics["held_out"]["uniform"]["ll"]


def test_the_samples_name_no_real_person() -> None:
    questions = load_registry().questions
    for name, own in (("customers.csv", 4), ("survey.csv", 6)):
        header = (SAMPLE / name).read_text(encoding="utf-8").splitlines()[0].split(",")
        assert all(column in questions for column in header[own:])
