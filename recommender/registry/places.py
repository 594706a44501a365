"""Place names as people write them, to the code of the place."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from recommender.domain.catalogue import Place

_COUNTRY = "country"
_PROVINCE = "province"
_MUNICIPALITIES = ("11", "12", "31", "50")
"""First digits of the GB/T 2260 codes of the four cities that are provinces themselves."""

_ENDINGS = re.compile(
    r"(?:特别行政区|壮族自治区|回族自治区|维吾尔自治区|自治区|自治州|地区|省|市|盟|"
    r" special administrative region| autonomous region| province| municipality| city| prefecture)$"
)


@dataclass(frozen=True)
class PlaceNames:
    """Index over the places of a catalogue. Countries cannot be chosen."""

    places: tuple[Place, ...]

    def find(self, text: str) -> Place | None:
        """By code, full name or name without 省, 市, Province …; case and width do not matter."""
        wanted = _folded(text)
        return self._by_full_name.get(wanted) or self._by_short_name.get(_short(wanted))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Every zh and en name, for suggestions."""
        return tuple(name for place in self._choosable for name in (place.zh, place.en) if name)

    @cached_property
    def _choosable(self) -> tuple[Place, ...]:
        return tuple(place for place in self.places if place.level != _COUNTRY)

    @cached_property
    def _by_full_name(self) -> Mapping[str, Place]:
        return self._index(lambda place: (place.code, place.zh, place.en))

    @cached_property
    def _by_short_name(self) -> Mapping[str, Place]:
        return self._index(lambda place: (_short(_folded(name)) for name in _aliases(place)))

    def _index(self, names_of: Callable[[Place], Iterable[str]]) -> Mapping[str, Place]:
        found: dict[str, Place] = {}
        for place in sorted(self._choosable, key=_preference):
            for name in names_of(place):
                if name:
                    found.setdefault(_folded(name), place)
        return found


def _preference(place: Place) -> tuple[bool, str]:
    """Where a city and a province share a name: 吉林 is the province, 北京 the city (it has the figures)."""
    municipality = place.code.startswith(_MUNICIPALITIES)
    return (place.level == _PROVINCE) == municipality, place.code


def _aliases(place: Place) -> Iterator[str]:
    """Names with and without what stands in brackets: Hailar (Hulunbuir)."""
    for name in (place.zh, place.en):
        yield name
        outside, bracket, inside = unicodedata.normalize("NFKC", name).partition("(")
        if bracket:
            yield outside
            yield inside.removesuffix(")")


def _folded(name: str) -> str:
    """One form for comparison: width, case, apostrophes (Xi'an) and spaces evened out."""
    plain = unicodedata.normalize("NFKC", name).casefold().replace("’", "'").replace("'", "")
    return " ".join(plain.replace("-", " ").split())


def _short(folded: str) -> str:
    shorter = _ENDINGS.sub("", folded)
    # 沙市 must not become 沙; two characters are left of every real short name.
    return shorter if len(shorter) >= 2 else folded
