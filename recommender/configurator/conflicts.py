"""Which limits exclude each other: the minimal sets that no row obeys together.

A set of limits has no car exactly when it meets the violation mask of every row; the minimal such sets are
the minimal hitting sets of the masks, and the inclusion-minimal masks decide alone.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recommender.configurator.relax import minimal_masks

_MOST_STEPS = 50_000
"""Of the search: some tens of milliseconds. Only dozens of limits that all exclude each other come near."""


def minimal_conflicts(masks: NDArray[np.uint64], at_most: int = 3) -> list[tuple[int, ...]]:
    """Up to ``at_most`` minimal sets of limits (numbers of bits, ascending) that every row breaks one of.

    ``masks`` uint64 [n]: the limits that each row breaks. Fewest limits first, then in the order of the
    limits. Empty when some row breaks none, and when there is no row.
    """
    if not len(masks) or not masks.all():
        return []
    smallest = sorted((int(mask) for mask in minimal_masks(masks)), key=lambda m: (m.bit_count(), m))
    search = _Search(smallest)
    found: list[int] = []
    for size in range(1, 65):
        level = [hit for hit in search.of_size(size) if _is_minimal(hit, smallest)]
        found += sorted(level, key=_bits)
        if len(found) >= at_most or search.ended or search.complete:
            break
    return [_bits(hit) for hit in found[:at_most]]


class _Search:
    """Hitting sets by size: branch on the bits of a mask not met yet; bits tried before are left out after,
    so that no set comes twice. ``complete``: no branch was cut by the size; ``ended``: too many steps."""

    def __init__(self, masks: list[int]) -> None:
        self._masks = masks
        self._steps = 0
        self.complete = False

    @property
    def ended(self) -> bool:
        return self._steps > _MOST_STEPS

    def of_size(self, size: int) -> list[int]:
        """The hitting sets of this many bits that the branching finds."""
        self.complete = True
        found: list[int] = []
        stack = [(0, 0, size)]
        while stack and not self.ended:
            self._steps += 1
            chosen, banned, left = stack.pop()
            unmet = next((mask for mask in self._masks if not mask & chosen), None)
            if unmet is None:
                if left == 0:
                    found.append(chosen)
                continue
            if left == 0:
                self.complete = False
                continue
            for bit in _bits(unmet & ~banned):
                stack.append((chosen | 1 << bit, banned, left - 1))
                banned |= 1 << bit
        return found


def _is_minimal(hit: int, masks: list[int]) -> bool:
    """Whether every bit is the only one that meets some mask."""
    return all(any(mask & hit == 1 << bit for mask in masks) for bit in _bits(hit))


def _bits(mask: int) -> tuple[int, ...]:
    return tuple(bit for bit in range(mask.bit_length()) if mask >> bit & 1)
