"""Single facts that the tables of facts lack or get wrong, each with the page that prints it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from recommender.domain.catalogue import Source
from recommender.storage.facts_cars import Car
from recommender.storage.facts_values import Value

_PAGE = "page, all rights reserved; facts only taken"

ADDED_SOURCES: Mapping[str, Source] = {
    "A01": Source(
        "A01",
        "Aion i60: seats",
        "https://cafef.vn/suv-dien-anh-em-voi-toyota-bz3x-sap-ra-mat-gia-khoi-diem-duoi-400-trieu-dong-"
        "188251015165237763.chn",
        _PAGE,
        "2025-10-15",
    ),
    "A02": Source(
        "A02",
        "AITO M7, second generation: versions and seats",
        "https://www.gruppoacquistoauto.it/news/"
        "151-attenta-tesla-la-rivale-non-e-solo-byd-suv-cinese-da-record-boom-di-ordini",
        _PAGE,
        "2025-09",
    ),
    "A03": Source(
        "A03",
        "Voyah Taishan: seats",
        "https://www.kolesa.ru/news/"
        "voyah-rassekretila-oficialnoe-imia-krossovera-i-nacala-prinimat-zakazy-na-sedan-passion-l",
        _PAGE,
        "2025-09-26",
    ),
}


@dataclass(frozen=True, slots=True)
class Addition:
    """A value for every car of a line that has none; ``below_cny``: only cars cheaper than this."""

    model_id: str
    attribute: str
    value: Value
    source_id: str
    note: str
    below_cny: int | None = None


_ADDITIONS = (
    Addition("aion-i60", "seats", 5.0, "A01", "stated for the line"),
    Addition("voyah-taishan", "seats", 6.0, "A03", "stated for the line"),
    Addition(
        "denza-d9", "seats", 7.0, "S15", "stated for the line; four seats from 600,600 CNY only", 600_000
    ),
)


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A value of a line row that another page shows not to hold for the whole line."""

    model_id: str
    attribute: str
    source_id: str
    note: str


_WITHDRAWALS = (Withdrawal("aito-m7", "seats", "A02", "sold with five and with six seats"),)


def add_facts(cars: Iterable[Car]) -> None:
    """Fill the additions where a value lacks, and take back what does not hold for a line row."""
    for car in cars:
        for addition in _ADDITIONS:
            if _fits(addition, car):
                car.values[addition.attribute] = addition.value
                car.note(addition.attribute, addition.note, addition.source_id)
        for back in _WITHDRAWALS:
            if back.model_id == car.name.model_id and car.is_line_row and back.attribute in car.values:
                sources = f"{car.source_id}+{back.source_id}"
                car.reject(back.attribute, car.values.pop(back.attribute), back.note, sources)


def _fits(addition: Addition, car: Car) -> bool:
    if addition.model_id != car.name.model_id or addition.attribute in car.values:
        return False
    return addition.below_cny is None or (car.price_cny or addition.below_cny) < addition.below_cny
