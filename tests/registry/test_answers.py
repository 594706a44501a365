"""ANSWERS.json to the letter of the contract: what is accepted, and each refusal by path and code."""

from __future__ import annotations

import datetime as dt
import json
import time

import pytest

from recommender.domain.buyer import Request, TradeOff
from recommender.domain.errors import Rejected
from recommender.domain.limits import Limit
from recommender.registry.answers import parse_answer, request_document
from recommender.registry.model import Registry
from recommender.registry.problem_list import MAX_PROBLEMS
from tests.registry.small import TODAY, VOCABULARY, codes_of, parse, problems_of

FULL = {
    "answers": {"people_max": 6, "budget_cny": "20万", "older_passengers": True, "best": ["space"]},
    "limits": [
        {"attribute": "seats", "at_least": 6},
        {"attribute": "boot_l", "at_least": 300, "at_most": 900.5},
        {"attribute": "powertrain", "one_of": ["BEV"], "fixed": True},
        {"attribute": "adas_level", "at_least": "l2"},
        {"attribute": "battery_swap", "is": False},
        {"attribute": "brand", "none_of": ["比亚迪", "Nio"]},
    ],
    "weights": {"space": 3.0, "boot_l": 0},
    "trade_offs": [{"shown": ["T1", "T2"], "chosen": "T1"}, {"shown": ["T1~OPT", "T2"], "chosen": None}],
    "unknown": "mark", "top": 7, "per_line": 2, "per_brand": 3, "lang": "en", "date": "2027-02-28",
}  # fmt: skip


def test_an_empty_request_is_all_defaults(small: Registry) -> None:
    assert parse(b"{}", small) == Request(date=TODAY)


def test_every_key_is_read(small: Registry) -> None:
    expected = Request(
        answers={"people_max": 6, "budget_cny": 200_000, "older_passengers": True, "best": ("space",)},
        limits=(
            Limit("seats", "at_least", 6),
            Limit("boot_l", "at_least", 300),
            Limit("boot_l", "at_most", 900.5),
            Limit("powertrain", "one_of", ("BEV",), fixed=True),
            Limit("adas_level", "at_least", "l2"),
            Limit("battery_swap", "is", False),
            Limit("brand", "none_of", ("BYD", "Nio")),
        ),
        weights={"space": 3.0, "boot_l": 0.0},
        trade_offs=(TradeOff(("T1", "T2"), "T1"), TradeOff(("T1~OPT", "T2"), None)),
        unknown="mark",
        top=7,
        per_line=2,
        per_brand=3,
        lang="en",
        date=dt.date(2027, 2, 28),
    )
    text = json.dumps(FULL, ensure_ascii=False)
    for raw in (FULL, text, text.encode(), b"\xef\xbb\xbf" + text.encode()):
        assert parse(raw, small) == expected


def test_a_flag_wins_over_the_key_and_none_is_no_flag(small: Registry) -> None:
    asked = parse({"top": 3, "lang": "zh"}, small, top=9, lang=None, date=dt.date(2026, 1, 2))
    assert (asked.top, asked.lang, asked.date) == (9, "zh", dt.date(2026, 1, 2))
    assert codes_of({"top": 3}, small, top=0, lang="de") == {
        ("/top", "out_of_range"),
        ("/lang", "not_one_of"),
    }


@pytest.mark.parametrize("nothing", [None, "unknown"])
def test_not_answered(small: Registry, nothing: object) -> None:
    answers = dict.fromkeys(small.questions, nothing)
    assert parse({"answers": answers}, small).answers == {}


@pytest.mark.parametrize("six", [6, 6.0, "6", "６", "6人"])
def test_six_is_one_integer(small: Registry, six: object) -> None:
    answer = parse(json.dumps({"answers": {"people_max": six}}), small).answers["people_max"]
    assert answer == 6
    assert type(answer) is int


