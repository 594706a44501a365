"""``recommender explain`` and ``recommender compare``: the JSON of the contract, and words."""

from __future__ import annotations

import json

from tests.cli.conftest import ANSWERS, Program
from tests.cli.test_commands import errors

DATE = ("--date", "2026-11-22")


def listed(program: Program) -> list[dict[str, object]]:
    ended = program("recommend", str(ANSWERS), *DATE, "--format", "json")
    found: list[dict[str, object]] = json.loads(ended.out)["recommendations"]
    return found


def test_explain_is_the_item_of_the_list_with_rank_and_limits(program: Program) -> None:
    item = listed(program)[1]
    ended = program("explain", str(ANSWERS), str(item["config_id"]), *DATE, "--format", "json")
    assert (ended.status, ended.err) == (0, "")
    found = json.loads(ended.out)
    assert found["violates"] == []
    assert found["rank"] >= 2
    assert found["why_not"]
    apart = {"rank", "violates", "why_not", "tied_with_next"}
    assert {k: v for k, v in found.items() if k not in apart} == {
        k: v for k, v in item.items() if k not in apart
    }


def test_a_car_that_breaks_a_limit_has_no_rank(program: Program) -> None:
    item = listed(program)[0]
    request = json.dumps({"limits": [{"attribute": "seats", "at_most": 4}]})
    ended = program("explain", "-", str(item["config_id"]), *DATE, "--format", "json", stdin=request)
    found = json.loads(ended.out)
    assert (ended.status, found["rank"]) == (0, None)
    assert [limit["attribute"] for limit in found["violates"]] == ["seats"]
    told = program("explain", "-", str(item["config_id"]), *DATE, "--lang", "en", stdin=request).out
    assert "Does not obey" in told


def test_compare_puts_two_to_four_side_by_side(program: Program) -> None:
    ids = [str(item["config_id"]) for item in listed(program)[:3]]
    ended = program("compare", str(ANSWERS), *ids, *DATE, "--format", "json")
    assert (ended.status, ended.err) == (0, "")
    found = json.loads(ended.out)
    assert [item["config_id"] for item in found["configurations"]] == ids
    assert found["differences"]
    for difference in found["differences"]:
        assert set(difference) == {"attribute", "values", "best"}
        assert len(difference["values"]) == 3
        assert set(difference["best"]) <= set(ids)
    assert "★" in program("compare", str(ANSWERS), *ids, *DATE).out


def test_what_cannot_be_named_or_counted_is_bad_input(program: Program) -> None:
    ended = program("explain", str(ANSWERS), "no-such-car", "--format", "json")
    assert (ended.status, ended.out) == (2, "")
    assert errors(ended.err) == {"CONFIG_ID": "configuration_not_found"}
    ended = program("compare", str(ANSWERS), "no-such-car", "--format", "json")
    assert (ended.status, errors(ended.err)) == (2, {"CONFIG_ID": "compare_count"})
    for lang in ("zh", "en"):
        ended = program("compare", str(ANSWERS), "one", "two", "--lang", lang)
        assert ended.status == 2
        assert ended.err.count("CONFIG_ID/") == 2
