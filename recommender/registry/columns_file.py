"""The columns file of a choice data set: what its columns mean (keys: ``docs/columns/README.md``).

Every fault is named at once, with a path such as ``china.toml:[[attribute]] 3:kind``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from recommender.registry.load_block import Block
from recommender.registry.problem_list import ProblemList

_MOST_BYTES = 1_000_000
_TABLES = ("dataset", "choices", "attribute", "person")
_KINDS = ("number", "level")
_BETTER = ("more", "less")
_FARTHEST, _FINEST = 1e12, 1e-12
"""Values are no larger (choice_files): what is reckoned with a reference or scale beyond says nothing."""
_DECIMALS = re.compile(r"-?[0-9]+\.[0-9]*")


@dataclass(frozen=True)
class Condition:
    """``powertrain=PHEV``: holds for the rows whose ``column`` has that ``level``."""

    column: str
    level: str


@dataclass(frozen=True)
class AlternativeColumn:
    """A column of the alternatives. ``place``: where it stands in the file, for problems.

    number: (value - ``zero``) / ``scale``. level: one column of 0 and 1 a level, none for ``references``; no
    reference = the first level by name, or none at all when there is a ``within``. With ``within`` the column
    is zero wherever the condition does not hold. ``better``: more, less, or "" when neither is.
    """

    place: str
    column: str
    kind: str
    references: tuple[str, ...] = ()
    zero: float = 0.0
    scale: float = 1.0
    within: Condition | None = None
    better: str = ""


@dataclass(frozen=True)
class PersonColumn:
    """A column of the people. ``missing``: cells that mean "not known", beside the empty one.

    ``names``: the answer is a level of that column of the alternatives (favourite brand). ``about``: what the
    answer speaks of, alternatives of one level (would consider a BEV) or a number (importance of the price;
    the condition's level is then empty).
    """

    place: str
    column: str
    kind: str
    names: str | None = None
    about: tuple[Condition, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class ColumnsFile:
    """``dataset`` also decides the folds; ``person`` ... ``chosen`` are names of columns; ``position``: the
    alternatives' names are the places where they were shown."""

    name: str
    dataset: str
    person: str
    task: str
    alternative: str
    chosen: str
    attributes: tuple[AlternativeColumn, ...]
    people: tuple[PersonColumn, ...]
    position: bool = False


def read_columns_file(path: Path) -> ColumnsFile:
    """Raises Rejected with every fault (file_unreadable, registry_*, columns_*)."""
    faults = ProblemList()
    content = _content(path, faults)
    faults.raise_if_any()
    file = _columns_file(path, content, faults)
    faults.raise_if_any()
    return file


def plain_level(text: str) -> str:
    """A level as it is compared: 15.0 and 15 are the same one, 007 stays."""
    return text.rstrip("0").rstrip(".") if _DECIMALS.fullmatch(text) else text


def _content(path: Path, faults: ProblemList) -> Mapping[str, object]:
    try:
        with path.open("rb") as file:
            raw = file.read(_MOST_BYTES + 1)
        if len(raw) > _MOST_BYTES:
            faults.add(path.name, "table_too_large", most=_MOST_BYTES // 1_000_000)
            return {}
        return tomllib.loads(raw.decode("utf-8-sig"))
    except OSError as fault:
        faults.add(path.name, "file_unreadable", detail=fault.strerror or type(fault).__name__)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as fault:
        faults.add(path.name, "registry_unreadable", path.name, fault=str(fault))
    return {}


def _columns_file(path: Path, content: Mapping[str, object], faults: ProblemList) -> ColumnsFile:
    for table in content:
        if table not in _TABLES:
            nearest = faults.nearest(table, _TABLES)
            faults.add(f"{path.name}:{table}", "registry_unknown_key", table, key=table, nearest=nearest)
    whole = Block(content, path.name, faults)
    dataset = path.stem
    named = whole.table("dataset")
    if named is not None:
        dataset = named.text("name", path.stem)
        named.finish()
    keys = whole.table("choices") or Block({}, f"{path.name}:choices", faults)
    own = [
        keys.text(key, default)
        for key, default in (
            ("person", "person_id"), ("task", "task"), ("alternative", "alt"), ("chosen", "chosen"),
        )
    ]  # fmt: skip
    position = keys.flag("position", False)
    keys.finish()
    for place, column in enumerate(own):
        if column in own[:place]:
            faults.add(f"{path.name}:choices", "registry_duplicate", column)
    attributes = tuple(_attribute(block, own[3]) for block in _blocks(whole, path, "attribute"))
    people = tuple(_person(block, own[3]) for block in _blocks(whole, path, "person"))
    if not attributes:
        faults.add(path.name, "columns_no_attribute")
    _once([(a.place, f"{a.column} {a.within or ''}", a.column) for a in attributes], faults)
    _once([(p.place, p.column, p.column) for p in people], faults)
    numbers = {a.column for a in attributes if a.kind == "number"}
    for person in people:
        for about in person.about:
            if not about.level and about.column not in numbers:
                faults.add(f"{person.place}:about", "columns_about_number", about.column)
    return ColumnsFile(path.name, dataset, own[0], own[1], own[2], own[3], attributes, people, position)


def _blocks(whole: Block, path: Path, table: str) -> Iterator[Block]:
    for number, block in enumerate(whole.tables(table), 1):
        yield block.named(f"{path.name}:[[{table}]] {number}")


def _attribute(block: Block, chosen: str) -> AlternativeColumn:
    column = _column(block, "column", chosen)
    kind = block.word("kind", _KINDS)
    within = _condition(block, "within", chosen)
    raw = block.anything("reference")
    zero = references = None
    if kind == "number":
        zero = block.number("reference")
        if zero is not None and abs(zero) > _FARTHEST:
            block.fault("reference", "columns_range", zero, key="reference", least="-1e12", most="1e12")
    elif raw is not None:
        references = _levels(raw)
        if references is None:
            block.fault("reference", "registry_type", raw, key="reference", wanted="level or list of levels")
    scale = block.number("scale")
    if scale is not None and scale <= 0:
        block.fault("scale", "columns_scale", scale)
    elif scale is not None and not _FINEST <= scale <= _FARTHEST:
        block.fault("scale", "columns_range", scale, key="scale", least="1e-12", most="1e12")
    if kind == "level" and "scale" in block:
        block.fault("scale", "columns_only_for_numbers", scale or "", key="scale")
    better = block.word("better", _BETTER) if "better" in block else ""
    if better and kind == "level":
        block.fault("better", "columns_only_for_numbers", better, key="better")
    block.finish()
    return AlternativeColumn(
        block.place, column, kind, references or (), zero or 0.0, scale or 1.0, within, better
    )  # fmt: skip


def _person(block: Block, chosen: str) -> PersonColumn:
    column = _column(block, "column", chosen)
    kind = block.word("kind", _KINDS)
    names = _column(block, "names", chosen) if "names" in block else None
    about = _about(block, chosen)
    if names is not None and kind == "number":
        block.fault("names", "columns_only_for_levels", names, key="names")
    if about and kind == "level":
        block.fault("about", "columns_only_for_numbers", about[0].column, key="about")
    raw = block.anything("missing")
    missing = () if raw is None else _levels(raw)
    if missing is None:
        block.fault("missing", "registry_type", raw, key="missing", wanted="code or list of codes")
    block.finish()
    return PersonColumn(block.place, column, kind, names, about, missing or ())


def _column(block: Block, key: str, chosen: str) -> str:
    column = block.text(key)
    if column == chosen:
        block.fault(key, "columns_chosen_used", column)
    return column


def _about(block: Block, chosen: str) -> tuple[Condition, ...]:
    raw = block.anything("about")
    texts = raw if isinstance(raw, list) else [raw]
    if raw is None:
        return ()
    found: list[Condition] = []
    for text in texts:
        if not isinstance(text, str) or not text.strip():
            block.fault("about", "registry_type", raw, key="about", wanted="column=level or column")
        elif "=" in text:
            found += filter(None, [_parsed_condition(block, "about", text, chosen)])
        else:
            found.append(Condition(text.strip(), ""))
            if text.strip() == chosen:
                block.fault("about", "columns_chosen_used", chosen)
    return tuple(found)


def _condition(block: Block, key: str, chosen: str) -> Condition | None:
    text = block.optional_text(key)
    return None if text is None else _parsed_condition(block, key, text, chosen)


def _parsed_condition(block: Block, key: str, text: str, chosen: str) -> Condition | None:
    column, _, level = (part.strip() for part in text.partition("="))
    if not column or not level:
        block.fault(key, "columns_condition", text, key=key)
        return None
    if column == chosen:
        block.fault(key, "columns_chosen_used", column)
    return Condition(column, plain_level(level))


def _levels(raw: object) -> tuple[str, ...] | None:
    items = raw if isinstance(raw, list) else [raw]
    levels = [_level(item) for item in items]
    known = tuple(level for level in levels if level)
    return known if known and len(known) == len(levels) else None


def _level(raw: object) -> str | None:
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        return None
    return plain_level(raw.strip() if isinstance(raw, str) else f"{raw:.15g}")


def _once(keys: list[tuple[str, str, str]], faults: ProblemList) -> None:
    seen: set[str] = set()
    for place, key, column in keys:
        if column and key in seen:
            faults.add(f"{place}:column", "registry_duplicate", column)
        seen.add(key)