def test_order_of_keys_and_of_ticks_changes_nothing(small: Registry) -> None:
    one = parse({"answers": {"people_max": 5, "body_types": ["sedan", "suv"], "energy": "open"}}, small)
    two = parse({"answers": {"energy": "open", "body_types": ["suv", "sedan"], "people_max": 5}}, small)
    assert list(one.answers.items()) == list(two.answers.items())


BAD_ANSWERS = [
    ("people_max", True, "not_a_number"),
    ("people_max", 6.5, "not_a_whole_number"),
    ("people_max", "6.5", "not_a_whole_number"),
    ("people_max", "many", "not_a_number"),
    ("people_max", [6], "not_a_number"),
    ("people_max", {}, "not_a_number"),
    ("people_max", "", "not_a_number"),
    ("people_max", 0, "below_minimum"),
    ("people_max", 10, "above_maximum"),
    ("budget_cny", "9999", "below_minimum"),
    ("budget_cny", 5_000_001, "above_maximum"),
    ("budget_cny", 10**400, "number_too_large"),
    ("winter_low_c", float("nan"), "not_finite"),
    ("winter_low_c", float("-inf"), "not_finite"),
    ("older_passengers", 1, "not_a_boolean"),
    ("older_passengers", "yes", "not_a_boolean"),
    ("energy", "BEV_ONLY", "unknown_option"),
    ("energy", True, "not_a_text"),
    ("energy", ["open"], "not_a_text"),
    ("body_types", "suv", "not_a_list"),
    ("place", 110100, "not_a_text"),
    ("place", "北京\u202e", "refused_character"),
    ("place", "\x00", "refused_character"),
    ("brands_avoid", "BYD", "not_a_list"),
    ("best", ["space", "comfort", "space"], "too_many_items"),
    ("safety_musts", ["none", "isofix"], "exclusive_option"),
    ("height", 180, "unknown_question"),
]


@pytest.mark.parametrize(("question", "value", "code"), BAD_ANSWERS)
def test_a_bad_answer_is_refused(small: Registry, question: str, value: object, code: str) -> None:
    assert (f"/answers/{question}", code) in codes_of({"answers": {question: value}}, small)


def test_items_are_named_one_by_one(small: Registry) -> None:
    answers = {"body_types": ["suv", "van", 3, "suv", None]}
    assert codes_of({"answers": answers}, small) == {
        ("/answers/body_types/1", "unknown_option"),
        ("/answers/body_types/2", "not_a_text"),
        ("/answers/body_types/3", "duplicate_item"),
        ("/answers/body_types/4", "not_a_text"),
    }


def test_best_and_worst_exclude_each_other_and_it_is_said_once(small: Registry) -> None:
    problems = problems_of({"answers": {"best": ["space"], "worst": ["space"]}}, small)
    assert [(p.path, p.code, p.value) for p in problems] == [("/answers/worst", "not_disjoint", "space")]


