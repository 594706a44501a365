"""Every hostile request: one clear message with place and remedy, in zh and en, at both doors of programs."""

from __future__ import annotations

import json
from collections import Counter
from http import HTTPStatus
from typing import cast

import pytest

from recommender.configurator.feasible import MAXIMUM_LIMITS
from recommender.registry.answers import MAX_LIMITS
from tests.cli.conftest import Program
from tests.hostile.corpus import REQUESTS, Hostile
from tests.web.visitor import Site

ADDRESS = "/api/v1/recommendations"
Said = list[dict[str, str]]


def post(site: Site, body: bytes, lang: str) -> tuple[int, Said]:
    response = site.app.test_client().post(
        ADDRESS, data=body, content_type="application/json", headers={"Accept-Language": lang}
    )
    assert response.content_type == "application/problem+json", response.text[:200]
    document = json.loads(response.data)
    assert document["status"] == response.status_code
    return response.status_code, cast(Said, document["errors"])


def test_the_corpus_is_large_and_names_are_unique() -> None:
    assert len(REQUESTS) >= 60
    assert [name for name, count in Counter(case.name for case in REQUESTS).items() if count > 1] == []


def test_the_parser_refuses_what_the_masks_cannot_hold() -> None:
    assert MAX_LIMITS == MAXIMUM_LIMITS


@pytest.mark.parametrize("case", REQUESTS, ids=str)
def test_the_interface_names_place_and_remedy_in_both_languages(doors: Site, case: Hostile) -> None:
    status, chinese = post(doors, case.body, "zh")
    broken = case.code in ("not_json", "not_utf8")
    assert status == (HTTPStatus.BAD_REQUEST if broken else HTTPStatus.UNPROCESSABLE_ENTITY)
    _, english = post(doors, case.body, "en")
    for said in (chinese, english):
        assert [(e["path"], e["code"]) for e in said][:1] == [(case.path, case.code)], said
        assert len(said) == case.count, said
        assert all(e["message"] and e["remedy"] for e in said)
        assert all(len(e["value"]) <= 80 and e["value"].isprintable() for e in said)
        assert "{" not in said[0]["message"].replace(said[0]["value"], ""), "a placeholder left open"
    assert chinese[0]["message"] != english[0]["message"]
    assert case.says in f"{english[0]['message']} {english[0]['remedy']}", english


@pytest.mark.parametrize("case", REQUESTS, ids=str)
def test_the_command_ends_with_status_2_and_says_the_same(
    doors: Site, program: Program, case: Hostile
) -> None:
    file = program.folder / "answers.json"
    file.write_bytes(case.body)
    ended = program("recommend", str(file), "--format", "json", RECOMMENDER_LANG="en")
    assert (ended.status, ended.out) == (2, "")
    _, said = post(doors, case.body, "en")
    assert json.loads(ended.err)["errors"] == said
    assert not (program.folder / "var").exists(), "bad input is nothing for the log"


def test_words_are_one_line_a_problem(program: Program) -> None:
    wrong = {
        "answers": {"people_max": 12, "place": "Hefey"},
        "limits": [{"attribute": "wings", "is": 1}],
        "a": 1,
    }
    body = json.dumps(wrong)
    for lang, words in (("zh", "没有"), ("en", "Hefei")):
        ended = program("recommend", "-", stdin=body, RECOMMENDER_LANG=lang)
        lines = ended.err.splitlines()
        assert (ended.status, ended.out, len(lines)) == (2, "", 4)
        assert sorted(line.split(": ")[0] for line in lines) == [
            "/a", "/answers/people_max", "/answers/place", "/limits/0/attribute",
        ]  # fmt: skip
        assert words in ended.err


# --------------------------------------------------------------------------------------- size and number
def test_ten_megabytes(doors: Site, program: Program) -> None:
    body = b'{"answers": {"place": "' + b"x" * 10_000_000 + b'"}}'
    for lang, words in (("zh", "1 MB"), ("en", "1 MB")):
        response = doors.app.test_client().post(
            ADDRESS, data=body, content_type="application/json", headers={"Accept-Language": lang}
        )
        assert response.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        assert words in json.loads(response.data)["detail"]
    file = program.folder / "answers.json"
    file.write_bytes(body)
    ended = program("recommend", str(file), "--format", "json")
    assert ended.status == 2
    assert [e["code"] for e in json.loads(ended.err)["errors"]] == ["body_too_large"]


def test_a_thousand_faults_are_counted_not_all_listed(doors: Site, program: Program) -> None:
    body = json.dumps({"answers": {f"q{n}": n for n in range(1000)}}).encode()
    status, said = post(doors, body, "en")
    assert status == HTTPStatus.UNPROCESSABLE_ENTITY
    assert len(said) == 201
    assert (said[-1]["code"], said[-1]["value"]) == ("more_problems", "800")
    ended = program("recommend", "-", stdin=body.decode())
    assert ended.status == 2
    assert len(ended.err.splitlines()) == 201


ODD_BUT_GOOD = {
    "a byte order mark": b"\xef\xbb\xbf{}",
    "64 limits": json.dumps({"limits": [{"attribute": "seats", "at_least": 2}] * 64}).encode(),
    "top 50": b'{"top": 50}',
    "wide digits": '{"answers": {"people_max": "６", "budget_cny": "２０万"}}'.encode(),
    "an integer written 6.0": b'{"answers": {"people_max": 6.0}}',
    "minus zero": b'{"answers": {"winter_low_c": -0.0}}',
    "nulls": b'{"answers": {"people_max": null, "best": null, "place": "unknown"}}',
    "the shortest number": b'{"weights": {"space": 1e-300}}',
    "a leap day": b'{"date": "2028-02-29"}',
    "an emoji in no answer": b'{"answers": {"place": "unknown"}}',
}


@pytest.mark.parametrize("name", ODD_BUT_GOOD)
def test_what_is_odd_but_good_is_taken(doors: Site, program: Program, name: str) -> None:
    """The corpus can be wrong in the other direction too."""
    response = doors.app.test_client().post(ADDRESS, data=ODD_BUT_GOOD[name], content_type="application/json")
    assert response.status_code == HTTPStatus.OK, response.text[:300]
    file = program.folder / "answers.json"
    file.write_bytes(ODD_BUT_GOOD[name])
    assert program("recommend", str(file)).status in (0, 1)
