"""Place names as people write them, to the code of the place."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from recommender.domain.catalogue import Place

_COUNTRY = "country"
_PROVINCE = "province"
_MUNICIPALITIES = ("11", "12", "31", "50")
"""First digits of the GB/T 2260 codes of the four cities that are provinces themselves."""

_PEOPLES = (
    "藏族|羌族|彝族|苗族|侗族|布依族|土家族|朝鲜族|哈尼族|壮族|傣族|白族|景颇族|傈僳族|回族|蒙古族|蒙古|"
    "柯尔克孜|哈萨克|维吾尔"
)
# A slip in a long name; one of two characters; anything, because an empty offer helps nobody.
_LIKENESS = (0.75, 0.5, 0.0)
_ENDINGS = re.compile(
    r"(?:自治[区州]|特别行政区|地区|省|市|盟|"
    r" special administrative region| autonomous region| province| municipality| city| prefecture)$"
)
_OF_A_PEOPLE = re.compile(rf"(?:{_PEOPLES})+自治[区州]$")


@dataclass(frozen=True)
class PlaceNames:
    """Index over the places of a catalogue. Countries cannot be chosen."""

    places: tuple[Place, ...]

    def find(self, text: str) -> Place | None:
        """By code, full name or name without 省, 市, Province …; case and width do not matter."""
        wanted = _folded(text)
        return self._by_full_name.get(wanted) or self._by_short_name.get(_short(wanted))

    def sharing(self, text: str) -> tuple[str, ...]:
        """Full names of the places that share this name, which is why it finds none of them: Taizhou."""
        return self.by_short_name.get(_short(_folded(text)), ())

    def near(
        self, text: str, search: Callable[[str, Iterable[str], float], Iterable[str]]
    ) -> tuple[str, ...]:
        """Full names like ``text``, the most alike first: only near ones while there are any, never none.

        ``search(word, names, least)`` returns the names that are at least so much (0..1) like the word.
        Endings such as 市 are left out on both sides: all names are alike by them.
        """
        word = _short(_folded(text))
        for least in _LIKENESS:
            # A slip is rarely in the first letter; between names of two characters nothing else decides.
            if found := sorted(
                search(word, self.by_short_name, least), key=lambda name: name[:1] != word[:1]
            ):
                return tuple(dict.fromkeys(name for short in found for name in self.by_short_name[short]))
        return ()

    @cached_property
    def by_short_name(self) -> Mapping[str, tuple[str, ...]]:
        """Folded name without ending -> the full names, in its own language, of all places that have it."""
        found: dict[str, dict[str, None]] = {}
        for place in self._choosable:
            for name in filter(None, (place.zh, place.en)):
                found.setdefault(_short(_folded(name)), {})[name] = None
        return {short: tuple(names) for short, names in found.items()}

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
        return self._index(lambda place: (_short(_folded(name)) for name in (place.zh, place.en)))

    def _index(self, names_of: Callable[[Place], Iterable[str]]) -> Mapping[str, Place]:
        """A name that two cities share belongs to neither: Taizhou is asked back, never guessed."""
        found: dict[str, Place] = {}
        shared: set[str] = set()
        for place in sorted(self._choosable, key=_preference):
            for name in {_folded(name) for name in names_of(place) if name}:
                other = found.setdefault(name, place)
                if other is not place and other.level == place.level:
                    shared.add(name)
        return {name: place for name, place in found.items() if name not in shared}


def _preference(place: Place) -> tuple[bool, str]:
    """Where a city and a province share a name: 吉林 is the province, 北京 the city (it has the figures)."""
    municipality = place.code.startswith(_MUNICIPALITIES)
    return (place.level == _PROVINCE) == municipality, place.code


def _folded(name: str) -> str:
    """One form for comparison: width, case, apostrophes (Xi'an) and spaces evened out."""
    plain = (
        unicodedata.normalize("NFKC", name).casefold().replace("’", "'").replace("'", "").replace("(", " (")
    )
    return " ".join(plain.replace("-", " ").split())


def _short(folded: str) -> str:
    """Without its ending and without the province in brackets: "taizhou (jiangsu)" is "taizhou"."""
    name = folded.partition(" (")[0]
    # Two characters are left of every real short name: 内蒙古 must not become 内, nor 沙市 become 沙.
    shorter = (_OF_A_PEOPLE.sub("", name), _ENDINGS.sub("", name))
    return next((short for short in shorter if len(short) >= 2 and short != name), name)