BAD_LIMITS = [
    (7, "", "not_an_object"),
    ({}, "", "missing_key"),
    ({}, "", "limit_without_rule"),
    ({"attribute": "seats"}, "", "limit_without_rule"),
    ({"attribute": "doors", "at_least": 4}, "/attribute", "unknown_attribute"),
    ({"attribute": 4, "at_least": 4}, "/attribute", "not_a_text"),
    ({"attribute": "price_date", "is": "x"}, "/attribute", "not_limitable"),
    ({"attribute": "seats", "at_least": 4, "source": "x"}, "/source", "unknown_key"),
    ({"attribute": "seats", "at_least": 4, "fixed": 1}, "/fixed", "not_a_boolean"),
    ({"attribute": "seats", "at_least": "4"}, "/at_least", "not_a_json_number"),
    ({"attribute": "seats", "at_least": True}, "/at_least", "not_a_json_number"),
    ({"attribute": "seats", "at_least": None}, "/at_least", "not_a_json_number"),
    ({"attribute": "seats", "at_least": 1e16}, "/at_least", "number_too_large"),
    ({"attribute": "seats", "is": 4}, "/is", "rule_does_not_fit"),
    ({"attribute": "powertrain", "at_least": "BEV"}, "/at_least", "rule_does_not_fit"),
    ({"attribute": "battery_swap", "one_of": [True]}, "/one_of", "rule_does_not_fit"),
    ({"attribute": "battery_swap", "is": "true"}, "/is", "not_a_boolean"),
    ({"attribute": "powertrain", "one_of": []}, "/one_of", "empty_list"),
    ({"attribute": "powertrain", "one_of": "BEV"}, "/one_of", "not_a_list"),
    ({"attribute": "powertrain", "one_of": ["BEV", "BEV"]}, "/one_of/1", "duplicate_item"),
    ({"attribute": "powertrain", "none_of": ["GAS"]}, "/none_of/0", "unknown_level"),
    ({"attribute": "powertrain", "is": ["BEV"]}, "/is", "not_a_text"),
    ({"attribute": "brand", "one_of": ["Ford"]}, "/one_of/0", "unknown_level"),
    ({"attribute": "adas_level", "at_least": "l3"}, "/at_least", "unknown_level"),
    ({"attribute": "powertrain", "one_of": ["BEV"], "none_of": ["PHEV"]}, "", "limit_rules_mixed"),
    ({"attribute": "seats", "at_least": 6, "at_most": 5}, "", "limit_contradiction"),
    ({"attribute": "adas_level", "at_least": "city", "at_most": "l2"}, "", "limit_contradiction"),
]


@pytest.mark.parametrize(("limit", "path", "code"), BAD_LIMITS)
def test_a_bad_limit_is_refused(small: Registry, limit: object, path: str, code: str) -> None:
    assert (f"/limits/0{path}", code) in codes_of({"limits": [limit]}, small)


def test_a_contradiction_across_limits_is_found(small: Registry) -> None:
    limits = [
        {"attribute": "seats", "at_least": 4},
        {"attribute": "seats", "at_most": 6},
        {"attribute": "boot_l", "at_most": 5},
        {"attribute": "seats", "at_least": 7},
    ]
    (problem,) = problems_of({"limits": limits}, small)
    assert (problem.path, problem.code) == ("/limits/3", "limit_contradiction")
    assert (problem.params["at_least"], problem.params["at_most"]) == (7, 6)
    assert problems_of({"limits": [*limits[:3], {"attribute": "seats", "at_least": 6}]}, small) == ()


@pytest.mark.parametrize(
    ("key", "value", "path", "code"),
    [
        ("answers", [], "/answers", "not_an_object"),
        ("answers", None, "/answers", "not_an_object"),
        ("limits", {}, "/limits", "not_a_list"),
        ("weights", {"space": 10.5}, "/weights/space", "out_of_range"),
        ("weights", {"space": -1}, "/weights/space", "out_of_range"),
        ("weights", {"space": True}, "/weights/space", "not_a_json_number"),
        ("weights", {"looks": 1}, "/weights/looks", "unknown_weight"),
        ("trade_offs", 1, "/trade_offs", "not_a_list"),
        ("trade_offs", ["T1"], "/trade_offs/0", "not_an_object"),
        ("trade_offs", [{"shown": ["T1"]}], "/trade_offs/0", "missing_key"),
        ("trade_offs", [{"shown": ["T1"], "chosen": "T2"}], "/trade_offs/0/chosen", "not_shown"),
        ("trade_offs", [{"shown": ["T9"], "chosen": None}], "/trade_offs/0/shown/0", "unknown_configuration"),
        ("trade_offs", [{"shown": ["T1", "T1"], "chosen": None}], "/trade_offs/0/shown/1", "duplicate_item"),
        ("trade_offs", [{"shown": [], "chosen": None}], "/trade_offs/0/shown", "empty_list"),
        ("trade_offs", [{"shown": [1], "chosen": 1}], "/trade_offs/0/chosen", "not_a_text"),
        ("unknown", "include", "/unknown", "not_one_of"),
        ("unknown", True, "/unknown", "not_one_of"),
        ("top", 0, "/top", "out_of_range"),
        ("top", 51, "/top", "out_of_range"),
        ("top", "5", "/top", "not_a_whole_number"),
        ("top", True, "/top", "not_a_whole_number"),
        ("per_line", 1.5, "/per_line", "not_a_whole_number"),
        ("per_brand", None, "/per_brand", "not_a_whole_number"),
        ("lang", "ZH", "/lang", "not_one_of"),
        ("date", "2026-2-3", "/date", "not_a_date"),
        ("date", "2026-02-29", "/date", "not_a_date"),
        ("date", 20260228, "/date", "not_a_date"),
        ("date", "1999-01-01", "/date", "out_of_range"),
        ("tops", 5, "/tops", "unknown_key"),
        ("a/b~c", 5, "/a~1b~0c", "unknown_key"),
    ],
)
def test_a_bad_key_is_refused(small: Registry, key: str, value: object, path: str, code: str) -> None:
    assert (path, code) in codes_of({key: value}, small)


