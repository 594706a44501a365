"""From bytes to plain JSON values: size, encoding, depth, duplicate keys, NaN and control characters.

The standard parser accepts all of these silently; everything that it lets through is named here.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Mapping

from recommender.registry.problem_list import ProblemList

MAX_BYTES = 1_000_000
MAX_DEPTH = 64
MAX_MAGNITUDE = 1e15
"""Larger than any quantity asked for; keeps every number exact in float64."""

_INTEGER_DIGITS = 40


class Refused:
    """Stands where a value was that is already among the problems, so that nobody complains of it twice."""

    def __str__(self) -> str:
        return "…"


REFUSED = Refused()
_BRACKETS_AND_TEXT = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)
_REFUSED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def pointer(path: str, key: str | int) -> str:
    """JSON pointer (RFC 6901) one step further."""
    return f"{path}/{str(key).replace('~', '~0').replace('/', '~1')}"


def refused_character(text: str) -> str | None:
    """The first control, direction or format character of a text, as ``U+202E``; None when there is none."""
    if text.isprintable():
        return None
    for character in text:
        if unicodedata.category(character) in _REFUSED_CATEGORIES:
            return f"U+{ord(character):04X}"
    return None


def plain_document(raw: bytes | str | Mapping[str, object], problems: ProblemList) -> dict[str, object]:
    """The JSON object in ``raw`` as dicts, lists, text, finite numbers, bools and None.

    Whatever is refused is added to ``problems`` and is REFUSED in the result; never raises on any input.
    """
    value: object = raw
    if isinstance(raw, (bytes, str)):
        text = _text(raw, problems)
        value = {} if text is None else _parse(text, problems)
    plain = _Plain(problems).value(value, "", 0)
    if isinstance(plain, dict):
        return plain
    if not problems:
        problems.add("", "not_an_object", plain)
    return {}


def plain_value(value: object, path: str, problems: ProblemList) -> object:
    """The same for one value that is already parsed (form fields, CSV cells, command-line flags)."""
    return _Plain(problems).value(value, path, 0)


def _text(raw: bytes | str, problems: ProblemList) -> str | None:
    if len(raw) > MAX_BYTES:
        problems.add("", "body_too_large", len(raw), megabytes=MAX_BYTES // 1_000_000)
        return None
    try:
        # Text is encoded too: it finds lone surrogates and measures the size in bytes.
        encoded = raw if isinstance(raw, bytes) else raw.encode("utf-8")
        text = encoded.decode("utf-8-sig")
    except UnicodeError as fault:
        problems.add("", "not_utf8", fault.reason if isinstance(fault, UnicodeDecodeError) else "")
        return None
    if len(encoded) > MAX_BYTES:
        problems.add("", "body_too_large", len(encoded), megabytes=MAX_BYTES // 1_000_000)
        return None
    return text


class _Pairs(list[tuple[str, object]]):
    """A JSON object before its keys are known to be unique."""


def _parse(text: str, problems: ProblemList) -> object:
    if _depth(text) > MAX_DEPTH:
        problems.add("", "too_deep", limit=MAX_DEPTH)
        return {}
    try:
        return json.loads(text, object_pairs_hook=_Pairs, parse_int=_integer)
    except json.JSONDecodeError as fault:
        problems.add("", "not_json", fault.msg, line=fault.lineno, column=fault.colno)
        return {}


def _depth(text: str) -> int:
    """Deepest nesting of brackets outside of strings, in one linear pass (the parser would recurse)."""
    depth = deepest = 0
    for match in _BRACKETS_AND_TEXT.finditer(text):
        mark = match[0]
        if mark in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif mark in "]}":
            depth -= 1
    return deepest


def _integer(digits: str) -> int | float:
    # Python refuses to convert integers of thousands of digits; as a float they are out of bounds anyway.
    return int(digits) if len(digits) <= _INTEGER_DIGITS else float(digits)


class _Plain:
    """Walks a parsed value once and keeps only what may go on."""

    def __init__(self, problems: ProblemList) -> None:
        self._problems = problems

    def value(self, value: object, path: str, depth: int) -> object:
        if isinstance(value, str):
            return self._text(value, path)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return self._number(value, path)
        if isinstance(value, (_Pairs, Mapping, list, tuple)):
            if depth >= MAX_DEPTH:
                self._problems.add("", "too_deep", limit=MAX_DEPTH)
                return REFUSED
            return self._container(value, path, depth + 1)
        if value is not None and not isinstance(value, bool):
            self._problems.add(path, "not_json_value", type(value).__name__)
            return REFUSED
        return value

    def _container(self, value: object, path: str, depth: int) -> object:
        if isinstance(value, _Pairs):
            return self._object(value, path, depth)
        if isinstance(value, Mapping):
            return self._object(list(value.items()), path, depth)
        items = value if isinstance(value, (list, tuple)) else ()
        return [self.value(item, pointer(path, number), depth) for number, item in enumerate(items)]

    def _object(
        self, pairs: list[tuple[object, object]] | _Pairs, path: str, depth: int
    ) -> dict[str, object]:
        found: dict[str, object] = {}
        for key, value in pairs:
            if not isinstance(key, str):
                self._problems.add(path, "not_json_value", type(key).__name__)
                continue
            character = refused_character(key)
            if character is not None:
                self._problems.add(path, "refused_character", key, character=character)
            elif key in found:
                self._problems.add(pointer(path, key), "duplicate_key", key)
            else:
                found[key] = self.value(value, pointer(path, key), depth)
        return found

    def _text(self, text: str, path: str) -> str | Refused:
        stripped = text.strip()
        character = refused_character(stripped)
        if character is None:
            return stripped
        self._problems.add(path, "refused_character", text, character=character)
        return REFUSED

    def _number(self, number: int | float, path: str) -> int | float | Refused:
        if isinstance(number, float) and not math.isfinite(number):
            self._problems.add(path, "not_finite", number)
            return REFUSED
        if abs(number) > MAX_MAGNITUDE:
            # Shown rounded: a whole number from a caller may have very many digits.
            self._problems.add(path, "number_too_large", f"{float(min(abs(number), 10**300)):.3g}")
            return REFUSED
        return _canonical(number)


def _canonical(number: int | float) -> int | float:
    """6.0 and -0.0 become the integers that they are."""
    return int(number) if isinstance(number, float) and number.is_integer() else number
