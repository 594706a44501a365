"""Options of one invented trim, and what may be built of them, written out plainly, without bitmasks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from hypothesis import strategies as st

from recommender.domain.catalogue import Option

TRIM = "T"


class Car(NamedTuple):
    """One way to build the trim: option ids added, price of them (None = on request), utility of them."""

    ids: tuple[str, ...]
    price_cny: int | None
    utility: float


def option(
    option_id: str,
    price_cny: int | None = 1000,
    *,
    state: str = "optional",
    group: str = "",
    requires: Iterable[str] = (),
    excludes: Iterable[str] = (),
    included_with: Iterable[str] = (),
    sets: Mapping[str, str] | None = None,
    trim_id: str = TRIM,
) -> Option:
    return Option(
        option_id=option_id,
        trim_id=trim_id,
        name=f"Option {option_id}",
        name_zh=f"选装 {option_id}",
        state=state,
        price_cny=price_cny,
        group=group,
        requires=tuple(requires),
        excludes=tuple(excludes),
        included_with=tuple(included_with),
        sets=sets or {},
        source_id="S1",
    )


def names(count: int) -> list[str]:
    return [f"o{number:02d}" for number in range(count)]


@st.composite
def option_sets(draw: st.DrawFn, at_most: int = 7) -> list[Option]:
    """Options with any rules that are no fault: needs and packages point to earlier options only."""
    ids = names(draw(st.integers(1, at_most)))
    states = [draw(st.sampled_from(["optional"] * 6 + ["standard", "not_available"])) for _ in ids]
    groups = [draw(st.sampled_from(["", "", "", "g", "h"])) for _ in ids]
    found: list[Option] = []
    for place, option_id in enumerate(ids):
        state, group = states[place], groups[place]
        if state == "standard" and any(o.state == "standard" and o.group == group for o in found):
            group = ""
        requires: list[str] = []
        excludes: list[str] = []
        packages: list[str] = []
        for other in found:
            kind = draw(st.sampled_from(["", "", "", "", "requires", "excludes", "included_with"]))
            alike = bool(group) and group == other.group
            if kind == "requires" and _may_require(state, other.state) and not alike:
                requires.append(other.option_id)
            elif kind == "excludes" and not (state == other.state == "standard"):
                excludes.append(other.option_id)
            elif kind == "included_with" and state == other.state == "optional":
                packages.append(other.option_id)
        price = draw(st.sampled_from([None, 0, 500, 1000, 1500, 2000, 5000]))
        apart = {o.option_id for o in found if option_id in o.excludes}
        found.append(
            option(
                option_id,
                price,
                state=state,
                group=group,
                requires=[r for r in requires if r not in apart],
                excludes=excludes,
                included_with=packages,
            )
        )
    return found


def _may_require(state: str, other: str) -> bool:
    if other == "not_available":
        return state == "not_available"
    return not (state == "standard" and other == "optional")


def on_the_car(options: Sequence[Option], chosen: frozenset[str]) -> frozenset[str]:
    """Options on the car when these optional ones are added: the standard ones too, unless replaced."""
    replaced = {o.group for o in options if o.option_id in chosen and o.group}
    standard = {o.option_id for o in options if o.state == "standard" and o.group not in replaced}
    return chosen | standard


def is_allowed(options: Sequence[Option], chosen: frozenset[str]) -> bool:
    """The rules, word for word."""
    car = on_the_car(options, chosen)
    there = [o for o in options if o.option_id in car]
    for one in there:
        if not set(one.requires) <= car or set(one.excludes) & car:
            return False
    for group in {o.group for o in options if o.group}:
        if sum(o.group == group for o in there) > 1:
            return False
    # What a chosen package includes is on the car.
    for one in options:
        if one.state == "optional" and set(one.included_with) & chosen and one.option_id not in chosen:
            return False
    return True


def cars(options: Sequence[Option], utility: Mapping[str, float]) -> list[Car]:
    """Every car that may be built, by trying all subsets."""
    ids = sorted(o.option_id for o in options if o.state == "optional")
    by_id = {o.option_id: o for o in options}
    found: list[Car] = []
    for size in range(len(ids) + 1):
        for chosen in combinations(ids, size):
            if is_allowed(options, frozenset(chosen)):
                paid = [by_id[c] for c in chosen if not set(by_id[c].included_with) & set(chosen)]
                known = all(o.price_cny is not None for o in paid)
                price = sum(o.price_cny or 0 for o in paid) if known else None
                found.append(Car(chosen, price, sum(utility[c] for c in chosen)))
    return found


def best(found: Iterable[Car], budget_cny: int | None = None) -> Car | None:
    """Most utility, then cheaper (on request last), then fewer options, then the lesser id."""
    allowed = [
        c for c in found if budget_cny is None or (c.price_cny is not None and c.price_cny <= budget_cny)
    ]
    return min(allowed, key=order, default=None)


def order(car: Car) -> tuple[float, float, int, tuple[str, ...]]:
    price = float("inf") if car.price_cny is None else float(car.price_cny)
    return (-round(car.utility, 6), price, len(car.ids), car.ids)


GRID = st.integers(-4, 8).map(lambda step: step / 4)
"""Utilities on a grid: ties occur."""
