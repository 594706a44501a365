"""One vocabulary for everything that can be wrong with input.

A :class:`Problem` is a value, not text: its ``code`` names a sentence (and a remedy) in
``registry/messages.toml``, so that every door says the same thing in zh and in en.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

_VALUE_CHARACTERS = 80


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of the input.

    ``path`` is a JSON pointer (``/answers/people_max``) or ``file:row:column``. ``value`` is what was
    found there, as shown to the person (cut to 80 characters by :func:`shown`). ``params`` fill the sentence.
    """

    path: str
    code: str
    value: str = ""
    params: Mapping[str, object] = field(default_factory=dict)


class Rejected(Exception):
    """Input refused; carries *all* problems found, never only the first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("; ".join(f"{p.path}: {p.code} {p.value}".rstrip() for p in self.problems))


def shown(value: object) -> str:
    """Text of a refused value, safe to repeat: one line, at most 80 characters."""
    text = value if isinstance(value, str) else repr(value)
    text = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return text if len(text) <= _VALUE_CHARACTERS else text[: _VALUE_CHARACTERS - 1] + "…"
