"""``recommender recommend``: the result of the contract, for people and for programs."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from rich.cells import cell_len

from recommender.registry.load import load_registry
from recommender.services.documents import recommendation_document
from recommender.settings import load_settings
from recommender.workspace import Workspace, open_workspace
from tests.cli.conftest import ANSWERS, Program
from tests.cli.test_commands import errors, every_error

SAMPLES = sorted((ANSWERS.parent).glob("*.json"))
NOTHING = (
    '{"limits": [{"attribute": "seats", "at_least": 6}, {"attribute": "total_price_cny", "at_most": 20000}]}'
)


@pytest.fixture(scope="module")
def workspace(models: Path) -> Workspace:
    settings = load_settings({}, models_dir=models)
    return open_workspace(settings, with_database=False)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_the_command_gives_what_the_workspace_gives(
    program: Program, workspace: Workspace, path: Path
) -> None:
    ended = program("recommend", str(path), "--date", "2026-11-22", "--format", "json")
    assert (ended.status, ended.err) == (0, "")
    found = workspace.recommend(path.read_bytes(), {"date": "2026-11-22"})
    assert json.loads(ended.out) == json.loads(json.dumps(recommendation_document(found)))
    for item in json.loads(ended.out)["recommendations"]:
        assert math.isclose(sum(term["utility"] for term in item["terms"]), item["utility"], abs_tol=1e-6)


def test_an_empty_request_from_standard_input_gives_a_list(program: Program) -> None:
    ended = program("recommend", "-", "--format", "json", stdin="{}")
    assert (ended.status, ended.err) == (0, "")
    document = json.loads(ended.out)
    assert [segment["id"] for segment in document["segments"]] == [s.id for s in load_registry().segments]
    assert [item["rank"] for item in document["recommendations"]] == [1, 2, 3, 4, 5]


def test_flags_win_over_keys(program: Program) -> None:
    request = '{"top": 1, "lang": "zh", "date": "2026-01-02"}'
    ended = program("recommend", "-", "--top", "2", "--date", "2027-03-04", "--format", "json", stdin=request)
    document = json.loads(ended.out)
    assert (len(document["recommendations"]), document["date"]) == (2, "2027-03-04")
    assert "Buyers like you" in program("recommend", "-", "--lang", "en", stdin=request).out
    assert "像哪类买家" in program("recommend", "-", stdin=request).out
    assert "Buyers like you" in program("recommend", "-", stdin='{"lang": "en"}').out


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_table_fits_100_columns_and_says_all(program: Program, lang: str) -> None:
    ended = program("recommend", str(ANSWERS), "--lang", lang)
    assert (ended.status, ended.err) == (0, "")
    assert max(map(cell_len, ended.out.splitlines())) <= 100
    document = json.loads(program("recommend", str(ANSWERS), "--lang", lang, "--format", "json").out)
    joined = "".join(ended.out.split())
    for item in document["recommendations"]:
        for text in [item["brand"], item["model"], *(reason["text"] for reason in item["drawbacks"])]:
            assert "".join(text.split()) in joined
    assert str(document["consideration_set_size"]) in ended.out
    tied = [item for item in document["recommendations"] if item["tied_with_next"]]
    assert ended.out.count("≈") == len(tied) + bool(tied), "the sign is explained where it stands"


def test_when_nothing_fits_the_result_says_what_to_change(program: Program) -> None:
    ended = program("recommend", "-", "--format", "json", stdin=NOTHING)
    assert (ended.status, ended.err) == (1, "")
    document = json.loads(ended.out)
    assert document["recommendations"] == []
    assert document["relaxations"]
    table = program("recommend", "-", "--lang", "en", stdin=NOTHING)
    assert table.status == 1
    english = json.loads(program("recommend", "-", "--lang", "en", "--format", "json", stdin=NOTHING).out)
    assert "".join(english["relaxations"][0]["text"].split()) in "".join(table.out.split())


@pytest.mark.parametrize(
    ("request_text", "path"),
    [
        ('{"answers": {"people_max": 99, "frob": 1}, "top": 0}', "/answers/people_max"),
        ('{"answers": {"people_max": true}}', "/answers/people_max"),
        ('{"answers": ', ""),
        ('{"a": 1, "a": 2}', None),
        ("[" * 100 + "]" * 100, None),
        ("", ""),
        ('{"x": "' + "y" * 1_100_000 + '"}', ""),
        ('{"answers": {"budget_cny": NaN}}', None),
    ],
)
def test_a_bad_request_is_refused_with_status_2(
    program: Program, request_text: str, path: str | None
) -> None:
    ended = program("recommend", "-", "--format", "json", stdin=request_text)
    assert (ended.status, ended.out) == (2, "")
    found = every_error(ended.err)
    assert found
    assert path is None or path in dict(found)
    words = program("recommend", "-", "--lang", "en", stdin=request_text)
    assert (words.status, words.out) == (2, "")
    assert len(words.err.splitlines()) == len(found)


def test_all_problems_of_a_request_are_named_at_once(program: Program) -> None:
    request = '{"answers": {"people_max": 99, "frob": 1}, "top": 0, "frab": 2}'
    found = errors(program("recommend", "-", "--format", "json", stdin=request).err)
    assert {"/answers/people_max", "/answers/frob", "/top", "/frab"} <= set(found)


@pytest.mark.parametrize("flags", [["--top", "0"], ["--date", "tomorrow"], ["--date", "2026-02-30"]])
def test_a_bad_flag_is_refused_like_the_key(program: Program, flags: list[str]) -> None:
    ended = program("recommend", "-", "--format", "json", *flags, stdin="{}")
    assert (ended.status, ended.out) == (2, "")
    assert set(errors(ended.err)) == {"/" + flags[0].removeprefix("--")}


def test_a_file_that_cannot_be_read_is_named(program: Program) -> None:
    for path in (program.folder / "none.json", program.folder):
        ended = program("recommend", str(path), "--format", "json")
        assert (ended.status, errors(ended.err)) == (2, {str(path): "file_unreadable"})


def test_a_stock_file_that_is_not_there_is_named(program: Program) -> None:
    path = str(program.folder / "stock.csv")
    ended = program("recommend", str(ANSWERS), "--inventory", path, "--format", "json")
    assert (ended.status, ended.out) == (2, "")
    assert [Path(place).name for place in errors(ended.err)] == ["stock.csv"]


def test_a_recommendation_leaves_no_state_behind(program: Program) -> None:
    program("recommend", str(ANSWERS))
    assert list(program.folder.iterdir()) == []
