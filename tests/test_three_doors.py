"""Three doors, one function: command line, JSON interface and web form accept, refuse and answer alike."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

import pytest

from recommender.registry.model import Registry
from tests.cli.conftest import Program
from tests.golden.shipped import DATE, SAMPLES, Json, sample, shipped_environment, shipped_site
from tests.web.visitor import Fields, Site, Visitor
from web.asking import recommend_and_keep

ADDRESS = "/api/v1/recommendations"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The application over the shipped catalogue and model, with a database of its own."""
    return shipped_site(tmp_path_factory.mktemp("doors"))


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program({**shipped_environment(), "RECOMMENDER_STATE_DIR": str(tmp_path / "var")}, tmp_path)


# ---------------------------------------------------------------------------------------- the three doors
def by_command(program: Program, request: str, *flags: str) -> Json:
    ended = program("recommend", "-", "--format", "json", *flags, stdin=request)
    document = dict(json.loads(ended.out))
    assert ended.err == ""
    assert ended.status == (0 if document["recommendations"] else 1)
    return document


def by_interface(site: Site, request: str) -> Json:
    response = site.app.test_client().post(ADDRESS, data=request, content_type="application/json")
    assert response.status_code == 200, response.text
    return dict(json.loads(response.data))


def by_form(site: Site, answers: Mapping[str, object], lang: str = "zh") -> Json:
    """Walk every page from the start to the result, as a person without scripts does."""
    visitor = Visitor(site, language=lang)
    visitor.get("/")
    visitor.post("/", {"path": "full"})
    walked: list[str] = []
    while visitor.address.startswith("/find/"):
        page_id = visitor.address.removeprefix("/find/")
        assert walked.count(page_id) < 3, f"{page_id} is asked again and again"
        walked.append(page_id)
        visitor.post(visitor.address, {**fields_of(page_id, answers, site.registry), "action": "next"})
    asked = {q for page_id in walked for q in fields_of(page_id, answers, site.registry)}
    assert asked == set(answers), "every answer has its page"
    visitor.get("/check")
    visitor.post("/check")
    response = visitor.client.get(f"{visitor.address}.json")
    assert response.status_code == 200
    return dict(json.loads(response.data))


def fields_of(page_id: str, answers: Mapping[str, object], registry: Registry) -> Fields:
    """The answers of one page as a browser posts them."""
    ids = [question.id for question in registry.questions_of(page_id)]
    return {key: typed(answers[key]) for key in ids if key in answers}


def typed(answer: object) -> str | Sequence[str]:
    if isinstance(answer, bool):
        return "yes" if answer else "no"
    return [str(item) for item in answer] if isinstance(answer, list) else str(answer)


# -------------------------------------------------------------------------------------------- accepted
@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_answered_alike_at_all_doors(site: Site, program: Program, name: str) -> None:
    request = sample(name)
    text = json.dumps(request, ensure_ascii=False)
    result = by_interface(site, text)
    assert result["recommendations"]
    assert by_command(program, text) == result
    file = program("recommend", str(SAMPLES[name]), "--format", "json")
    assert json.loads(file.out) == result
    answers = cast(dict[str, object], request["answers"])
    if "limits" in request:  # the form states limits only by answers
        result = by_interface(site, json.dumps({"answers": answers, "date": DATE}))
    assert by_form(site, answers) == result


def test_the_form_in_english_is_the_interface_in_english(site: Site) -> None:
    answers = cast(dict[str, object], sample("families_hefei_six")["answers"])
    english = by_interface(site, json.dumps({"answers": answers, "lang": "en"}))
    assert by_form(site, answers, "en") == english
    assert by_form(site, answers) != english, "the sentences differ"


def test_no_answer_at_all(site: Site, program: Program) -> None:
    result = by_interface(site, "{}")
    assert by_command(program, "{}", "--date", DATE) == result
    assert by_form(site, {}) == result
    shares = {s["id"]: s["probability"] for s in cast(list[dict[str, object]], result["segments"])}
    assert shares == pytest.approx({s.id: s.share for s in site.registry.segments})
    assert len(cast(list[object], result["recommendations"])) == 5


