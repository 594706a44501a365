"""Rules between the options of one trim, compiled to bitmasks.

Bit i of a mask is the i-th *optional* option in the order of ids; a mask holds every option that a build adds
to the trim, those that come with a package included. Standard options are on the car and take no bit.

- ``requires``: all of them are on the car too. ``excludes``: never both (said once, it holds both ways).
- ``group``: members replace each other. With a standard member exactly one is on the car, the standard one
  until another is chosen; without, at most one.
- ``included_with``: choosing one of these packages brings the option along at no price of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from recommender.configurator.option_states import OptionStates
from recommender.domain.catalogue import Option

MAXIMUM_LISTED = 4_096
"""Builds of one trim that are written out as rows."""


@dataclass(frozen=True)
class OptionRules:
    """What may be chosen together on one trim; every tuple has one entry a bit.

    ``needs``: the bits that come with bit i, itself and all that follows from them. ``bans``: the bits that
    cannot stand beside it. ``any_of``: masks of which at least one bit each must be chosen with it.
    ``packages``: the packages that include it. ``dead``: bits that no rule lets anyone choose.
    """

    trim_id: str
    options: tuple[Option, ...]
    needs: tuple[int, ...]
    bans: tuple[int, ...]
    any_of: tuple[tuple[int, ...], ...]
    packages: tuple[int, ...]
    dead: int

    def __len__(self) -> int:
        return len(self.options)

    @cached_property
    def bit_of(self) -> Mapping[str, int]:
        """Option id -> number of its bit."""
        return {option.option_id: bit for bit, option in enumerate(self.options)}

    @cached_property
    def on_request(self) -> int:
        """The bits whose price is not known."""
        return sum(1 << bit for bit, option in enumerate(self.options) if option.price_cny is None)

    @cached_property
    def is_free_of_rules(self) -> bool:
        alone = all(need == 1 << bit for bit, need in enumerate(self.needs))
        return alone and not self.dead and not any(self.bans) and not any(self.any_of)

    def is_valid(self, mask: int) -> bool:
        """Whether exactly these options can be on one car."""
        if mask & self.dead:
            return False
        for bit in bits(mask):
            if self.needs[bit] & ~mask or self.bans[bit] & mask:
                return False
            if any(not choice & mask for choice in self.any_of[bit]):
                return False
        return True

    def paid(self, mask: int) -> int:
        """The options of the build that are paid on their own, not through a package."""
        return sum(1 << bit for bit in bits(mask) if not self.packages[bit] & mask)

    def price_cny(self, mask: int) -> int | None:
        """Price of all options of the build; None as soon as one is on request."""
        paid = self.paid(mask)
        if paid & self.on_request:
            return None
        return sum(self.options[bit].price_cny or 0 for bit in bits(paid))

    def ids(self, mask: int) -> tuple[str, ...]:
        """Option ids of a build, sorted."""
        return tuple(self.options[bit].option_id for bit in bits(mask))

    def mask_of(self, ids: Sequence[str]) -> int:
        """Mask of option ids. Raises KeyError for one that is not optional on this trim."""
        return sum(1 << self.bit_of[option_id] for option_id in set(ids))


def bits(mask: int) -> Iterator[int]:
    """Numbers of the set bits, lowest first."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def compile_rules(trim_id: str, options: Sequence[Option]) -> OptionRules:
    """Compile the options of one trim, all states, in any order.

    ``options`` must be free of the faults that :func:`~recommender.configurator.faults.option_faults` names;
    what no rule lets anyone choose becomes ``dead``.
    """
    states = OptionStates.of(options)
    raw = [states.direct(option) for option in states.optional]
    needs = _closure([rule.needs | 1 << bit for bit, rule in enumerate(raw)])
    forbidden = _both_ways([rule.bans for rule in raw])
    around = [_joined(need, forbidden) for need in needs]
    bans = [
        sum(1 << other for other, need in enumerate(needs) if need & around[bit]) & ~(1 << bit)
        for bit in range(len(needs))
    ]
    dead = sum(1 << bit for bit, rule in enumerate(raw) if rule.dead)
    dead |= sum(1 << bit for bit, need in enumerate(needs) if need & (around[bit] | dead))
    return OptionRules(
        trim_id=trim_id,
        options=states.optional,
        needs=tuple(needs),
        bans=tuple(bans),
        any_of=tuple(tuple(c for other in bits(need) for c in raw[other].any_of) for need in needs),
        packages=tuple(rule.packages for rule in raw),
        dead=dead,
    )


def _closure(needs: list[int]) -> list[int]:
    """What follows from each bit, and from what follows."""
    changed = True
    while changed:
        wider = [_joined(need, needs) for need in needs]
        changed = wider != needs
        needs = wider
    return needs


def _joined(mask: int, of: Sequence[int]) -> int:
    joined = 0
    for bit in bits(mask):
        joined |= of[bit]
    return joined


def _both_ways(bans: list[int]) -> list[int]:
    return [
        ban | sum(1 << other for other, back in enumerate(bans) if back >> bit & 1)
        for bit, ban in enumerate(bans)
    ]


def valid_masks(rules: OptionRules, at_most: int = MAXIMUM_LISTED) -> list[int] | None:
    """Every valid build, ascending (0, the trim as sold, first); None when more than ``at_most``."""
    if rules.is_free_of_rules:
        return list(range(1 << len(rules))) if 1 << len(rules) <= at_most else None
    found: list[int] = []
    waiting = [(0, 0, rules.dead)]
    while waiting:
        bit, mask, barred = waiting.pop()
        while bit < len(rules) and (mask | barred) >> bit & 1:
            bit += 1
        if bit == len(rules):
            if all(choice & mask for chosen in bits(mask) for choice in rules.any_of[chosen]):
                found.append(mask)
                if len(found) > at_most:
                    return None
            continue
        waiting.append((bit + 1, mask, barred | 1 << bit))
        need, ban = rules.needs[bit], rules.bans[bit]
        if not need & barred and not ban & mask:
            waiting.append((bit + 1, mask | need, barred | ban))
    return sorted(found)
