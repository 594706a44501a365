"""``recommender configure``, and what ``catalogue check`` says of options."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import ANSWERS, Program
from tests.needs import ROOT

CATALOGUE = ROOT / "data" / "catalogue"
TESLA = "T01953396"


def test_the_document_and_the_table_speak_of_the_same_build(program: Program) -> None:
    ended = program("configure", "-", TESLA, "--format", "json", "--lang", "en", stdin="{}")
    assert (ended.status, ended.err) == (0, "")
    document = json.loads(ended.out)
    assert set(document) == {"trim_id", "best", "options", "ladder"}
    assert document["best"]["trim_id"] == document["trim_id"] == TESLA
    assert document["best"]["config_id"] in {rung["config_id"] for rung in document["ladder"]}
    table = program("configure", "-", TESLA, "--lang", "en", stdin="{}")
    assert table.status == 0
    for option in document["options"]:
        assert option["name"].split()[0] in table.out
    assert max(len(line) for line in table.out.splitlines()) <= 100


def test_a_trim_without_a_fitting_build_ends_with_status_1(program: Program) -> None:
    request = json.dumps({"limits": [{"attribute": "seats", "at_least": 9}]})
    ended = program("configure", "-", TESLA, "--format", "json", stdin=request)
    assert ended.status == 1
    assert json.loads(ended.out)["best"] is None
    assert program("configure", "-", TESLA, stdin=request).status == 1


def test_an_unknown_trim_is_bad_input(program: Program) -> None:
    ended = program("configure", str(ANSWERS), "T0195339", "--format", "json")
    assert (ended.status, ended.out) == (2, "")
    (error,) = json.loads(ended.err)["errors"]
    assert (error["path"], error["code"]) == ("/trim_id", "trim_unknown")
    assert TESLA in error["remedy"]


@pytest.fixture
def folder(program: Program) -> Path:
    copy = program.folder / "catalogue"
    shutil.copytree(CATALOGUE, copy)
    return copy


def add_options(folder: Path, *rows: str) -> None:
    path = folder / "options.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines, *rows]) + "\n", encoding="utf-8")


def test_faults_of_rules_are_named_by_check_and_refused_by_every_command(
    program: Program, folder: Path
) -> None:
    add_options(
        folder,
        f"xa,{TESLA},A,甲,optional,-5,,xb,,,,S01",
        f"xb,{TESLA},B,乙,optional,,,xc,,,,S01",
        f"xc,{TESLA},C,丙,optional,,,xb,,,,S01",
    )
    ended = program("catalogue", "check", str(folder), "--format", "json")
    assert ended.status == 1
    named = {(error["path"], error["code"]) for error in json.loads(ended.err)["errors"]}
    assert named == {
        (f"options.csv:{TESLA}/xa:price_cny", "option_negative_price"),
        (f"options.csv:{TESLA}/xb:requires", "option_cycle"),
    }
    refused = program("recommend", "-", "--catalogue", str(folder), "--format", "json", stdin="{}")
    assert (refused.status, refused.out) == (2, "")
    assert json.loads(refused.err)["errors"] == json.loads(ended.err)["errors"]


def test_a_dead_option_is_told_by_check_and_stops_nothing(program: Program, folder: Path) -> None:
    add_options(
        folder,
        f"xs,{TESLA},S,标,standard,,,,,,,S01",
        f"xd,{TESLA},D,丁,optional,100,,,xs,,,S01",
    )
    ended = program("catalogue", "check", str(folder), "--format", "json")
    assert ended.status == 1
    assert [error["code"] for error in json.loads(ended.err)["errors"]] == ["option_dead"]
    found = program("configure", "-", TESLA, "--catalogue", str(folder), "--format", "json", stdin="{}")
    assert found.status == 0
    states = {option["option_id"]: option for option in json.loads(found.out)["options"]}
    assert (states["xd"]["state"], states["xd"]["frees"]) == ("blocked", [])
    assert states["xs"]["state"] == "standard"
