"""The registry as JSON, and docs/registry.md in step with the files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import cast

import pytest

from recommender.registry.document import attributes_document, main, questions_document, registry_page
from recommender.registry.model import Registry
from tests.registry.small import VOCABULARY

PAGE = Path(__file__).parents[2] / "docs" / "registry.md"


def test_the_page_is_in_step_with_the_files(shipped: Registry) -> None:
    written = PAGE.read_text(encoding="utf-8")
    assert written == registry_page(shipped), "run: python -m recommender.registry.document"


def test_the_command_writes_the_page(tmp_path: Path, shipped: Registry) -> None:
    main([str(tmp_path / "page.md")])
    assert (tmp_path / "page.md").read_text(encoding="utf-8") == registry_page(shipped)


@pytest.mark.parametrize(("argument", "status"), [("--help", 0), ("-h", 0), ("--lang", 2)])
def test_a_flag_is_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, argument: str, status: int
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ending:
        main([argument])
    assert ending.value.code == status
    assert list(tmp_path.iterdir()) == []


def test_the_page_names_every_id(shipped: Registry) -> None:
    page = registry_page(shipped)
    for name in (*shipped.questions, *shipped.attributes, *(policy.id for policy in shipped.policies)):
        assert f"| {name} |" in page


def test_questions_have_the_keys_of_the_contract(shipped: Registry) -> None:
    document = questions_document(shipped, VOCABULARY)
    questions = cast(list[dict[str, object]], document["questions"])
    assert [question["id"] for question in questions] == list(shipped.questions)
    for question in questions:
        assert list(question) == [
            "id", "page", "fast", "kind", "options", "minimum", "maximum", "max_items",
            "unit", "text", "why", "show_if",
        ]  # fmt: skip
        assert question["kind"] == "boolean" or question["options"] or question["minimum"] is not None
    json.dumps(document, allow_nan=False)


def test_one_question_by_hand(small: Registry) -> None:
    questions = cast(list[dict[str, object]], questions_document(small, VOCABULARY)["questions"])
    by_id = {question["id"]: question for question in questions}
    assert by_id["budget_kind"] == {
        "id": "budget_kind",
        "page": "people",
        "fast": True,
        "kind": "choice",
        "options": [
            {"id": "ceiling", "zh": "上限", "en": "Ceiling"},
            {"id": "about", "zh": "大概", "en": "About"},
        ],
        "minimum": None,
        "maximum": None,
        "max_items": None,
        "unit": None,
        "text": {"zh": "上限还是大概？", "en": "Ceiling or about?"},
        "why": {"zh": "大概多放一成。", "en": "About adds a tenth."},
        "show_if": None,
    }
    assert by_id["swap_wanted"]["show_if"] == {
        "energy": ["bev_only", "missing"],
        "older_passengers": [False, "missing"],
    }
    assert by_id["older_passengers"]["options"] == []
    assert {"id": "Nio", "zh": "蔚来", "en": "Nio"} in cast(list[object], by_id["brands_avoid"]["options"])
    places = cast(list[dict[str, str]], by_id["place"]["options"])
    assert {"id": "610100", "zh": "西安市", "en": "Xi'an"} in places
    assert "100000" not in [place["id"] for place in places], "a country cannot be chosen"
    assert [o["id"] for o in cast(list[dict[str, str]], by_id["body_types"]["options"])] == [
        "sedan", "suv", "mpv",
    ]  # fmt: skip


def test_attributes_have_the_keys_of_the_contract(small: Registry) -> None:
    document = attributes_document(small, {"seats": 0.75}, {"brand": ("BYD", "Nio")})
    attributes = cast(list[dict[str, object]], document["attributes"])
    by_id = {attribute["id"]: attribute for attribute in attributes}
    assert by_id["seats"] == {
        "id": "seats",
        "kind": "number",
        "unit": None,
        "levels": [],
        "level_labels": {},
        "better": "more",
        "importance": "space",
        "limit": True,
        "coverage": 0.75,
        "label": {"zh": "座位数", "en": "Seats"},
    }
    assert by_id["adas_level"]["levels"] == ["none", "l2", "city"]
    assert by_id["brand"]["levels"] == ["BYD", "Nio"]
    assert by_id["boot_l"]["coverage"] is None
    json.dumps(document, allow_nan=False)
