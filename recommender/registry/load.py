"""Loads a folder of TOML files into a :class:`Registry`; every fault of every file is named at once."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from recommender.registry.check import check_registry
from recommender.registry.fingerprint import registry_fingerprint
from recommender.registry.load_attributes import read_attribute, read_importance
from recommender.registry.load_block import Block
from recommender.registry.load_questions import read_page, read_question
from recommender.registry.load_segments import read_part_worth, read_policy, read_segment, read_sentences
from recommender.registry.model import Registry, Text
from recommender.registry.problem_list import ProblemList

_TABLES: Mapping[str, tuple[str, ...]] = {
    "attributes": ("importance", "attribute"),
    "questions": ("page", "question"),
    "segments": ("segment", "part_worth"),
    "policies": ("policy",),
}
"""File stem (also ``segments_part_worths`` and so on) -> the tables that may stand in it."""

_MESSAGES = "messages"


class _HasId(Protocol):
    @property
    def id(self) -> str: ...


T = TypeVar("T")
N = TypeVar("N", bound=_HasId)


@dataclass(frozen=True)
class _File:
    name: str
    content: Mapping[str, object]

    @property
    def stem(self) -> str:
        """Part of the name before the first underscore or dot: what kind of file it is."""
        return self.name.removesuffix(".toml").split("_")[0]


def load_registry(folder: Path | None = None) -> Registry:
    """Read, type and cross-check all ``*.toml`` of a folder (default: the packaged ones).

    Raises Rejected with all faults; paths are like ``attributes.toml:electric_range_km:importance``.
    """
    faults = ProblemList()
    files = _read_files(folder or Path(__file__).parent, faults)
    reader = _Reader(files, faults)
    pages = reader.by_id("page", read_page)
    questions = reader.by_id("question", lambda block: read_question(block, pages))
    attributes = reader.by_id("attribute", read_attribute)
    segments = tuple(reader.by_id("segment", read_segment).values())
    registry = Registry(
        attributes=attributes,
        importances=reader.by_id("importance", read_importance),
        pages=tuple(pages.values()),
        questions=questions,
        segments=segments,
        part_worths=reader.in_order("part_worth", read_part_worth),
        policies=reader.in_order("policy", read_policy),
        messages=_messages(files, faults),
        fingerprint=registry_fingerprint(attributes.values(), questions.values(), segments),
    )
    check_registry(registry, reader.places, faults)
    faults.raise_if_any()
    return registry


class _Reader:
    """Reads the blocks of one table after the other and keeps where each stood."""

    def __init__(self, files: tuple[_File, ...], faults: ProblemList) -> None:
        self._files = files
        self._faults = faults
        self.places: dict[tuple[str, str], str] = {}

    def by_id(self, table: str, read: Callable[[Block], N]) -> dict[str, N]:
        found: dict[str, N] = {}
        for block in _blocks(self._files, table, self._faults):
            noun = read(block)
            if noun.id in found:
                block.fault("id", "registry_duplicate", noun.id)
                continue
            found[noun.id] = noun
            self.places[table, noun.id] = block.place
        return found

    def in_order(self, table: str, read: Callable[[Block], T]) -> tuple[T, ...]:
        """Blocks that have no id of their own; their place is kept under their number from 0."""
        found: list[T] = []
        for block in _blocks(self._files, table, self._faults):
            self.places[table, str(len(found))] = block.place
            found.append(read(block))
        return tuple(found)


def _read_files(folder: Path, faults: ProblemList) -> tuple[_File, ...]:
    paths = sorted(folder.glob("*.toml")) if folder.is_dir() else []
    files = []
    for path in paths:
        file = _read_file(path, faults)
        if file is not None:
            files.append(file)
    present = {path.name for path in paths}
    for stem in (*_TABLES, _MESSAGES):
        if f"{stem}.toml" not in present:
            faults.add(f"{stem}.toml", "registry_file_missing", f"{stem}.toml", file=f"{stem}.toml")
    return tuple(files)


def _read_file(path: Path, faults: ProblemList) -> _File | None:
    try:
        file = _File(path.name, tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError, RecursionError) as fault:
        faults.add(path.name, "registry_unreadable", path.name, fault=str(fault))
        return None
    if file.stem not in _TABLES and file.stem != _MESSAGES:
        known = tuple(f"{stem}.toml" for stem in (*_TABLES, _MESSAGES))
        faults.add(path.name, "registry_file_unknown", path.name, known=known)
        return None
    for table in file.content:
        if file.stem in _TABLES and table not in _TABLES[file.stem]:
            tables = _TABLES[file.stem]
            faults.add(f"{path.name}:{table}", "registry_unknown_key", table, key=table, nearest=tables)
    return file


def _blocks(files: tuple[_File, ...], table: str, faults: ProblemList) -> Iterator[Block]:
    """The blocks of one table in all files that may hold it, named ``file:id``."""
    for file in files:
        if table not in _TABLES.get(file.stem, ()) or table not in file.content:
            continue
        for block in Block(file.content, file.name, faults).tables(table):
            # "attributes.toml:attribute.seats" is shown as "attributes.toml:seats".
            name = block.place.removeprefix(f"{file.name}:{table}.")
            yield block.named(f"{file.name}:{name}")


def _messages(files: tuple[_File, ...], faults: ProblemList) -> dict[str, Text]:
    messages: dict[str, Text] = {}
    for file in files:
        if file.stem != _MESSAGES:
            continue
        for sentence_id, text, place in read_sentences(Block(file.content, file.name, faults)):
            if sentence_id in messages:
                faults.add(place, "registry_duplicate", sentence_id)
            messages[sentence_id] = text
    return messages