REQUESTS: Mapping[str, Json] = {
    "limits": {
        "limits": [{"attribute": "seats", "at_least": 6}, {"attribute": "powertrain", "one_of": ["BEV"]}]
    },
    "both bounds": {"limits": [{"attribute": "length_mm", "at_least": 4000, "at_most": 4500}]},
    "fixed": {"limits": [{"attribute": "total_price_cny", "at_most": 90000, "fixed": True}]},
    "a brand": {"limits": [{"attribute": "brand", "none_of": ["BYD", "Leapmotor"]}], "top": 12},
    "unknown marked": {"unknown": "mark", "limits": [{"attribute": "towing_kg", "at_least": 1500}]},
    "unknown left out": {"limits": [{"attribute": "towing_kg", "at_least": 1500}]},
    "weights": {"answers": {"best": ["space"]}, "weights": {"space": 3.0, "boot_l": 0, "lidar": 10}},
    "english": {"lang": "en", "answers": {"budget_cny": "20万", "place": "Hefei"}},
    "wide digits": {"answers": {"budget_cny": "２０００００", "people_max": "６"}},
    "many of a line": {"top": 20, "per_line": 3, "per_brand": 9},
    "nothing fits": {"answers": {"people_max": 7, "budget_cny": 40000}},
    "few fit": {"answers": {"people_max": 6, "budget_cny": 125000, "energy": "bev_only"}},
    "a later day": {"answers": {"budget_cny": 180000, "old_car": "scrap"}, "date": "2028-02-29"},
    "not sure": {"answers": {"people_max": None, "energy": "unknown", "budget_cny": 6e4}},
}


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_is_answered_alike_by_command_and_interface(
    site: Site, program: Program, name: str
) -> None:
    text = json.dumps({"date": DATE, **REQUESTS[name]}, ensure_ascii=False)
    assert by_command(program, text) == by_interface(site, text)


@pytest.mark.parametrize("name", ["wide digits", "nothing fits", "few fit"])
def test_typed_answers_are_read_alike_by_the_form(site: Site, name: str) -> None:
    assert by_form(site, cast(dict[str, object], REQUESTS[name]["answers"])) == by_interface(
        site, json.dumps(REQUESTS[name])
    )


def test_a_trade_off_moves_the_same_at_both_doors(site: Site, program: Program) -> None:
    first, second = (
        car["config_id"] for car in cast(list[Json], by_interface(site, "{}")["recommendations"])[:2]
    )
    before = by_interface(site, "{}")
    for chosen in (second, None):
        request = json.dumps({"date": DATE, "trade_offs": [{"shown": [first, second], "chosen": chosen}]})
        result = by_interface(site, request)
        assert by_command(program, request) == result
        assert chosen is None or result != before


def test_a_flag_is_the_same_as_the_key(site: Site, program: Program) -> None:
    by_flag = by_command(program, '{"top": 9}', "--top", "3", "--lang", "en", "--date", "2027-01-31")
    assert by_flag == by_interface(site, '{"top": 3, "lang": "en", "date": "2027-01-31"}')


# -------------------------------------------------------------------------------------- one car looked at
KEYS = {"configurations": "trim_id", "comparisons": "config_ids", "explanations": "config_id"}
COMMANDS = {"configurations": "configure", "comparisons": "compare", "explanations": "explain"}


def looked_at(site: Site, program: Program, verb: str, request: Json, ids: Sequence[str]) -> Json:
    """The answer of both doors, which is one."""
    key = {KEYS[verb]: list(ids) if verb == "comparisons" else ids[0]}
    response = site.app.test_client().post(f"/api/v1/{verb}", json={**request, **key})
    assert response.status_code == 200, response.text
    ended = program(COMMANDS[verb], "-", *ids, "--format", "json", stdin=json.dumps(request))
    assert ended.err == ""
    said = dict(json.loads(response.data))
    assert json.loads(ended.out) == said
    return said


