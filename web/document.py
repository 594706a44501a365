"""Typed reading of a stored result document (the JSON of `/r/<token>.json`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Node:
    """One JSON object. A missing key reads as null: documents kept from an older version stay readable."""

    values: Mapping[str, object]

    def text(self, key: str) -> str:
        value = self.values.get(key)
        return value if isinstance(value, str) else ""

    def whole(self, key: str) -> int | None:
        value = self.values.get(key)
        return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else None

    def real(self, key: str) -> float:
        value = self.values.get(key)
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0

    def flag(self, key: str) -> bool:
        return self.values.get(key) is True

    def words(self, key: str) -> tuple[str, ...]:
        value = self.values.get(key)
        return tuple(str(item) for item in value) if isinstance(value, list) else ()

    def node(self, key: str) -> Node:
        value = self.values.get(key)
        return Node(value if isinstance(value, dict) else {})

    def nodes(self, key: str) -> tuple[Node, ...]:
        value = self.values.get(key)
        return (
            tuple(Node(item) for item in value if isinstance(item, dict)) if isinstance(value, list) else ()
        )

    def has(self, key: str) -> bool:
        return self.values.get(key) is not None
