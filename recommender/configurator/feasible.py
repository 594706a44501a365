"""Which builds obey the limits: two bitmasks a row, one for broken limits, one for unknown values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from recommender.domain.limits import Limit, check_limit
from recommender.domain.table import Columns, Mask, NumberColumn

MAXIMUM_LIMITS = 64
"""Bits of one mask word; the request parser refuses more."""


NOTHING: Mapping[str, NumberColumn] = MappingProxyType({})
"""Of no attribute is a part known."""


@dataclass(frozen=True)
class Violations:
    """``broken`` and ``unknown``: uint64 [n]; bit i belongs to limit i. Under "mark" an unknown value passes
    and sets no bit. A value that is not known may break a limit all the same, by what is known of it: such a
    row has the bit in both words, or in ``broken`` alone under "mark"."""

    broken: NDArray[np.uint64]
    unknown: NDArray[np.uint64]

    @property
    def feasible(self) -> Mask:
        return np.asarray((self.broken | self.unknown) == 0)


def violations(
    columns: Columns,
    limits: Sequence[Limit],
    length: int,
    *,
    mark_unknown: bool,
    least: Mapping[str, NumberColumn] = NOTHING,
) -> Violations:
    """Test every row against every limit. ``length`` is the number of rows; ``least``: of attributes with
    values that are not known, what they come to at least.

    Raises ValueError beyond 64 limits: the parser refuses those before.
    """
    if len(limits) > MAXIMUM_LIMITS:
        raise ValueError(f"{len(limits)} limits, at most {MAXIMUM_LIMITS}")
    broken = np.zeros(length, dtype=np.uint64)
    unknown = np.zeros(length, dtype=np.uint64)
    for bit, limit in enumerate(limits):
        test = check_limit(limit, columns)
        flag = np.uint64(1 << bit)
        broken[~test.holds & (~test.unknown | beyond(limit, least, length))] |= flag
        if not mark_unknown:
            unknown[test.unknown] |= flag
    return Violations(broken, unknown)


def beyond(limit: Limit, least: Mapping[str, NumberColumn], length: int) -> Mask:
    """bool [length]: rows that break the limit by what their value comes to at least."""
    if limit.op != "at_most" or limit.attribute not in least:
        return np.zeros(length, dtype=np.bool_)
    test = check_limit(limit, least)
    return ~test.holds & ~test.unknown


def trims_with(rows: Mask, trim_of: NDArray[np.int32], trim_count: int) -> Mask:
    """bool [trims]: the trims that have at least one of the rows."""
    found = np.zeros(trim_count, dtype=np.bool_)
    found[trim_of[rows]] = True
    return found


def left_out_unknown(found: Violations, trim_of: NDArray[np.int32], trim_count: int) -> int:
    """Number of trims that fail only because a value is not known."""
    feasible = trims_with(found.feasible, trim_of, trim_count)
    hopeful = trims_with((found.broken == 0) & (found.unknown != 0), trim_of, trim_count)
    return int((hopeful & ~feasible).sum())
