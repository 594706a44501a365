"""State of every option beside a chosen build: may it be added, why not, and what is the least to change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from recommender.configurator.best_build import Wishes, best_build
from recommender.configurator.rules import OptionRules, bits

Why = Literal["excluded", "needs", "needs_one_of", "never", "limit", ""]


@dataclass(frozen=True)
class Offered:
    """The builds that count for a person. ``masks``: all valid builds, or those at hand when there are too
    many (``complete`` false). ``allowed``: bool, those within the person's limits. ``utility``: of each."""

    masks: Sequence[int]
    allowed: NDArray[np.bool_]
    utility: NDArray[np.float64]
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Step:
    """What it takes to add an option. ``target``: the build then, None when there is none. ``toggled``: bits
    to add or drop besides the option; 0 = it can be added as the build stands. ``why`` it cannot, and
    ``others``: the bits that the reason speaks of."""

    target: int | None
    toggled: int
    why: Why
    others: int


def step_to(rules: OptionRules, offered: Offered, mask: int, bit: int) -> Step:
    """The least change of the build ``mask`` that lets option ``bit`` be on it within the person's limits.

    Fewest options to add or drop; of equal changes the build of most utility, then the lower mask. Options
    that come or go with a package count as the package.
    """
    target = _nearest(rules, offered, mask, bit)
    toggled = 0 if target is None else changed(rules, mask, target) & ~(1 << bit)
    if target is not None and not toggled:
        return Step(target, 0, "", 0)
    why, others = _reason(rules, mask, bit)
    return Step(target, toggled, why, others)


def changed(rules: OptionRules, before: int, after: int) -> int:
    """The options that a person adds or drops to come from one build to the other."""
    found = 0
    for bit in bits(before ^ after):
        build = after if after >> bit & 1 else before
        if not rules.packages[bit] & build:
            found |= 1 << bit
    return found


def _nearest(rules: OptionRules, offered: Offered, mask: int, bit: int) -> int | None:
    found: tuple[int, float, int] | None = None
    for place in np.flatnonzero(offered.allowed).tolist():
        target = offered.masks[place]
        if target >> bit & 1:
            steps = (changed(rules, mask, target) & ~(1 << bit)).bit_count()
            key = (steps, -float(offered.utility[place]), target)
            found = key if found is None else min(found, key)
    if not offered.complete and offered.allowed.any():
        return _searched(rules, mask, bit)
    return None if found is None else found[2]


def _searched(rules: OptionRules, mask: int, bit: int) -> int | None:
    """By search, where not every build is at hand: the rules decide, packages' contents weigh nothing."""
    keep = [0.0 if rules.packages[b] else 1.0 if mask >> b & 1 else -1.0 for b in range(len(rules))]
    found = best_build(rules, Wishes(keep, must=1 << bit))
    return None if found is None else found.mask


def _reason(rules: OptionRules, mask: int, bit: int) -> tuple[Why, int]:
    """What keeps the option off the build; "limit" when no rule does."""
    if rules.dead >> bit & 1:
        return "never", 0
    if against := rules.bans[bit] & mask:
        return "excluded", against
    came_along = sum(1 << other for other in bits(rules.needs[bit]) if rules.packages[other] >> bit & 1)
    if missing := rules.needs[bit] & ~mask & ~(1 << bit) & ~came_along:
        return "needs", missing
    for choice in rules.any_of[bit]:
        if not choice & (mask | rules.needs[bit]):
            return "needs_one_of", choice
    return "limit", 0
