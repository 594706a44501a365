"""Requests that must be refused: what was sent, where the fault is, and by which name it is called."""

from __future__ import annotations

import json
from dataclasses import dataclass

A_LIMIT = {"attribute": "seats", "at_least": 5}


@dataclass(frozen=True)
class Hostile:
    """``body`` is sent as it is; the first problem must be ``code`` at ``path``; ``count`` problems in all.
    ``says``: words that the message or the remedy must hold in English."""

    name: str
    body: bytes
    path: str
    code: str
    count: int = 1
    says: str = ""

    def __str__(self) -> str:
        return self.name.replace(" ", "-")


def raw(name: str, body: str | bytes, path: str, code: str, *, count: int = 1, says: str = "") -> Hostile:
    return Hostile(name, body.encode() if isinstance(body, str) else body, path, code, count, says)


def sent(name: str, document: object, path: str, code: str, *, count: int = 1, says: str = "") -> Hostile:
    # written as ASCII, so that surrogates and control characters arrive as escapes, as a client may send them
    return Hostile(name, json.dumps(document).encode(), path, code, count, says)


def answer(name: str, question: str, value: object, code: str, *, at: str = "", says: str = "") -> Hostile:
    path = f"/answers/{question}{at}"
    return sent(name, {"answers": {question: value}}, path, code, says=says)


def limit(name: str, key: str, code: str, *, says: str = "", **rule: object) -> Hostile:
    path = f"/limits/0/{key}" if key else "/limits/0"
    return sent(name, {"limits": [rule]}, path, code, says=says)


BODIES = (
    raw("nothing", b"", "", "not_json"),
    raw("only spaces", b" \n\t", "", "not_json"),
    raw("half an object", '{"answers": {"people_max": 6', "", "not_json", says="Line 1"),
    raw("a comma too many", '{"top": 3,}', "", "not_json"),
    raw("single quotes", "{'top': 3}", "", "not_json"),
    raw("a comment", '{"top": 3} // five', "", "not_json"),
    raw("two documents", "{}{}", "", "not_json"),
    raw("a bare NUL", b'{"top": 3}\x00', "", "not_json"),
    raw("not UTF-8", b'{"answers": {"place": "\xff\xfe"}}', "", "not_utf8"),
    raw("GB18030", '{"answers": {"place": "合肥"}}'.encode("gb18030"), "", "not_utf8"),
    raw("UTF-16", '{"top": 3}'.encode("utf-16"), "", "not_utf8"),
    raw("a zip file", b"PK\x03\x04\x14\x00\x00\x00\x08\x00\x8a\xb1", "", "not_utf8"),
    raw("a list", b"[]", "", "not_an_object"),
    raw("a text", b'"hello"', "", "not_an_object"),
    raw("null", b"null", "", "not_an_object"),
    raw("true", b"true", "", "not_an_object"),
    raw("65 levels", "[" * 65 + "]" * 65, "", "too_deep", says="64"),
    raw("100,000 levels", "[" * 100_000, "", "too_deep"),
    raw("65 levels inside", '{"answers": {"place": ' + "[" * 63 + "]" * 63 + "}}", "", "too_deep"),
    raw("a key twice", '{"top": 1, "top": 2}', "/top", "duplicate_key"),
    raw("an answer twice", '{"answers": {"place": "北京", "place": "上海"}}', "/answers/place",
        "duplicate_key"),
    raw("an escaped key twice", '{"top": 1, "t\\u006fp": 2}', "/top", "duplicate_key"),
    raw("NaN", '{"answers": {"winter_low_c": NaN}}', "/answers/winter_low_c", "not_finite"),
    raw("Infinity", '{"weights": {"space": Infinity}}', "/weights/space", "not_finite"),
    raw("minus Infinity", '{"limits": [{"attribute": "seats", "at_least": -Infinity}]}', "/limits/0/at_least",
        "not_finite"),
    raw("a number too large for a float", '{"top": 1e999}', "/top", "not_finite"),
    raw("ten thousand digits", '{"top": ' + "9" * 10_000 + "}", "/top", "not_finite"),
    raw("sixty digits", '{"top": ' + "9" * 60 + "}", "/top", "number_too_large"),
)  # fmt: skip

