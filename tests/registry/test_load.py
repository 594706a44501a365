"""Loading: what a good folder becomes, and every fault by its path and code."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from recommender.domain.errors import Rejected
from recommender.registry.load import load_registry
from recommender.registry.model import Condition, LimitRule, Registry, Text
from tests.registry.small import copy_to


def faults_of(folder: Path) -> dict[str, str]:
    with pytest.raises(Rejected) as refused:
        load_registry(folder)
    return {problem.path: problem.code for problem in refused.value.problems}


def test_blocks_become_frozen_nouns(small: Registry) -> None:
    seats = small.attributes["seats"]
    assert (seats.kind, seats.importance, seats.limit, seats.integer) == ("number", "space", True, True)
    assert seats.encoding is not None
    assert seats.encoding.reference == 5
    assert small.attributes["powertrain"].level_ids == ("BEV", "PHEV", "EREV")
    assert small.attributes["powertrain"].level_label("BEV", "zh") == "纯电"
    people = small.questions["people_max"]
    assert people.fast, "a question of a fast page is fast"
    assert not small.questions["energy"].fast
    assert people.limits == (LimitRule("seats", "at_least"),)
    assert [(band.at_least, band.at_most) for band in people.bands] == [(None, 3), (3, None)]
    about = small.questions["budget_cny"].limits[1]
    assert (about.percent, about.when) == (110, (Condition("budget_kind", ("about",)),))
    assert [page.id for page in small.pages] == ["people", "taste", "swap"]
    assert [question.id for question in small.questions_of("swap")] == ["swap_wanted"]
    assert small.messages["problem.too_small"] == Text("{value} 太小。", "{value} is too small.")
    assert small.message("problem.too_small", "en", value=3) == "3 is too small."
    assert [part_worth.level for part_worth in small.part_worths] == [None, "EREV"]
    assert small.policy("purchase_tax_rate", dt.date(2027, 12, 31)).value == 0.05
    assert small.policy("purchase_tax_rate", dt.date(2028, 1, 1)).value == 0.1


def test_the_shipped_registry_loads(shipped: Registry) -> None:
    assert len(shipped.pages) == 16
    assert len(shipped.importances) == 10
    assert [page.id for page in shipped.pages if page.fast] == [
        "people", "budget", "place", "distance", "priorities",
    ]  # fmt: skip


def question(body: str) -> str:
    """A further question; text goes in front of the first one."""
    head = '[[question]]\nid = "more"\npage = "people"\n'
    tail = (
        '\ntext = { zh = "？", en = "?" }\nwhy = { zh = "。", en = "." }\n\n[[question]]\nid = "people_max"'
    )
    return head + body + tail


FIRST = '[[question]]\nid = "people_max"'
CHOICE = 'kind = "choice"\noption = [{ id = "a", zh = "甲", en = "A" }]\n'
CHOICES = 'kind = "choices"\noption = [{ id = "a", zh = "甲", en = "A" }]\n'
RULE = 'kind = "integer"\nlimit = [{ attribute = "%s", op = "%s"%s }]'

MARKET = 'market = { shift = 0.1, error = %s, citation = "T02" }'
SURVEY = (
    'survey = { price_share = 0.1, error = 0.1, steps = %s, doubt = 0.5, segments = [%s], citation = "T02" }'
)
FAULTS = [
    ("attributes", 'better = "more"', 'bettr = "more"', "seats:bettr", "unknown_key"),
    ("attributes", 'better = "more"', 'better = "most"', "seats:better", "word"),
    ("attributes", 'group = "size"', "", "seats:group", "missing"),
    ("attributes", 'en = "Seats" }', 'en = "" }', "seats:label.en", "type"),
    ("attributes", '{ zh = "座位数", en', "{ en", "seats:label.zh", "missing"),
    ("attributes", "integer = true", "integer = 1", "seats:integer", "type"),
    ("attributes", 'id = "boot_l"', 'id = "seats"', "seats:id", "duplicate"),
    ("attributes", 'id = "boot_l"', 'id = "space"', "space:id", "duplicate"),
    ("attributes", 'importance = "space"', 'importance = "looks"', "seats:importance", "unknown_reference"),
    ("attributes", "maximum = 20", "maximum = 1", "seats:minimum", "bounds"),
    ("attributes", "scale = 1,", "scale = 0,", "seats:encoding.scale", "scale"),
    ("attributes", "low = 2, high = 7", "low = 7, high = 7", "seats:encoding.low", "bounds"),
    ("attributes", "reference = 5", "reference = 8", "seats:encoding.reference", "outside"),
    ("attributes", "unknown = 4", "unknown = 1", "seats:encoding.unknown", "outside"),
    ("attributes", "unknown = 4", "unknown = nan", "seats:encoding.unknown", "type"),
    ("attributes", "low = 100,", "low = 0,", "boot_l:encoding.low", "log"),
    ("attributes", 'transform = "log"', 'transform = "exp"', "boot_l:encoding.transform", "word"),
    ("attributes", "catalogue_levels = true", "", "brand:levels", "few_levels"),
    ("attributes", 'id = "PHEV"', 'id = "BEV"', "powertrain:levels.BEV", "duplicate"),
    ("attributes", 'unknown_level = "none"', 'unknown_level = "l3"', "adas_level:unknown_level",
     "unknown_reference"),
    ("attributes", 'kind = "boolean"', 'kind = "boolean"\nminimum = 1', "battery_swap:minimum",
     "not_for_kind"),
    ("attributes", "integer = true", 'integer = true\nlevels = [{ id = "x", zh = "x", en = "x" }]',
     "seats:levels", "not_for_kind"),
    ("questions", 'page = "people"', 'page = "crowd"', "people_max:page", "unknown_reference"),
    ("questions", 'page = "taste"', 'page = "taste"\nfast = true', "energy:fast", "not_fast"),
    ("questions", 'page = "swap"', 'page = "taste"', "swap:id", "empty_page"),
    ("questions", 'kind = "integer"', 'kind = "whole"', "people_max:kind", "word"),
    ("questions", "maximum = 9", "maximum = 1", "people_max:minimum", "bounds"),
    ("questions", 'kind = "place"', 'kind = "place"\nminimum = 1', "place:minimum", "not_for_kind"),
    ("questions", 'id = "about"', 'id = "ceiling"', "budget_kind:option.ceiling", "duplicate"),
    ("questions", 'id = "open"', 'id = "unknown"', "energy:option.unknown", "reserved"),
    ("questions", 'id = "true"', 'id = "yes"', "older_passengers:option.yes", "unknown_reference"),
    ("questions", 'levels_of = "body_type"', 'levels_of = "body"', "body_types:levels_of",
     "unknown_reference"),
    ("questions", 'disjoint_with = "worst"', 'disjoint_with = "worse"', "best:disjoint_with",
     "unknown_reference"),
    ("questions", '"sedan", "suv"]', '"sedan", "van"]', "body_kind:show_if.body_types", "unknown_reference"),
    ("questions", "older_passengers = [false", "older_passengers = [0",
     "swap_wanted:show_if.older_passengers", "type"),
    ("questions", "show_if = { body_types", "show_if = { body_sizes", "body_kind:show_if.body_sizes",
     "unknown_reference"),
    ("questions", 'levels_of = "body_type"', 'levels_of = "body_type"\nshow_if = { body_kind = ["only"] }',
     "body_types:show_if.body_kind", "forward_reference"),
    ("questions", FIRST, question(CHOICE + 'show_if = { more = ["a"] }'), "more:show_if.more",
     "forward_reference"),
    ("questions", FIRST, question(CHOICE + "max_items = 2"), "more:max_items", "not_for_kind"),
    ("questions", FIRST, question('kind = "choices"'), "more:option", "few_levels"),
    ("questions", FIRST, question(CHOICES + 'limit = [{ attribute = "powertrain", op = "one_of" }]'),
     "more:limit.1.value", "missing"),
    ("questions", FIRST, question(RULE % ("doors", "at_least", "")), "more:limit.1.attribute",
     "unknown_reference"),
    ("questions", FIRST, question(RULE % ("price_date", "is", ', value = "x"')), "more:limit.1.attribute",
     "not_limitable"),
    ("questions", FIRST, question(RULE % ("seats", "is", "")), "more:limit.1.op", "op"),
    ("questions", FIRST, question(RULE % ("adas_level", "at_least", "")), "more:limit.1.value", "missing"),
    ("questions", FIRST, question(RULE % ("powertrain", "one_of", ', value = ["GAS"]')),
     "more:limit.1.value", "unknown_reference"),
    ("questions", "percent = 110", "percent = -1", "budget_cny:limit.2.percent", "op"),
    ("questions", 'budget_kind = ["about"]', 'budget_kind = ["most"]',
     "budget_cny:limit.2.when.budget_kind", "unknown_reference"),
    ("questions", "young_urban = 2.0", "urban = 2.0", "people_max:band.1.segments.urban",
     "unknown_reference"),
    ("questions", "young_urban = 2.0", "young_urban = 0", "people_max:band.1.segments.young_urban", "scale"),
    ("questions", "boot_l = 0.2", "boot = 0.2", "people_max:band.2.part_worths.boot", "unknown_reference"),
    ("questions", "boot_l = 0.2", "total_price_cny = 0.2", "people_max:band.2.part_worths.total_price_cny",
     "part_worth"),
    ("questions", "boot_l = 0.2", "adas_level = 0.2", "people_max:band.2.part_worths.adas_level",
     "part_worth"),
    ("questions", "boot_l = 0.2", '"adas_level=l9" = 0.2', "people_max:band.2.part_worths.adas_level=l9",
     "unknown_reference"),
    ("questions", '"body_type={item}"', '"body={item}"', "body_types:option.suv.part_worths.body=suv",
     "unknown_reference"),
    ("questions", "comfort = 1.5", "looks = 1.5", "older_passengers:option.true.multiply.looks",
     "unknown_reference"),
    ("segments", "share = 0.4", "share = 0.5", "", "shares"),
    ("segments", 'id = "rural"', 'id = "village"', "", "segments"),
    ("segments_part_worths", "sd = 0.2", "sd = 0", "1:sd", "scale"),
    ("segments_part_worths", "rural = 0.3", "village = 0.3", "1:means", "segments"),
    ("segments_part_worths", '"EREV"', '"GAS"', "2:attribute", "unknown_reference"),
    ("segments_part_worths", "sd = 0.3", "sd = 0.3\n" + MARKET % 0, "2:market.error", "scale"),
    ("segments_part_worths", "sd = 0.2", "sd = 0.2\n" + SURVEY % (0, '"rural"'), "1:survey.steps", "scale"),
    ("segments_part_worths", "sd = 0.2", "sd = 0.2\n" + SURVEY % (1, '"x"'), "1:survey.segments", "segments"),
    ("segments_part_worths", "sd = 0.2", "sd = 0.2\n" + SURVEY % (1, ""), "1:survey.segments", "segments"),
    ("segments_part_worths", "sd = 0.3", 'sd = 0.3\nmarket = { shift = 1 }', "2:market.citation", "missing"),
    ("segments_part_worths", '"powertrain"\nlevel = "EREV"', '"boot_l"', "2:attribute", "duplicate"),
    ("policies", "valid_from = 2028-01-01", "valid_from = 2027-12-31", "purchase_tax_rate:valid_from",
     "overlap"),
    ("policies", "valid_to = 2027-12-31", "valid_to = 2025-12-31", "purchase_tax_rate:valid_to", "bounds"),
    ("policies", "valid_to = 2027-12-31", 'valid_to = "2027"', "purchase_tax_rate:valid_to", "type"),
    ("messages", '"{value} 太小。"', '"{wert} 太小。"', "messages:problem.too_small", "placeholders"),
    ("messages", '"{value} 太小。"', '"{value 太小。"', "messages:problem.too_small", "placeholders"),
    ("messages", 'en = "Make it larger."', "", "messages.toml:remedy:too_small.en", "missing"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "place", "code"), FAULTS)
def test_a_fault_is_named(tmp_path: Path, file: str, old: str, new: str, place: str, code: str) -> None:
    found = faults_of(copy_to(tmp_path, {f"{file}.toml": [(old, new)]}))
    path = place if place.startswith("messages") else f"{file}.toml:{place}".rstrip(":")
    assert found.get(path) == f"registry_{code}", found


def test_all_faults_of_all_files_are_named_at_once(tmp_path: Path) -> None:
    wanted = {
        "attributes.toml:seats:bettr": ("attributes.toml", 'better = "more"', 'bettr = "more"'),
        "attributes.toml:boot_l:encoding.low": ("attributes.toml", "low = 100,", "low = 0,"),
        "questions.toml:people_max:page": ("questions.toml", 'page = "people"', 'page = "crowd"'),
        "segments.toml": ("segments.toml", "share = 0.4", "share = 0.5"),
        "policies.toml:purchase_tax_rate:value": ("policies.toml", "value = 0.05", 'value = "5 %"'),
        "messages:problem.too_small": ("messages.toml", '"{value} 太小。"', '"太小。"'),
    }
    edits: dict[str, list[tuple[str, str]]] = {}
    for file, old, new in wanted.values():
        edits.setdefault(file, []).append((old, new))
    assert set(faults_of(copy_to(tmp_path, edits))) == set(wanted)


def test_files_missing_broken_or_foreign(tmp_path: Path) -> None:
    nowhere = faults_of(tmp_path / "nowhere")
    assert [path for path, code in nowhere.items() if code == "registry_file_missing"] == [
        "attributes.toml", "questions.toml", "policies.toml", "messages.toml",
    ]  # fmt: skip
    folder = copy_to(tmp_path / "copy")
    (folder / "policies.toml").unlink()
    (folder / "messages.toml").write_bytes(b"\xff\xfe")
    (folder / "segments.toml").write_text("[[segment]\n", encoding="utf-8")
    (folder / "recipes.toml").write_text("", encoding="utf-8")
    (folder / "questions_more.toml").write_text('[[policy]]\nid = "x"\n', encoding="utf-8")
    found = faults_of(folder)
    assert found["policies.toml"] == "registry_file_missing"
    assert found["messages.toml"] == "registry_unreadable"
    assert found["recipes.toml"] == "registry_file_unknown"
    assert found["questions_more.toml:policy"] == "registry_unknown_key"


def test_further_files_add_to_the_same_tables(tmp_path: Path, small: Registry) -> None:
    folder = copy_to(tmp_path)
    (folder / "messages_more.toml").write_text('[unit.km]\nzh = "公里"\nen = "km"\n', encoding="utf-8")
    assert load_registry(folder).messages == {**small.messages, "unit.km": Text("公里", "km")}


@pytest.mark.parametrize(
    ("file", "old", "new", "same"),
    [
        ("questions.toml", "最多几个人？", "最多坐几个人？", True),
        ("attributes.toml", 'en = "Battery electric"', 'en = "Electric"', True),
        ("attributes.toml", "scale = 1,", "scale = 1.0,", True),
        ("policies.toml", "value = 0.05", "value = 0.06", True),
        ("attributes.toml", "scale = 1,", "scale = 2,", False),
        ("attributes.toml", 'importance = "comfort"', 'importance = "space"', False),
        ("attributes.toml", 'id = "mpv"', 'id = "van"', False),
        ("questions.toml", "young_urban = 2.0", "young_urban = 2.5", False),
        ("questions.toml", '"{item}" = 2.0', '"{item}" = 2.1', False),
    ],
)  # fmt: skip
def test_the_fingerprint_moves_with_the_model_only(
    tmp_path: Path, small: Registry, file: str, old: str, new: str, same: bool
) -> None:
    changed = load_registry(copy_to(tmp_path, {file: [(old, new)]}))
    assert (changed.fingerprint == small.fingerprint) == same
    assert len(changed.fingerprint) == 64
