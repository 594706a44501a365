"""Columns files: what they mean, and every fault of one at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from recommender.domain.errors import Rejected
from recommender.registry.columns_file import Condition, plain_level, read_columns_file
from tests.needs import ROOT

SHIPPED = sorted((ROOT / "docs" / "columns").glob("*.toml"))


def faults_of(tmp_path: Path, text: str) -> set[tuple[str, str]]:
    path = tmp_path / "f.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Rejected) as refusal:
        read_columns_file(path)
    return {(problem.path, problem.code) for problem in refusal.value.problems}


def test_a_file_says_what_columns_mean(tmp_path: Path) -> None:
    path = tmp_path / "cars.toml"
    path.write_text(
        """
        [[attribute]]
        column = "range"
        kind = "level"
        reference = [15, "none"]
        within = " powertrain = PHEV "
        [[attribute]]
        column = "price"
        kind = "number"
        reference = 20
        scale = 5
        [[person]]
        column = "thrift"
        kind = "number"
        about = ["price", "powertrain=BEV"]
        missing = 9
        [[person]]
        column = "brand"
        kind = "level"
        names = "origin"
        """,
        encoding="utf-8",
    )
    found = read_columns_file(path)
    assert (found.dataset, found.person, found.task, found.alternative, found.chosen) == (
        *("cars", "person_id", "task", "alt", "chosen"),
    )
    spans, price = found.attributes
    assert (spans.references, spans.within) == (("15", "none"), Condition("powertrain", "PHEV"))
    assert (price.zero, price.scale, price.within) == (20.0, 5.0, None)
    thrift, brand = found.people
    assert thrift.about == (Condition("price", ""), Condition("powertrain", "BEV"))
    assert (thrift.missing, brand.names) == (("9",), "origin")


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    found = faults_of(
        tmp_path,
        """
        extra = 1
        [choices]
        person = "who"
        task = "who"
        wrong = "x"
        [[attribute]]
        kind = "colour"
        [[attribute]]
        column = "price"
        kind = "number"
        scale = 0
        reference = "cheap"
        within = "petrol"
        [[attribute]]
        column = "power"
        kind = "level"
        scale = 2
        reference = [true]
        [[attribute]]
        column = "chosen"
        kind = "number"
        [[attribute]]
        column = "power"
        kind = "level"
        [[person]]
        column = "age"
        kind = "number"
        names = "power"
        about = "speed"
        [[person]]
        column = "age"
        kind = "level"
        about = "power=BEV"
        missing = []
        """,
    )
    assert found == {
        ("f.toml:extra", "registry_unknown_key"),
        ("f.toml:choices:wrong", "registry_unknown_key"),
        ("f.toml:choices", "registry_duplicate"),
        ("f.toml:[[attribute]] 1:column", "registry_missing"),
        ("f.toml:[[attribute]] 1:kind", "registry_word"),
        ("f.toml:[[attribute]] 2:scale", "columns_scale"),
        ("f.toml:[[attribute]] 2:reference", "registry_type"),
        ("f.toml:[[attribute]] 2:within", "columns_condition"),
        ("f.toml:[[attribute]] 3:scale", "columns_only_for_numbers"),
        ("f.toml:[[attribute]] 3:reference", "registry_type"),
        ("f.toml:[[attribute]] 4:column", "columns_chosen_used"),
        ("f.toml:[[attribute]] 5:column", "registry_duplicate"),
        ("f.toml:[[person]] 1:names", "columns_only_for_levels"),
        ("f.toml:[[person]] 1:about", "columns_about_number"),
        ("f.toml:[[person]] 2:about", "columns_only_for_numbers"),
        ("f.toml:[[person]] 2:missing", "registry_type"),
        ("f.toml:[[person]] 2:column", "registry_duplicate"),
    }


def test_what_is_better_and_what_is_a_place(tmp_path: Path) -> None:
    path = tmp_path / "cars.toml"
    attributes = "".join(
        f'[[attribute]]\ncolumn = "{name}"\nkind = "number"\n{better}'
        for name, better in (("price", 'better = "less"\n'), ("range", 'better = "more"\n'), ("doors", ""))
    )
    path.write_text("[choices]\nposition = true\n" + attributes, encoding="utf-8")
    found = read_columns_file(path)
    assert found.position is True
    assert [attribute.better for attribute in found.attributes] == ["less", "more", ""]
    path.write_text(attributes, encoding="utf-8")
    assert read_columns_file(path).position is False


NUMBER = '[[attribute]]\ncolumn = "price"\nkind = "number"\n'
LEVEL = '[[attribute]]\ncolumn = "power"\nkind = "level"\n'


@pytest.mark.parametrize(
    ("text", "path", "code"),
    [
        (NUMBER + 'better = "higher"', "[[attribute]] 1:better", "registry_word"),
        (NUMBER + 'better = "More"', "[[attribute]] 1:better", "registry_word"),
        (NUMBER + 'better = ""', "[[attribute]] 1:better", "registry_type"),
        (NUMBER + "better = true", "[[attribute]] 1:better", "registry_type"),
        (NUMBER + "better = 1", "[[attribute]] 1:better", "registry_type"),
        (NUMBER + 'better = ["more"]', "[[attribute]] 1:better", "registry_type"),
        (NUMBER + "better = nan", "[[attribute]] 1:better", "registry_type"),
        (LEVEL + 'better = "more"', "[[attribute]] 1:better", "columns_only_for_numbers"),
        (
            NUMBER + '[[person]]\ncolumn = "age"\nkind = "number"\nbetter = "more"',
            "[[person]] 1:better",
            "registry_unknown_key",
        ),
        ('[choices]\nposition = "yes"\n' + NUMBER, "choices:position", "registry_type"),
        ("[choices]\nposition = 1\n" + NUMBER, "choices:position", "registry_type"),
        ("[choices]\nposition = []\n" + NUMBER, "choices:position", "registry_type"),
        ('[choices]\nposition = "alt"\n' + NUMBER, "choices:position", "registry_type"),
        ("[choices]\npositions = true\n" + NUMBER, "choices:positions", "registry_unknown_key"),
        ("[dataset]\nposition = true\n" + NUMBER, "dataset:position", "registry_unknown_key"),
        ("position = true\n" + NUMBER, "position", "registry_unknown_key"),
    ],
    ids=lambda value: str(value)[-40:].replace("\n", " "),
)
def test_wrong_better_and_position_are_named(tmp_path: Path, text: str, path: str, code: str) -> None:
    assert faults_of(tmp_path, text) == {(f"f.toml:{path}", code)}


@pytest.mark.parametrize(
    ("text", "path", "code"),
    [
        ("", "f.toml", "columns_no_attribute"),
        ("[[attribute]", "f.toml", "registry_unreadable"),
        ("attribute = 3", "f.toml:attribute", "registry_type"),
        ("choices = 3", "f.toml:choices", "registry_type"),
        ("[dataset]\nname = ''", "f.toml:dataset:name", "registry_type"),
        ("[[attribute]]\nscale = inf", "f.toml:[[attribute]] 1:scale", "registry_type"),
        ("a = " + "[" * 5000, "f.toml", "registry_unreadable"),
        ("# " + "x" * 1_000_001, "f.toml", "table_too_large"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_file_that_is_none_is_named(tmp_path: Path, text: str, path: str, code: str) -> None:
    assert (path, code) in faults_of(tmp_path, text)


def test_a_file_that_is_not_there_or_is_no_text_is_named(tmp_path: Path) -> None:
    for path, code in ((tmp_path / "none.toml", "file_unreadable"), (tmp_path, "file_unreadable")):
        with pytest.raises(Rejected) as refusal:
            read_columns_file(path)
        assert [problem.code for problem in refusal.value.problems] == [code]
    (tmp_path / "b.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Rejected, match="registry_unreadable"):
        read_columns_file(tmp_path / "b.toml")


@pytest.mark.parametrize(
    ("text", "level"),
    [("15.0", "15"), ("15", "15"), ("0.50", "0.5"), ("007", "007"), ("1.", "1"), ("V2.0", "V2.0")],
)
def test_levels_are_compared_as_people_read_them(text: str, level: str) -> None:
    assert plain_level(text) == level


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_shipped_files_are_right(path: Path) -> None:
    found = read_columns_file(path)
    assert (len(found.attributes), found.people[0].kind != "") == (
        9 if path.stem != "california" else 15,
        True,
    )
