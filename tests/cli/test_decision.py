"""``recommender explain``, ``compare`` and ``next``: the JSON of the contract, and words."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import ANSWERS, Program
from tests.cli.test_commands import errors
from tests.needs import ROOT

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
    table = program("compare", str(ANSWERS), *ids, *DATE).out
    assert "★" in table
    assert "品牌" not in table, "the names above tell it, and in Chinese"


def test_what_cannot_be_named_or_counted_is_bad_input(program: Program) -> None:
    ended = program("explain", str(ANSWERS), "no-such-car", "--format", "json")
    assert (ended.status, ended.out) == (2, "")
    assert errors(ended.err) == {"CONFIG_ID": "configuration_not_found"}
    assert "registry.md" not in ended.err, "configurations are not in the registry"
    ended = program("compare", str(ANSWERS), "no-such-car", "--format", "json")
    assert (ended.status, errors(ended.err)) == (2, {"CONFIG_ID": "compare_count"})
    for lang in ("zh", "en"):
        ended = program("compare", str(ANSWERS), "one", "two", "--lang", lang)
        assert ended.status == 2
        assert ended.err.count("CONFIG_ID/") == 2


# --------------------------------------------------------------------------------------------- next answers
def changes(program: Program, request: str, *flags: str) -> list[dict[str, object]]:
    ended = program("next", "-", "--format", "json", *flags, stdin=request)
    assert (ended.status, ended.err) == (0, "")
    document = json.loads(ended.out)
    assert set(document) == {"answers"}
    return list(document["answers"])


def test_next_tells_answers_that_really_change_the_first_three(program: Program) -> None:
    request = {"answers": {"people_max": 5, "budget_cny": 200_000}, "top": 3}
    found = changes(program, json.dumps(request), *DATE)
    assert found

    def first_three(answers: dict[str, object]) -> list[str]:
        text = json.dumps({**request, "answers": answers})
        ended = program("recommend", "-", *DATE, "--format", "json", stdin=text)
        return [item["config_id"] for item in json.loads(ended.out)["recommendations"]]

    answers: dict[str, object] = dict(request["answers"])  # type: ignore[call-overload]
    before = first_three(answers)
    for one in found[:3]:
        assert one["question"] not in answers
        after = first_three({**answers, str(one["question"]): one["answer"]})
        assert after != before
        assert one["enters"] == [config for config in after if config not in before]
        assert one["leaves"] == [config for config in before if config not in after]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_next_in_words_says_the_same(program: Program, lang: str) -> None:
    found = changes(program, "{}", *DATE, "--lang", lang)
    ended = program("next", "-", *DATE, "--lang", lang, stdin="{}")
    assert (ended.status, ended.err) == (0, "")
    shown = "".join(ended.out.split())
    for one in found:
        assert str(one["question"]) in ended.out
        # The table breaks lines anywhere; its first column stands only on the first line of a sentence.
        assert "".join(str(one["text"]).split()) in shown
    assert all(len(line) <= 100 for line in ended.out.splitlines())


def test_next_says_when_no_answer_changes_anything(program: Program) -> None:
    nobody = json.dumps({"answers": {"people_max": 7, "budget_cny": 40_000}})
    assert changes(program, nobody) == []
    assert "None of the answers" in program("next", "-", "--lang", "en", stdin=nobody).out
    assert "没有一个会改变前三名" in program("next", "-", "--lang", "zh", stdin=nobody).out


def test_next_takes_the_flags_and_refusals_of_the_others(program: Program, tmp_path: Path) -> None:
    ended = program("next", "-", "--format", "json", stdin='{"top": 0, "frob": 1}')
    assert (ended.status, ended.out) == (2, "")
    assert errors(ended.err) == {"/top": "out_of_range", "/frob": "unknown_key"}
    assert program("next", str(tmp_path / "none.json")).status == 2
    folder = tmp_path / "catalogue"
    shutil.copytree(ROOT / "data" / "catalogue", folder)
    assert changes(program, "{}", *DATE, "--catalogue", str(folder)) == changes(program, "{}", *DATE)
    (folder / "trims.csv").unlink()
    assert program("next", "-", "--catalogue", str(folder), stdin="{}").status == 2
    assert program("next", "-", "--date", "2026-02-30", stdin="{}").status == 2


def test_the_next_pair_is_told_as_json_and_as_a_table(program: Program) -> None:
    answer = json.loads(program("pair", str(ANSWERS), "--format", "json").out)
    assert len(answer["pair"]) == 2
    assert (answer["stop"], answer["asked"]) == ("", 0)
    table = program("pair", str(ANSWERS), "--lang", "en")
    assert (table.status, table.err) == (0, "")
    assert all(item["config_id"] in table.out for item in answer["pair"])
    english = json.loads(program("pair", str(ANSWERS), "--lang", "en", "--format", "json").out)["pair"]
    for item in english:
        assert " ".join([item["brand"], item["model"], item["trim"]]) in table.out
    few = json.dumps({"limits": [{"attribute": "seats", "at_least": 50}]})
    ended = program("pair", "-", "--lang", "en", stdin=few)
    assert ended.status == 0
    assert "not two left to ask about" in ended.out