@pytest.mark.parametrize("name", ["families_hefei_six", "rural_henan_50k"])
def test_a_car_is_configured_compared_and_explained_alike(site: Site, program: Program, name: str) -> None:
    request: Json = {"date": DATE, **sample(name)}
    items = cast(list[Json], by_interface(site, json.dumps(request))["recommendations"])
    ids = [str(item["config_id"]) for item in items[:3]]
    built = looked_at(site, program, "configurations", request, [str(items[0]["trim_id"])])
    assert cast(Json, built["best"])["config_id"] == ids[0]
    beside = looked_at(site, program, "comparisons", request, ids)
    assert beside["differences"]
    assert looked_at(site, program, "explanations", request, ids[:1])["rank"] == 1


@pytest.mark.parametrize("verb", KEYS)
def test_a_request_is_refused_alike_whatever_is_asked_of_it(site: Site, program: Program, verb: str) -> None:
    ids = ["X", "Y"] if verb == "comparisons" else ["X"]
    key = {KEYS[verb]: ids if verb == "comparisons" else ids[0]}
    client = site.app.test_client()
    wrong = {"answers": {"people_max": 12, "frob": 1}, "top": 0}
    refused = client.post(f"/api/v1/{verb}", json={**wrong, **key}).get_json(force=True)["errors"]
    assert refused == errors_by_interface(site, json.dumps(wrong), "zh")
    ended = program(COMMANDS[verb], "-", *ids, "--format", "json", stdin=json.dumps(wrong))
    assert json.loads(ended.err)["errors"] == refused
    # What is named on the command line has another place there; the words are the same.
    unknown = client.post(f"/api/v1/{verb}", json=key).get_json(force=True)["errors"]
    ended = program(COMMANDS[verb], "-", *ids, "--format", "json", stdin="{}")
    told = json.loads(ended.err)["errors"]
    assert [(e["code"], e["message"], e["remedy"]) for e in told] == [
        (e["code"], e["message"], e["remedy"]) for e in unknown
    ]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", ["families_hefei_six", "rural_henan_50k"])
def test_answers_that_would_change_the_first_three_are_told_alike(
    site: Site, program: Program, name: str, lang: str
) -> None:
    answers = cast(dict[str, object], sample(name)["answers"])
    request: Json = {"answers": answers, "date": DATE, "lang": lang}
    response = site.app.test_client().post("/api/v1/next-answers", json=request)
    assert response.status_code == 200, response.text
    said = response.get_json()
    ended = program("next", "-", "--format", "json", stdin=json.dumps(request))
    assert (json.loads(ended.out), ended.err) == (said, "")
    assert said["answers"]
    visitor = Visitor(site, language=lang)
    visitor.get("/")
    token = recommend_and_keep(site.workspace.parse(request), site.workspace)
    page = visitor.get(f"/r/{token}/next")
    buttons = page.all("button", name="question")
    assert [button.get("value") for button in buttons] == [one["question"] for one in said["answers"]]
    for one in said["answers"]:
        assert " ".join(one["text"].split()) in page.text()


def test_a_refused_request_is_refused_alike_by_what_tells_of_answers(site: Site, program: Program) -> None:
    for wrong in ('{"answers": {"people_max": 12, "frob": 1}, "top": 0}', '{"answers": ', "[]"):
        client = site.app.test_client()
        response = client.post("/api/v1/next-answers", data=wrong, content_type="application/json")
        refused = response.get_json(force=True)["errors"]
        assert refused == errors_by_interface(site, wrong, "zh")
        ended = program("next", "-", "--format", "json", stdin=wrong)
        assert (ended.status, json.loads(ended.err)["errors"]) == (2, refused)