KEYS = (
    sent("a misspelt key", {"answer": {}}, "/answer", "unknown_key", says="answers"),
    sent("answers as a list", {"answers": []}, "/answers", "not_an_object"),
    sent("a huge top", {"top": 10**9}, "/top", "out_of_range", says="50"),
    sent("top of none", {"top": 0}, "/top", "out_of_range"),
    sent("top in words", {"top": "5"}, "/top", "not_a_whole_number"),
    sent("top and a half", {"top": 2.5}, "/top", "not_a_whole_number"),
    sent("top as yes", {"top": True}, "/top", "not_a_whole_number"),
    sent("a negative per_line", {"per_line": -1}, "/per_line", "out_of_range"),
    sent("a third language", {"lang": "fr"}, "/lang", "not_one_of", says="zh, en"),
    sent("a third unknown", {"unknown": "maybe"}, "/unknown", "not_one_of", says="exclude"),
    sent("30 February", {"date": "2026-02-30"}, "/date", "not_a_date", says="2026-11-22"),
    sent("a date in wide digits", {"date": "２０２６-11-22"}, "/date", "not_a_date"),
    sent("a date and a time", {"date": "2026-11-22T10:00"}, "/date", "not_a_date"),
    sent("a date long ago", {"date": "1066-10-14"}, "/date", "out_of_range", says="2020"),
    sent("a weight above ten", {"weights": {"space": 10.001}}, "/weights/space", "out_of_range"),
    sent("a negative weight", {"weights": {"space": -1}}, "/weights/space", "out_of_range"),
    sent("a weight in words", {"weights": {"space": "3"}}, "/weights/space", "not_a_json_number"),
    sent("a weight of beauty", {"weights": {"beauty": 3}}, "/weights/beauty", "unknown_weight"),
    sent("a choice not shown", {"trade_offs": [{"shown": ["Q1"], "chosen": "Q2"}]}, "/trade_offs/0/shown/0",
         "unknown_configuration", count=2),
    sent("a choice of nothing", {"trade_offs": [{"shown": [], "chosen": None}]}, "/trade_offs/0/shown",
         "empty_list"),
    sent("half a trade-off", {"trade_offs": [{"chosen": None}]}, "/trade_offs/0", "missing_key"),
)  # fmt: skip

