"""Hard limits: what a car must obey, and the vectorised test of a column against one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from recommender.domain.table import BOOLEAN_LEVELS, Column, Columns, LevelColumn, Mask, NumberColumn

Op = Literal["at_least", "at_most", "one_of", "none_of", "is"]
OPS: tuple[Op, ...] = ("at_least", "at_most", "one_of", "none_of", "is")
LimitValue = int | float | bool | str | tuple[str, ...]

_FLOAT_SLACK = 1e-9


@dataclass(frozen=True, slots=True)
class Limit:
    """An inclusive limit. ``source`` is the question that made it, or ``"limits"`` when given directly."""

    attribute: str
    op: Op
    value: LimitValue
    source: str = "limits"
    fixed: bool = False

    def to_json(self) -> dict[str, object]:
        value = list(self.value) if isinstance(self.value, tuple) else self.value
        return {"attribute": self.attribute, self.op: value, "source": self.source, "fixed": self.fixed}


@dataclass(frozen=True, slots=True)
class LimitTest:
    """``holds`` and ``unknown``: bool [n] each, never both true in a row; neither = broken."""

    holds: Mask
    unknown: Mask


def check_limit(limit: Limit, columns: Columns) -> LimitTest:
    """Test every row against one limit. An attribute without a column is unknown everywhere."""
    length = len(next(iter(columns.values()))) if columns else 0
    column = columns.get(limit.attribute)
    if column is None:
        nothing = np.zeros(length, dtype=np.bool_)
        return LimitTest(nothing, ~nothing)
    unknown = column.unknown()
    return LimitTest(_holds(limit, column) & ~unknown, unknown)


def _holds(limit: Limit, column: Column) -> Mask:
    if isinstance(column, NumberColumn):
        return _number_holds(limit, column)
    return _level_holds(limit, column)


def _number_holds(limit: Limit, column: NumberColumn) -> Mask:
    bound = float(limit.value)  # type: ignore[arg-type]  # the parser admits numbers only here
    slack = _FLOAT_SLACK * max(1.0, abs(bound))
    with np.errstate(invalid="ignore"):
        if limit.op == "at_least":
            return np.asarray(column.values >= bound - slack)
        if limit.op == "at_most":
            return np.asarray(column.values <= bound + slack)
        return np.asarray(np.abs(column.values - bound) <= slack)


def _level_holds(limit: Limit, column: LevelColumn) -> Mask:
    if limit.op in ("at_least", "at_most"):
        code = _code(str(limit.value), column)
        return column.codes >= code if limit.op == "at_least" else column.codes <= code
    wanted = limit.value if isinstance(limit.value, tuple) else (_level_name(limit.value),)
    member = np.isin(column.codes, [_code(name, column) for name in wanted])
    return ~member if limit.op == "none_of" else member


def _level_name(value: LimitValue) -> str:
    return BOOLEAN_LEVELS[value] if isinstance(value, bool) else str(value)


def _code(level: str, column: LevelColumn) -> int:
    """Code of a level; one that no row of this catalogue has gets a code that matches nothing."""
    return column.levels.index(level) if level in column.levels else len(column.levels)
