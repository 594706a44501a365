"""Prices of electricity and petrol where the person lives: place, else province, else country, else
default.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from recommender.domain.buyer import Circumstances
from recommender.domain.catalogue import Place
from recommender.ownership.figures import Figures

TariffField = Literal[
    "home_tariff_cny_kwh", "home_valley_tariff_cny_kwh", "public_dc_tariff_cny_kwh", "petrol_92_cny_l"
]


@dataclass(frozen=True, slots=True)
class Tariff:
    """``place`` None: the national default. ``source``: ids of sources; ``year`` as the place table prints
    it.
    """

    value: float
    place: Place | None
    year: str
    source: str


@dataclass(frozen=True, slots=True)
class Tariffs:
    """CNY per kWh and per litre. ``daily_cny_kwh``: mix of home and public charging for everyday driving."""

    home: Tariff
    public: Tariff
    petrol: Tariff
    home_share: float

    @property
    def daily_cny_kwh(self) -> float:
        return self.home_share * self.home.value + (1.0 - self.home_share) * self.public.value

    @property
    def public_cny_kwh(self) -> float:
        return self.public.value

    @property
    def petrol_cny_l(self) -> float:
        return self.petrol.value


def tariffs_of(circumstances: Circumstances, figures: Figures) -> Tariffs:
    """Tariffs for one person. An own wallbox charges at night, so it gets the valley tariff."""
    overnight = circumstances.overnight_charging or "missing"
    night: TariffField = "home_valley_tariff_cny_kwh"
    home: TariffField = night if overnight == "own_charger" else "home_tariff_cny_kwh"
    return Tariffs(
        home=tariff(circumstances, home, figures),
        public=tariff(circumstances, "public_dc_tariff_cny_kwh", figures),
        petrol=tariff(circumstances, "petrol_92_cny_l", figures),
        home_share=figures(f"home_share_{overnight}"),
    )


def tariff(circumstances: Circumstances, field: TariffField, figures: Figures) -> Tariff:
    """The nearest known figure, with where it comes from."""
    for place in places_from_near_to_far(circumstances):
        value: float | None = getattr(place, field)
        if value is not None:
            return Tariff(value, place, place.year, place.source_id)
    row = figures.row(field)
    return Tariff(row.value, None, "", row.source)


def places_from_near_to_far(circumstances: Circumstances) -> Iterator[Place]:
    """Place, province, country, each once; places that are not known are left out."""
    seen: set[str] = set()
    for place in (circumstances.place, circumstances.province, circumstances.country):
        if place is not None and place.code not in seen:
            seen.add(place.code)
            yield place
