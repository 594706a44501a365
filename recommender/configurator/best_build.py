"""The best build of one trim by branch and bound: additive utilities, one budget, the rules.

For trims whose builds are too many to write out. Exact: a branch is cut only when an upper bound (the
fractional knapsack over what is undecided, each option at the least it may cost) shows that it cannot win.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from recommender.configurator.halves import Halves
from recommender.configurator.rules import OptionRules, bits

_SAME = 1e-9
"""Utilities nearer than this are equal: their last bits depend on the order of the addends."""


@dataclass(frozen=True, slots=True)
class Build:
    """``price_cny``: of all options together, None = on request. ``utility``: of all options together."""

    mask: int
    utility: float
    price_cny: int | None


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is asked of a build. ``utility``: one entry a bit. ``budget_cny`` (of the options together) shuts
    out what is on request. ``must`` and ``never``: masks. ``one_of``: of each of these masks at least one."""

    utility: Sequence[float]
    budget_cny: int | None = None
    must: int = 0
    never: int = 0
    one_of: tuple[int, ...] = ()


def best_build(rules: OptionRules, wishes: Wishes, halves: Halves | None = None) -> Build | None:
    """The build of most utility; of equal ones the cheaper (on request last), then that of fewer options,
    then the lesser config id.

    None when no valid build obeys the wishes. ``halves`` (of these rules) answer sooner where the wishes name
    no options.
    """
    if halves is None or wishes.must or wishes.never or wishes.one_of:
        return _Search(rules, wishes).run()
    found = [_build(rules, wishes, mask) for mask in halves.best(wishes.utility, wishes.budget_cny)]
    if len(found) == 1:
        return found[0]
    return min(found, key=lambda build: _key(rules, build), default=None)


def _build(rules: OptionRules, wishes: Wishes, mask: int) -> Build:
    return Build(mask, sum(wishes.utility[bit] for bit in bits(mask)), rules.price_cny(mask))


def _key(rules: OptionRules, build: Build) -> tuple[float, int, tuple[str, ...]]:
    """Order of builds of equal utility."""
    price = float("inf") if build.price_cny is None else float(build.price_cny)
    return price, build.mask.bit_count(), rules.ids(build.mask)


def builds_by_price(rules: OptionRules, wishes: Wishes, halves: Halves | None = None) -> Iterator[Build]:
    """The Pareto front of (price, utility) among builds of known price: the best of all first, then the best
    of what costs less, and so on. Whatever money is worth to somebody, as long as more is never worth less,
    the build that suits best is on it."""
    budget = wishes.budget_cny
    if budget is None:
        budget = sum(option.price_cny or 0 for option in rules.options)
    while budget >= 0:
        at_most = Wishes(wishes.utility, budget, wishes.must, wishes.never, wishes.one_of)
        found = best_build(rules, at_most, halves)
        if found is None or found.price_cny is None:
            return
        yield found
        budget = found.price_cny - 1