ANSWERS = (
    answer("a misspelt question", "peple_max", 5, "unknown_question", says="people_max"),
    answer("ten people", "people_max", 10, "above_maximum", says="9"),
    answer("nobody", "people_max", 0, "below_minimum"),
    answer("six and a half people", "people_max", 6.5, "not_a_whole_number"),
    answer("true people", "people_max", True, "not_a_number"),
    answer("people in words", "people_max", "half a dozen", "not_a_number"),
    answer("a list of people", "people_max", [5], "not_a_number"),
    answer("a formula", "people_max", "=2+3", "not_a_number"),
    answer("nine thousand", "budget_cny", "9,999", "below_minimum", says="¥10,000"),
    answer("wide digits too small", "budget_cny", "９９９９", "below_minimum"),
    answer("600万", "budget_cny", "600万", "above_maximum"),
    answer("dollars", "budget_cny", "$30,000", "not_a_number"),
    answer("two commas", "budget_cny", "1,00,000", "not_a_number"),
    answer("an exponent that explodes", "budget_cny", "1e400", "not_a_number"),
    answer("a lone surrogate", "place", "\ud800", "refused_character", says="U+D800"),
    answer("a NUL inside", "place", "北\x00京", "refused_character", says="U+0000"),
    answer("a text that turns around", "place", "北京\u202e海上", "refused_character", says="U+202E"),
    answer("an invisible joiner", "place", "北\u200b京", "refused_character", says="U+200B"),
    answer("a misspelt city", "place", "合非", "unknown_place", says="合肥市"),
    answer("a misspelt english city", "place", "Guangzou", "unknown_place", says="Guangzhou"),
    answer("a code of nowhere", "place", "999999", "unknown_place"),
    answer("a place as a number", "place", 110000, "not_a_text"),
    answer("an unknown option", "energy", "steam", "unknown_option"),
    answer("an option in capitals", "energy", "BEV_ONLY", "unknown_option", says="bev_only"),
    answer("yes for true", "older_passengers", "yes", "not_a_boolean"),
    answer("one for true", "older_passengers", 1, "not_a_boolean"),
    answer("a text for a list", "body_types", "suv", "not_a_list"),
    answer("an item twice", "body_types", ["suv", "suv"], "duplicate_item", at="/1"),
    answer("four of the best", "best", ["space", "range", "comfort", "safety"], "too_many_items", says="3"),
    answer("none and something", "cockpit_top", ["none", "voice"], "exclusive_option"),
    answer("a brand of nobody", "brands_avoid", ["Trabant"], "unknown_brand", at="/0"),
    sent("best and worst", {"answers": {"best": ["space"], "worst": ["space"]}}, "/answers/worst",
         "not_disjoint"),
)  # fmt: skip

LIMITS = (
    sent("limits as an object", {"limits": {}}, "/limits", "not_a_list"),
    sent("a limit as a text", {"limits": ["seats>5"]}, "/limits/0", "not_an_object"),
    limit("no attribute", "", "missing_key", at_least=5),
    limit("an attribute of nobody", "attribute", "unknown_attribute", attribute="wings", at_least=2),
    limit("a near attribute", "attribute", "unknown_attribute", attribute="seat", at_most=2, says="seats"),
    limit("no rule", "", "limit_without_rule", attribute="seats", says="at_least"),
    limit("two rules", "", "limit_rules_mixed", **{"attribute": "body_type", "is": "suv", "one_of": ["suv"]}),
    limit("a rule that does not fit", "one_of", "rule_does_not_fit", attribute="seats", one_of=[5]),
    limit("an unknown rule", "atleast", "unknown_key", atleast=5, says="at_least", **A_LIMIT),
    limit("an empty list", "one_of", "empty_list", attribute="body_type", one_of=[]),
    limit("an unknown level", "one_of/0", "unknown_level", attribute="body_type", one_of=["tank"]),
    limit("a bound in words", "at_least", "not_a_json_number", attribute="seats", at_least="5"),
    limit("a bound of nothing", "at_least", "not_a_json_number", attribute="seats", at_least=None),
    limit("true as 1", "is", "not_a_boolean", **{"attribute": "isofix", "is": 1}),
    limit("fixed as a text", "fixed", "not_a_boolean", fixed="no", **A_LIMIT),
    limit("a contradiction in one", "", "limit_contradiction", says="5", at_most=4, **A_LIMIT),
    sent("a contradiction in two",
         {"limits": [{"attribute": "seats", "at_least": 7}, {"attribute": "seats", "at_most": 5}]},
         "/limits/1", "limit_contradiction"),
    sent("a contradiction of levels",
         {"limits": [{"attribute": "adas_level", "at_least": "city", "at_most": "l2"}]},
         "/limits/0", "limit_contradiction"),
    sent("65 limits", {"limits": [A_LIMIT] * 65}, "/limits", "too_many_limits", says="64"),
    sent("64 limits and one of an answer", {"answers": {"people_max": 4}, "limits": [A_LIMIT] * 64},
         "/limits", "too_many_limits", says="1 made by the answers"),
)  # fmt: skip

REQUESTS = (*BODIES, *KEYS, *ANSWERS, *LIMITS)
