"""Which builds decide whether, and at what price, a trim with too many builds can obey limits.

What limits see of a build is its price and what a few of its options change. Of all builds with the same of
those options on them the cheapest obeys whatever any of them obeys (limits on money being ceilings), so it
stands for all of them: ways out found among such builds are minimal among all builds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from recommender.configurator.best_build import Wishes, best_build
from recommender.configurator.rules import OptionRules, bits

MOST_PATTERNS = 256
"""Of one trim and person: eight options that go freely together, or many more in groups."""


def deciding_builds(
    rules: OptionRules, touching: int, utility: Sequence[float], at_most: int = MOST_PATTERNS
) -> list[int] | None:
    """Masks of builds that stand for all: of every pattern of the options ``touching`` (a mask) that is on
    some build the cheapest one, the one of least known price where options are on request, and the one of
    most ``utility`` (one entry a bit).

    None when there are more than ``at_most`` patterns.
    """
    open_prices = replace(
        rules, options=tuple(replace(option, price_cny=option.price_cny or 0) for option in rules.options)
    )
    nothing = [0.0] * len(rules)
    found: dict[int, None] = {}
    for number, pattern in enumerate(_patterns(rules, touching)):
        if number == at_most:
            return None
        for priced, worth in ((rules, nothing), (open_prices, nothing), (rules, utility)):
            build = best_build(priced, Wishes(worth, must=pattern, never=touching & ~pattern))
            if build is None:
                break
            found[build.mask] = None
    known = [part for mask in found if rules.is_valid(part := mask & ~rules.on_request)]
    return list(dict.fromkeys((*found, *known)))


def _patterns(rules: OptionRules, touching: int) -> Iterator[int]:
    """Every choice among these options that what options need and exclude allows; once each."""
    waiting = [(touching, 0, rules.dead)]
    while waiting:
        left, mask, barred = waiting.pop()
        left &= ~(mask | barred)
        if not left:
            yield mask & touching
            continue
        bit = next(bits(left))
        waiting.append((left, mask, barred | 1 << bit))
        need, ban = rules.needs[bit], rules.bans[bit]
        if not need & barred and not ban & mask:
            waiting.append((left, mask | need, barred | ban))
