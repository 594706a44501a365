"""What is wrong with a catalogue's options beyond single faults: options that nobody can choose, builds whose
values are not decided."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from recommender.configurator.best_build import Wishes, best_build
from recommender.configurator.changes import changes_of
from recommender.configurator.faults import catalogue_faults, options_by_trim, place
from recommender.configurator.rules import OptionRules, compile_rules, valid_masks
from recommender.domain.catalogue import Catalogue
from recommender.domain.errors import Problem


def lint_catalogue(catalogue: Catalogue) -> tuple[Problem, ...]:
    """Every fault of the rules; when there is none, what sound rules still get wrong.

    Codes beyond those of ``faults``: option_dead (in no build of its trim), option_undecided (two options
    that may stand on one car set an attribute to two values, and neither needs the other).
    """
    faults = catalogue_faults(catalogue)
    if faults:
        return tuple(faults)
    found: list[Problem] = []
    for trim_id, options in options_by_trim(catalogue).items():
        rules = compile_rules(trim_id, options)
        together = _together(rules)
        found.extend(_dead(rules, together))
        found.extend(_undecided(rules, together, catalogue, catalogue.trim_index[trim_id]))
    return tuple(found)


def _together(rules: OptionRules) -> tuple[int, ...]:
    """For each bit the options that stand beside it in some build, itself included; 0 when there is none."""
    masks = valid_masks(rules)
    if masks is None:
        masks = [
            found.mask
            for first in range(len(rules))
            for second in range(first, len(rules))
            if (found := best_build(rules, _both(rules, first, second))) is not None
        ]
    beside = [0] * len(rules)
    for mask in masks:
        for bit in range(len(rules)):
            beside[bit] |= mask if mask >> bit & 1 else 0
    return tuple(beside)


def _both(rules: OptionRules, first: int, second: int) -> Wishes:
    return Wishes([-1.0] * len(rules), must=1 << first | 1 << second)


def _dead(rules: OptionRules, together: tuple[int, ...]) -> Iterator[Problem]:
    for bit, option in enumerate(rules.options):
        if not together[bit]:
            words = {"option": option.option_id, "trim": option.trim_id}
            yield Problem(place(option, "option_id"), "option_dead", option.option_id, words)


def _undecided(
    rules: OptionRules, together: tuple[int, ...], catalogue: Catalogue, row: int
) -> Iterator[Problem]:
    changes = [changes_of(option, catalogue.columns, row) for option in rules.options]
    for first, second in combinations(range(len(rules)), 2):
        ordered = rules.needs[first] >> second & 1 or rules.needs[second] >> first & 1
        if ordered or not together[first] >> second & 1:
            continue
        values = {change.attribute: change.value for change in changes[first]}
        for change in changes[second]:
            if values.get(change.attribute, change.value) != change.value:
                option = rules.options[second]
                words = {
                    "option": option.option_id,
                    "trim": option.trim_id,
                    "other": rules.options[first].option_id,
                    "column": change.attribute,
                }
                yield Problem(place(option, "sets"), "option_undecided", change.attribute, words)
