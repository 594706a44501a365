"""Takes one TOML table apart by type, noting every fault and every key that nobody asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

from recommender.registry.model import Text
from recommender.registry.problem_list import ProblemList

T = TypeVar("T")


class Block:
    """One table. ``place`` is ``file:id``; faults get the path ``file:id:key``.

    Every reader returns the value, or its default after noting a fault, so that reading always goes on.
    ``finish`` must be called last: what was not read is unknown.
    """

    def __init__(self, table: Mapping[str, object], place: str, faults: ProblemList) -> None:
        self.place = place
        self.faults = faults
        self._table = table
        self._read: set[str] = set()

    def __contains__(self, key: str) -> bool:
        return key in self._table

    def named(self, place: str) -> Block:
        """The same table under another place."""
        return Block(self._table, place, self.faults)

    def path(self, key: str) -> str:
        separator = "." if self.place.count(":") >= 2 else ":"
        return f"{self.place}{separator}{key}"

    def fault(self, key: str, code: str, value: object = "", /, **params: object) -> None:
        self.faults.add(self.path(key), code, value, **params)

    def _take(self, key: str, required: bool) -> object | None:
        self._read.add(key)
        if key not in self._table and required:
            self.fault(key, "registry_missing", key=key)
        return self._table.get(key)

    def _typed(self, key: str, required: bool, cast: Callable[[object], T | None], wanted: str) -> T | None:
        raw = self._take(key, required)
        if raw is None:
            return None
        value = cast(raw)
        if value is None:
            self.fault(key, "registry_type", raw, key=key, wanted=wanted)
        return value

    def text(self, key: str, default: str | None = None) -> str:
        """A non-empty string; required where there is no default."""
        value = self._typed(key, default is None, _as_text, "text")
        return (default or "") if value is None else value

    def optional_text(self, key: str) -> str | None:
        return self._typed(key, False, _as_text, "text")

    def word(self, key: str, allowed: tuple[str, ...], default: str | None = None) -> str:
        """One of a closed list of words."""
        value = self.text(key, default)
        if value and value not in allowed:
            self.fault(key, "registry_word", value, key=key, allowed=allowed)
            return default or allowed[0]
        return value or allowed[0]

    def flag(self, key: str, default: bool | None = None) -> bool:
        value = self._typed(key, default is None, _as_bool, "true or false")
        return bool(default) if value is None else value

    def number(self, key: str, required: bool = False) -> float | None:
        return self._typed(key, required, _as_number, "number")

    def integer(self, key: str, required: bool = False) -> int | None:
        return self._typed(key, required, _as_integer, "whole number")

    def date(self, key: str) -> dt.date | None:
        return self._typed(key, False, _as_date, "date")

    def words(self, key: str) -> tuple[str, ...]:
        """A list of strings; empty where absent."""
        return self._typed(key, False, _as_words, "list of text") or ()

    def anything(self, key: str) -> object | None:
        """The raw value, for the few keys whose type depends on another."""
        return self._take(key, False)

    def both_languages(self, key: str, required: bool = True) -> Text | None:
        """A table ``{zh = "...", en = "..."}``."""
        block = self.table(key, required)
        return None if block is None else block.own_text()

    def own_text(self) -> Text:
        """The keys zh and en of this very table."""
        text = Text(self.text("zh"), self.text("en"))
        if self._table.keys() == {"zh", "en"}:
            self._read |= {"zh", "en"}
        return text

    def label(self, key: str = "label") -> Text:
        """A required text in both languages."""
        return self.both_languages(key) or Text("", "")

    def table(self, key: str, required: bool = False) -> Block | None:
        raw = self._typed(key, required, _as_table, "table")
        return None if raw is None else Block(raw, self.path(key), self.faults)

    def tables(self, key: str) -> Iterator[Block]:
        """Blocks of an array of tables, named by their id, or by their number (from 1) without one."""
        raw = self._typed(key, False, _as_tables, "list of tables") or ()
        for number, table in enumerate(raw, 1):
            name = table.get("id")
            part = name if isinstance(name, str) and name else str(number)
            yield Block(table, f"{self.path(key)}.{part}", self.faults)

    def numbers_by_name(self, key: str) -> dict[str, float]:
        """A table of numbers, in file order."""
        block = self.table(key)
        if block is None:
            return {}
        values: dict[str, float] = {}
        for name in block._table:
            value = block.number(name)
            if value is not None:
                values[name] = value
        return values

    def __iter__(self) -> Iterator[str]:
        return iter(self._table)

    def finish(self) -> None:
        """Note every key that no reader asked for."""
        for key in self._table:
            if key not in self._read:
                nearest = self.faults.nearest(key, self._read)
                self.fault(key, "registry_unknown_key", key, key=key, nearest=nearest)


def _as_text(raw: object) -> str | None:
    return raw if isinstance(raw, str) and raw.strip() else None


def _as_bool(raw: object) -> bool | None:
    return raw if isinstance(raw, bool) else None


def _as_number(raw: object) -> float | None:
    if isinstance(raw, bool) or not isinstance(raw, (int, float)):
        return None
    # TOML knows inf and nan; neither is a figure.
    return raw if abs(raw) < float("inf") else None


def _as_integer(raw: object) -> int | None:
    return raw if isinstance(raw, int) and not isinstance(raw, bool) else None


def _as_date(raw: object) -> dt.date | None:
    return raw if isinstance(raw, dt.date) and not isinstance(raw, dt.datetime) else None


def _as_words(raw: object) -> tuple[str, ...] | None:
    if isinstance(raw, list) and all(isinstance(item, str) and item for item in raw):
        return tuple(raw)
    return None


def _as_table(raw: object) -> Mapping[str, object] | None:
    return raw if isinstance(raw, dict) else None


def _as_tables(raw: object) -> tuple[Mapping[str, object], ...] | None:
    if isinstance(raw, list) and all(isinstance(item, dict) for item in raw):
        return tuple(raw)
    return None