class _Search:
    """Depth first; options by utility a yuan, packages before what they include."""

    def __init__(self, rules: OptionRules, wishes: Wishes) -> None:
        self._rules, self._wishes = rules, wishes
        self._utility = [float(value) for value in wishes.utility]
        self._price = [option.price_cny or 0 for option in rules.options]
        self._budget = wishes.budget_cny
        self._must = wishes.must
        self._one_of = wishes.one_of
        self._plain = not any(rules.packages) and not any(rules.any_of) and not wishes.one_of
        self._barred = rules.dead | wishes.never
        if self._budget is not None:
            self._barred |= sum(1 << b for b in bits(rules.on_request) if not rules.packages[b])
        self._barred |= self._useless()
        self._by_density = sorted(range(len(rules)), key=self._density)
        self._gains = [
            (1 << b, self._utility[b], 0 if rules.packages[b] else self._price[b])
            for b in self._by_density
            if self._utility[b] > 0.0
        ]
        self._order = sorted(self._by_density, key=lambda b: rules.packages[b] != 0)
        self._best: Build | None = None
        self._most = float("-inf")

    def run(self) -> Build | None:
        mask, barred = 0, self._barred
        for bit in bits(self._must):
            if not self._fits(bit, mask, barred):
                return None
            mask |= self._rules.needs[bit]
            barred |= self._rules.bans[bit]
        waiting = [(0, mask, barred)]
        while waiting:
            place, mask, barred = waiting.pop()
            if not self._hopeful(mask, barred):
                continue
            decided = mask | barred
            while place < len(self._order) and decided >> self._order[place] & 1:
                place += 1
            if place == len(self._order):
                self._finish(mask)
                continue
            bit = self._order[place]
            without = (place + 1, mask, barred | 1 << bit)
            if not self._fits(bit, mask, barred):
                waiting.append(without)
                continue
            with_it = (place + 1, mask | self._rules.needs[bit], barred | self._rules.bans[bit])
            waiting.extend((without, with_it) if self._utility[bit] > 0.0 else (with_it, without))
        return self._best

    def _fits(self, bit: int, mask: int, barred: int) -> bool:
        return not (self._rules.needs[bit] & barred or self._rules.bans[bit] & mask or barred >> bit & 1)

    def _density(self, bit: int) -> tuple[float, int]:
        price = 0 if self._rules.packages[bit] else self._price[bit]
        return (-self._utility[bit] / price if price else -float("inf"), bit)

    def _useless(self) -> int:
        """Options that cost something or please less than nothing and help no other: in no optimum."""
        rules = self._rules
        asked = self._must
        for mask in (*self._one_of, *(m for masks in rules.any_of for m in masks)):
            asked |= mask
        for bit, need in enumerate(rules.needs):
            asked |= need & ~(1 << bit)
        found = 0
        for bit, value in enumerate(self._utility):
            brings = rules.needs[bit] != 1 << bit
            costs = value < 0.0 or self._price[bit] > 0 or rules.on_request >> bit & 1
            if value <= 0.0 and costs and not brings and not asked >> bit & 1:
                found |= 1 << bit
        return found

    def _hopeful(self, mask: int, barred: int) -> bool:
        """Whether the branch may hold a build that is better than, or equal to, the best so far."""
        left = self._left(mask, barred)
        if left is not None and left < 0:
            return False
        if not self._plain and not self._can_choose(mask, barred):
            return False
        bound = sum(self._utility[bit] for bit in bits(mask))
        if left is None:
            bound += sum(gain for flag, gain, _ in self._gains if not (mask | barred) & flag)
            return bound >= self._most - _SAME
        for flag, gain, price in self._gains:
            if (mask | barred) & flag:
                continue
            if price > left:
                bound += gain * left / price
                break
            bound += gain
            left -= price
        return bound >= self._most - _SAME

    def _left(self, mask: int, barred: int) -> int | None:
        """What remains of the budget when every option that a package may still include costs nothing."""
        if self._budget is None:
            return None
        spent = 0
        for bit in bits(mask):
            packages = self._rules.packages[bit]
            if not packages & ~barred and not packages & mask:
                if self._rules.on_request >> bit & 1:
                    return -1
                spent += self._price[bit]
        return self._budget - spent

    def _can_choose(self, mask: int, barred: int) -> bool:
        chosen = (choice for bit in bits(mask) for choice in self._rules.any_of[bit])
        return all(choice & (mask | ~barred) for choice in (*chosen, *self._one_of))

    def _finish(self, mask: int) -> None:
        if any(not choice & mask for bit in bits(mask) for choice in self._rules.any_of[bit]):
            return
        if any(not choice & mask for choice in self._one_of):
            return
        found = _build(self._rules, self._wishes, mask)
        price, utility = found.price_cny, found.utility
        if self._budget is not None and (price is None or price > self._budget):
            return
        if self._best is None or utility > self._most + _SAME:
            self._best, self._most = found, utility
        elif utility >= self._most - _SAME and _key(self._rules, found) < _key(self._rules, self._best):
            self._best, self._most = found, max(self._most, utility)
