"""What standard equipment and groups mean for the options that can be chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from recommender.domain.catalogue import Option

STANDARD, OPTIONAL, NOT_AVAILABLE = "standard", "optional", "not_available"


@dataclass
class DirectRules:
    """The rules that stand at one option, as masks; ``dead``: it can never be chosen."""

    needs: int = 0
    bans: int = 0
    packages: int = 0
    any_of: tuple[int, ...] = ()
    dead: bool = False


@dataclass(frozen=True)
class OptionStates:
    """The options of one trim by state. ``optional`` in the order of ids: bit i of every mask."""

    by_id: Mapping[str, Option]
    optional: tuple[Option, ...]

    @classmethod
    def of(cls, options: Sequence[Option]) -> OptionStates:
        ordered = sorted(options, key=lambda option: option.option_id)
        optional = tuple(option for option in ordered if option.state == OPTIONAL)
        return cls({option.option_id: option for option in ordered}, optional)

    @cached_property
    def bit(self) -> Mapping[str, int]:
        """Option id -> mask of its one bit; ids that cannot be chosen are absent."""
        return {option.option_id: 1 << bit for bit, option in enumerate(self.optional)}

    def members(self, group: str) -> int:
        """The optional options of a group; the empty name is no group."""
        if not group:
            return 0
        return sum(self.bit[option.option_id] for option in self.optional if option.group == group)

    def replacements(self, option: Option) -> int:
        """What a person may choose instead of a standard option; 0 when it stays on the car."""
        return self.members(option.group)

    def direct(self, option: Option) -> DirectRules:
        """The rules of one optional option: its own, its group's, and those that standard options state."""
        own = self.bit[option.option_id]
        rules = DirectRules(bans=self.members(option.group) & ~own)
        rules.packages = sum(self.bit.get(package, 0) for package in option.included_with)
        for other in option.requires:
            self._require(rules, self.by_id.get(other))
        for other in option.excludes:
            self._exclude(rules, own, self.by_id.get(other))
        for content in self._contents.get(option.option_id, ()):
            rules.needs |= self.bit.get(content, 0)
        for standard in self.by_id.values():
            if standard.state == STANDARD and self._displaces(option, standard):
                self._exclude(rules, own, standard)
        return rules

    def _displaces(self, option: Option, standard: Option) -> bool:
        """Whether the standard option forbids the other, or needs a standard one that the other replaces."""
        replaced = (self.by_id.get(other) for other in standard.requires)
        return option.option_id in standard.excludes or any(
            other is not None and other.state == STANDARD and other.group and other.group == option.group
            for other in replaced
        )

    @cached_property
    def _contents(self) -> Mapping[str, tuple[str, ...]]:
        contents: dict[str, tuple[str, ...]] = {}
        for option in self.by_id.values():
            for package in option.included_with:
                contents[package] = (*contents.get(package, ()), option.option_id)
        return contents

    def _require(self, rules: DirectRules, other: Option | None) -> None:
        if other is None or other.state == NOT_AVAILABLE:
            rules.dead = True
        elif other.state == OPTIONAL:
            rules.needs |= self.bit[other.option_id]
        else:
            rules.bans |= self.replacements(other)

    def _exclude(self, rules: DirectRules, own: int, other: Option | None) -> None:
        if other is None or other.state == NOT_AVAILABLE:
            return
        if other.state == OPTIONAL:
            rules.bans |= self.bit[other.option_id]
            return
        instead = self.replacements(other)
        if not instead:
            rules.dead = True
        elif not instead & own:
            rules.any_of = (*rules.any_of, instead)
