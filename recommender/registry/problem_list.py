"""Collects problems while something is read, so that the reader can go on and name them all at once."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable

from recommender.domain.errors import Problem, Rejected, shown

MAX_PROBLEMS = 200
"""More than a person mends in one go; keeps the answer to a hostile request small."""

_MAX_NEAREST_SEARCHES = 25
_NEAREST_CHARACTERS = 60


class ProblemList:
    """Problems in the order found; from the 201st on only their number is kept."""

    def __init__(self) -> None:
        self._problems: list[Problem] = []
        self._dropped = 0
        self._searches = 0

    def __len__(self) -> int:
        return len(self._problems) + self._dropped

    def add(self, path: str, code: str, value: object = "", /, **params: object) -> None:
        """Note one problem; ``value`` is made safe to show."""
        if len(self._problems) >= MAX_PROBLEMS:
            self._dropped += 1
            return
        self._problems.append(Problem(path, code, shown(_as_json(value)), params))

    def extend(self, problems: Iterable[Problem]) -> None:
        for problem in problems:
            self.add(problem.path, problem.code, problem.value, **problem.params)

    def nearest(
        self, word: str, known: Iterable[str], count: int = 3, cutoff: float = 0.5
    ) -> tuple[str, ...]:
        """Known names close to a word that is not known; empty after 25 searches (they are slow)."""
        if self._searches >= _MAX_NEAREST_SEARCHES:
            return ()
        self._searches += 1
        by_folded: dict[str, str] = {}
        for name in known:
            by_folded.setdefault(name.casefold(), name)
        found = difflib.get_close_matches(word[:_NEAREST_CHARACTERS].casefold(), by_folded, count, cutoff)
        return tuple(by_folded[name] for name in found)

    @property
    def problems(self) -> tuple[Problem, ...]:
        if not self._dropped:
            return tuple(self._problems)
        more = Problem("", "more_problems", str(self._dropped), {"count": self._dropped})
        return (*self._problems, more)

    def raise_if_any(self) -> None:
        """Raise Rejected with everything found so far."""
        if self._problems:
            raise Rejected(self.problems)


def _as_json(value: object) -> str:
    """A value as the person wrote it: true, not True."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
