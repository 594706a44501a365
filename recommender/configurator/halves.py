"""Best builds of trims with up to sixteen options by meeting in the middle: no build needs a row.

The options are cut in two halves of at most 256 choices each. What the rules allow between the halves is
known before anybody asks; for a person the best right half within each price is one running maximum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.configurator.rules import OptionRules

MOST_OPTIONS = 16
_SAME = 1e-9

Floats = NDArray[np.float64]
Words = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Half:
    """``masks`` int64 [m]; ``chosen`` float64 [m, p]: its options as columns of all p. ``price_cny`` float64
    [m], ascending; infinite = on request, beyond every budget."""

    masks: Words
    chosen: Floats
    price_cny: Floats


@dataclass(frozen=True)
class Halves:
    """``kind`` int [left]: which row of ``barred`` float64 [kinds, right] tells the right halves that the
    rules let stand beside a left one (0, else minus infinity)."""

    left: Half
    right: Half
    kind: NDArray[np.intp]
    barred: Floats

    def best(self, utility: Sequence[float], budget_cny: int | None = None) -> list[int]:
        """The masks of most utility within the budget (None: any price, also on request); several when equal,
        none when nothing fits."""
        weights = np.array(utility)
        left, right = self.left.chosen @ weights, self.right.chosen @ weights
        running = np.maximum.accumulate(right + self.barred, axis=1)
        if budget_cny is None:
            reach = np.full(len(left), len(right), dtype=np.intp)
        else:
            reach = self.right.price_cny.searchsorted(budget_cny - self.left.price_cny, side="right")
        value = left + running[self.kind, reach - 1]
        value[reach == 0] = -np.inf
        most = float(value.max())
        if most == -np.inf:
            return []
        found: list[int] = []
        for place in np.flatnonzero(value >= most - _SAME).tolist():
            end = reach[place]
            beside = right[:end] + self.barred[self.kind[place], :end]
            good = np.flatnonzero(beside >= most - _SAME - left[place])
            found.extend((self.left.masks[place] | self.right.masks[good]).tolist())
        return found


def halves_of(rules: OptionRules) -> Halves | None:
    """The halves of one trim's options; None for more than sixteen, or when a package lies across them."""
    if len(rules) > MOST_OPTIONS:
        return None
    order = _together(rules)
    middle = len(order) // 2
    left, right = _half(rules, order[:middle]), _half(rules, order[middle:])
    across = sum(1 << bit for bit in order[:middle])
    for bit, packages in enumerate(rules.packages):
        if packages and bool(packages & across) != bool(across >> bit & 1):
            return None
        if packages & across and packages & ~across:
            return None
    allowed = _allowed(rules, left.masks[:, None] | right.masks[None, :])
    kinds, kind = np.unique(allowed, axis=0, return_inverse=True)
    return Halves(left, right, kind.reshape(-1), np.where(kinds, 0.0, -np.inf))


def _together(rules: OptionRules) -> list[int]:
    """All bits, those that rules tie to each other in a row."""
    seen = 0
    order: list[int] = []
    for start in range(len(rules)):
        waiting = [start]
        while waiting:
            bit = waiting.pop(0)
            if seen >> bit & 1:
                continue
            seen |= 1 << bit
            order.append(bit)
            tied = rules.needs[bit] | rules.bans[bit] | rules.packages[bit]
            waiting.extend(other for other in range(len(rules)) if (tied | _back(rules, bit)) >> other & 1)
    return order


def _back(rules: OptionRules, bit: int) -> int:
    return sum(1 << other for other in range(len(rules)) if rules.needs[other] >> bit & 1)


def _half(rules: OptionRules, own: Sequence[int]) -> Half:
    masks = [sum(1 << bit for place, bit in enumerate(own) if n >> place & 1) for n in range(1 << len(own))]
    prices = [rules.price_cny(mask) for mask in masks]
    price = np.array([np.inf if p is None else float(p) for p in prices])
    order = np.argsort(price, kind="stable")
    words = np.array(masks, dtype=np.int64)[order]
    chosen = ((words[:, None] >> np.arange(len(rules))) & 1).astype(np.float64)
    return Half(words, chosen, price[order])


def _allowed(rules: OptionRules, masks: Words) -> Flags:
    """Which masks are builds."""
    good = (masks & rules.dead) == 0
    for bit in range(len(rules)):
        without = (masks >> bit & 1) == 0
        needs, bans = rules.needs[bit], rules.bans[bit]
        kept = ((masks & needs) == needs) & ((masks & bans) == 0)
        for choice in rules.any_of[bit]:
            kept &= (masks & choice) != 0
        good &= without | kept
    return np.asarray(good)
