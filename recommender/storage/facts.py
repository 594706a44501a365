"""The facts folder -> a catalogue: all trims for tests of scale, or the selection that the project ships."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from recommender.domain.catalogue import Catalogue, ModelLine, Option, Place, Source, Trim, ValueNote
from recommender.domain.table import Column, booleans, levels_column, numbers
from recommender.registry.model import Attribute, Registry
from recommender.storage.catalogue import write_catalogue
from recommender.storage.catalogue_files import FROM_THE_LINE, catalogue_attributes
from recommender.storage.facts_additions import ADDED_SOURCES, add_facts
from recommender.storage.facts_cars import Car, read_cars, value_text
from recommender.storage.facts_lines import fill_outdoor, line_cars
from recommender.storage.facts_market import read_market
from recommender.storage.facts_options import add_battery_rental, options_of
from recommender.storage.facts_places import read_places
from recommender.storage.facts_select import select_shipped
from recommender.storage.facts_tables import Facts, read_facts

__all__ = ["import_catalogue", "import_facts"]


def import_facts(facts_dir: Path, registry: Registry, *, shipped: bool = False) -> Catalogue:
    """Read a facts folder as a catalogue.

    All trims in file order with their ids; with ``shipped`` the selection of ``facts_select`` in the order of
    model and trim, with a row of line facts where no trim of a current line is known. The same folder gives
    the same catalogue. Raises Rejected with every fault of the folder. ``version`` is empty: it belongs to
    written files.
    """
    facts = read_facts(facts_dir)
    market = read_market(facts)
    cars = read_cars(facts, market)
    if shipped:
        cars = [*cars, *line_cars(facts, market, cars)]
    fill_outdoor(facts, cars)
    add_facts(cars)
    add_battery_rental(facts, cars)
    if shipped:
        cars = select_shipped(cars, market)
        cars.sort(key=lambda car: (car.name.model_id, car.price_cny or 0, car.trim_id))
    places = read_places(facts)
    options = options_of(facts, cars)
    facts.problems.raise_if_any()
    return _catalogue(facts, registry, cars, options, places)


def import_catalogue(facts_dir: Path, out: Path, registry: Registry, *, shipped: bool = False) -> Catalogue:
    """Import a facts folder and write the catalogue folder ``out``; the catalogue with its version.

    Nothing is written when the facts are faulty. Raises Rejected, OSError.
    """
    catalogue = import_facts(facts_dir, registry, shipped=shipped)
    return replace(catalogue, version=write_catalogue(catalogue, out))


def _catalogue(
    facts: Facts,
    registry: Registry,
    cars: Sequence[Car],
    options: tuple[Option, ...],
    places: tuple[Place, ...],
) -> Catalogue:
    notes = tuple(note for car in cars for note in car.notes)
    lines = {car.name.model_id: car.name.line() for car in cars}
    models: dict[str, ModelLine] = dict(sorted(lines.items()))
    trims = tuple(
        Trim(
            car.trim_id, car.name.model_id, car.trim, car.trim_zh, car.on_sale, car.source_id, car.source_date
        )
        for car in cars
    )
    columns = {a.id: _column(a, cars, models) for a in catalogue_attributes(registry).values()}
    sources = _sources(facts, cars, options, notes, places)
    return Catalogue("", models, trims, columns, options, notes, places, sources)


def _column(attribute: Attribute, cars: Sequence[Car], models: dict[str, ModelLine]) -> Column:
    if attribute.id in FROM_THE_LINE:
        brand = attribute.id == "brand"
        of_car: list[str | None] = [car.name.brand if brand else car.name.model_id for car in cars]
        levels = {model.brand for model in models.values()} if brand else set(models)
        return levels_column(of_car, tuple(sorted(levels)))
    if attribute.id == "on_sale":
        return booleans([car.on_sale for car in cars])
    if attribute.id == "condition":
        return levels_column(["new"] * len(cars), attribute.level_ids)
    values = [car.values.get(attribute.id) for car in cars]
    if attribute.kind == "number":
        return numbers(values)
    if attribute.kind == "boolean":
        return booleans([None if value is None else bool(value) for value in values])
    texts = [None if value is None else value_text(value) for value in values]
    found = attribute.level_ids or tuple(sorted({text for text in texts if text is not None}))
    return levels_column(texts, found)


TITLES: Mapping[str, str] = {
    "S01": "Autohome parameter tables (PyLab.me, CC BY 4.0)",
    "S02": "Autohome parameter tables, revision of January 2024 (PyLab.me, CC BY 4.0)",
    "S03": "Dongchedi parameter tables",
    "S04": "Xiaomi parameter archive (Autohome and maker sheets)",
    "S05": "Leapmotor maker pages",
    "S08": "New-energy line list with price ranges",
    "S15": "Autohome brand price pages",
}
"""What a reader is told where the table of sources only says what a source was used for."""


def _sources(
    facts: Facts,
    cars: Iterable[Car],
    options: Iterable[Option],
    notes: Iterable[ValueNote],
    places: Iterable[Place],
) -> dict[str, Source]:
    """The sources that the catalogue names, in the order of the facts."""
    named = [noun.source_id for nouns in (cars, options, notes, places) for noun in nouns]
    used = {part for source_id in named for part in source_id.split("+") if part}
    rows = {row["source_id"]: row for row in facts.rows("sources.csv")}
    for missing in sorted(used - set(rows) - set(ADDED_SOURCES)):
        facts.problems.add("sources.csv", "facts_unknown_source", missing)
    facts.problems.raise_if_any()
    listed = {
        source_id: Source(
            source_id,
            TITLES.get(source_id, row["used_for"]),
            row["address"],
            row["licence"],
            row["content_date"],
        )
        for source_id, row in rows.items()
    }
    return {name: source for name, source in {**listed, **ADDED_SOURCES}.items() if name in used}