@pytest.mark.parametrize(
    ("raw", "path", "code"),
    [
        (b"", "", "not_json"),
        (b"{", "", "not_json"),
        (b"{'top': 5}", "", "not_json"),
        (b"[]", "", "not_an_object"),
        (b"null", "", "not_an_object"),
        (b"\xff\xfe{\x00}\x00", "", "not_utf8"),
        ('{"top": 5}\ud800', "", "not_utf8"),
        (b"{" + b" " * 1_000_000 + b"}", "", "body_too_large"),
        ("{" + "　" * 400_000 + "}", "", "body_too_large"),
        (b"[" * 65 + b"]" * 65, "", "too_deep"),
        (b'{"a":' * 100_000, "", "too_deep"),
        (b'{"top": 5, "top": 5}', "/top", "duplicate_key"),
        (b'{"answers": {"people_max": 5, "people_max": 6}}', "/answers/people_max", "duplicate_key"),
        (b'{"top": NaN}', "/top", "not_finite"),
        (b'{"top": -Infinity}', "/top", "not_finite"),
        (b'{"top": 1e999}', "/top", "not_finite"),
        (b'{"weights": {"space": ' + b"9" * 5000 + b"}}", "/weights/space", "not_finite"),
        (b'{"lang": "z\\u202eh"}', "/lang", "refused_character"),
        (b'{"la\\u0000ng": "zh"}', "", "refused_character"),
        (b'{"lang": "\\ud800"}', "/lang", "refused_character"),
        ({"top": {5}}, "/top", "not_json_value"),
        ({1: 2}, "", "not_json_value"),
    ],
)
def test_a_bad_document_is_refused(small: Registry, raw: object, path: str, code: str) -> None:
    assert (path, code) in codes_of(raw, small)


def test_sixty_four_levels_are_read_and_brackets_in_text_do_not_count(small: Registry) -> None:
    assert codes_of(b"[" * 64 + b"]" * 64, small) == {("", "not_an_object")}
    assert codes_of(b'{"lang": "' + b"[" * 99 + b'\\""}', small) == {("/lang", "not_one_of")}


def test_a_value_that_contains_itself_is_refused(small: Registry) -> None:
    endless: dict[str, object] = {}
    endless["answers"] = endless
    assert ("", "too_deep") in codes_of(endless, small)


def test_everything_wrong_is_said_at_once_and_each_thing_once(small: Registry) -> None:
    raw = (
        '{"answers": {"people_max": true, "budget_cny": NaN, "place": "北\\u202e京", "energy": "x"},'
        ' "limits": [{"attribute": "seats", "at_least": 1e400}], "top": 0, "top": 1, "extra": 1}'
    )
    assert [(problem.path, problem.code) for problem in problems_of(raw, small)] == [
        ("/answers/budget_cny", "not_finite"),
        ("/answers/place", "refused_character"),
        ("/limits/0/at_least", "not_finite"),
        ("/top", "duplicate_key"),
        ("/extra", "unknown_key"),
        ("/answers/people_max", "not_a_number"),
        ("/answers/energy", "unknown_option"),
        ("/top", "out_of_range"),
    ]