# ------------------------------------------------------------------------------------------------ refused
REFUSED: Mapping[str, str] = {
    "several answers": '{"answers": {"people_max": 12, "child_seats": true, "frob": 1, "energy": "steam"}}',
    "keys": '{"answer": {}, "limit": [], "top": 0, "per_line": 51, "lang": "fr", "date": "2026-02-30"}',
    "limits": '{"limits": [{"attribute": "wings", "is": true}, {"attribute": "seats", "one_of": []}, 3]}',
    "contradiction": '{"limits": [{"attribute": "seats", "at_least": 7, "at_most": 5}]}',
    "weights": '{"weights": {"space": 11, "beauty": 1, "range": "much"}}',
    "trade-off": '{"trade_offs": [{"shown": ["X", "Y"], "chosen": "Z"}, {}]}',
    "place": '{"answers": {"place": "合非"}}',
    "best and worst": '{"answers": {"best": ["space", "range"], "worst": ["space"]}}',
    "twice": '{"top": 1, "top": 2}',
    "NaN": '{"answers": {"budget_cny": NaN}}',
    "deep": "[" * 65 + "]" * 65,
    "no object": "[]",
    "too many limits": json.dumps({"limits": [{"attribute": "seats", "at_least": 2}] * 65}),
    "broken": '{"answers": ',
    "nothing": "",
}


def errors_by_command(program: Program, request: str, lang: str) -> list[Json]:
    # not by --lang: a flag would win over the key of the request
    ended = program("recommend", "-", "--format", "json", stdin=request, RECOMMENDER_LANG=lang)
    assert (ended.status, ended.out) == (2, "")
    return cast(list[Json], json.loads(ended.err)["errors"])


def errors_by_interface(site: Site, request: str, lang: str) -> list[Json]:
    response = site.app.test_client().post(
        ADDRESS, data=request, content_type="application/json", headers={"Accept-Language": lang}
    )
    assert response.status_code in (400, 422)
    assert response.content_type == "application/problem+json"
    return cast(list[Json], json.loads(response.data)["errors"])


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_is_the_same_at_both_doors(site: Site, program: Program, name: str, lang: str) -> None:
    said = errors_by_interface(site, REFUSED[name], lang)
    assert said
    assert errors_by_command(program, REFUSED[name], lang) == said


TYPED_WRONG: Mapping[str, Mapping[str, str | list[str]]] = {
    "people": {"people_usual": "0", "people_max": "seven", "child_seats": "1.5"},
    "budget": {"budget_cny": "9,999", "budget_kind": "exact"},
    "place": {"place": "合非", "area": "moon"},
    "rough": {"rough_days": "always", "rough_kinds": ["mud", "lava"]},
    "cockpit": {"cockpit_top": ["voice", "displays", "audio"]},
    "old_car_brands": {"brands_avoid": ["Nobody"], "brands_prefer": ["BYD", "Byd?"]},
    "priorities": {"best": ["space"], "worst": ["space"]},
}


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("page_id", TYPED_WRONG)
def test_the_form_refuses_in_the_words_of_the_interface(site: Site, page_id: str, lang: str) -> None:
    """Same problems in the same order: the form's summary is message and remedy of the interface's errors."""
    said = errors_by_interface(site, json.dumps({"answers": TYPED_WRONG[page_id]}), lang)
    visitor = Visitor(site, language=lang)
    page = visitor.answer(page_id, TYPED_WRONG[page_id], status=422)
    lines = [e.text() for e in page.one("div", id="error-summary").walk() if e.tag == "a"]
    assert lines == [" ".join(f"{e['message']} {e['remedy']}".split()) for e in said]
    targets = [e.get("href") for e in page.one("div", id="error-summary").walk() if e.tag == "a"]
    questions = [str(e["path"]).split("/")[2] for e in said]
    assert all(t.startswith(f"#{q}") for t, q in zip(targets, questions, strict=True)), (targets, questions)