def test_values_are_shown_as_json_and_cut(small: Registry) -> None:
    (problem,) = problems_of({"answers": {"people_max": True}}, small)
    assert problem.value == "true"
    (problem,) = problems_of({"answers": {"energy": "x" * 500}}, small)
    assert len(problem.value) == 80


def test_a_hostile_request_is_answered_soon_and_shortly(small: Registry) -> None:
    keys = ",".join(f'"k{number}":1' for number in range(80_000))
    quotes = '"' + '\\"' * 450_000
    for raw in ('{"answers":{' + keys + "}}", quotes, "[" * 900_000):
        start = time.perf_counter()
        problems = problems_of(raw, small)
        assert time.perf_counter() - start < 2
        assert 1 <= len(problems) <= MAX_PROBLEMS + 1
    last = problems_of('{"answers":{' + keys + "}}", small)[-1]
    assert (last.code, last.params["count"]) == ("more_problems", 80_000 - MAX_PROBLEMS)


def test_a_normal_request_takes_less_than_two_milliseconds(small: Registry) -> None:
    raw = json.dumps(FULL).encode()
    times = []
    for _ in range(50):
        start = time.perf_counter()
        parse(raw, small)
        times.append(time.perf_counter() - start)
    assert min(times) < 0.002


def test_the_document_of_a_request_gives_the_request_again(small: Registry) -> None:
    asked = parse(FULL, small)
    document = request_document(asked)
    assert parse(json.dumps(document), small) == asked
    assert list(document) == list(FULL)


# ------------------------------------------------------------------------------- one answer of a form or CSV
@pytest.mark.parametrize(
    ("question", "raw", "answer"),
    [
        ("people_max", "6", 6),
        ("people_max", ["6"], 6),
        ("people_max", 6.0, 6),
        ("people_max", "", None),
        ("people_max", [], None),
        ("people_max", None, None),
        ("people_max", "unknown", None),
        ("people_max", ["unknown"], None),
        ("budget_cny", " ２０ 万元 ", 200_000),
        ("older_passengers", "true", True),
        ("older_passengers", "NO", False),
        ("older_passengers", "是", True),
        ("older_passengers", ["否"], False),
        ("older_passengers", False, False),
        ("energy", "open", "open"),
        ("body_types", "suv;sedan", ("sedan", "suv")),
        ("body_types", "suv；mpv; ", ("suv", "mpv")),
        ("body_types", ["suv", ""], ("suv",)),
        ("body_types", ["", ""], None),
        ("body_types", "", None),
        ("brands_avoid", "蔚来;byd", ("BYD", "Nio")),
        ("place", "beijing", "110100"),
    ],
)
def test_form_and_csv_values(small: Registry, question: str, raw: object, answer: object) -> None:
    found = parse_answer(small.questions[question], raw, small, VOCABULARY)
    assert found == answer
    assert type(found) is type(answer)


@pytest.mark.parametrize(
    ("question", "raw", "path", "code"),
    [
        ("people_max", ["5", "6"], "/answers/people_max", "one_answer_only"),
        ("people_max", "six", "/answers/people_max", "not_a_number"),
        ("people_max", "6\x07", "/answers/people_max", "refused_character"),
        ("older_passengers", "maybe", "/answers/older_passengers", "not_a_boolean"),
        ("body_types", "suv;van", "/answers/body_types/1", "unknown_option"),
        ("energy", "suv", "/answers/energy", "unknown_option"),
    ],
)
def test_bad_form_values(small: Registry, question: str, raw: object, path: str, code: str) -> None:
    with pytest.raises(Rejected) as refused:
        parse_answer(small.questions[question], raw, small, VOCABULARY)
    assert [(problem.path, problem.code) for problem in refused.value.problems] == [(path, code)]
