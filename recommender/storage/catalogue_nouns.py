"""Rows of the catalogue files -> nouns of the domain. Faults are named; ids refer to files read before."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from functools import partial

from recommender.domain.catalogue import ModelLine, Option, Place, Source, Trim, ValueNote
from recommender.domain.table import Column
from recommender.registry.model import Attribute
from recommender.registry.problem_list import ProblemList
from recommender.storage.catalogue_cells import (
    check_value,
    parse_boolean,
    parse_date,
    parse_id,
    parse_integer,
    parse_level,
    parse_number,
    parse_place_code,
)
from recommender.storage.catalogue_columns import levels_of, same_value
from recommender.storage.catalogue_dates import parse_source_date
from recommender.storage.catalogue_files import (
    FILES,
    MODELS,
    NOT_BY_AN_OPTION,
    OPTIONS,
    PLACE_FIGURES,
    PLACES,
    SOURCES,
    TRIMS,
)
from recommender.storage.csv_table import CellFault, CsvTable, split_list

SOURCE_SEPARATORS = "+;"
"""A cell may name several sources: S01+S02."""

OPTION_STATES = ("standard", "optional", "not_available")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_ADDRESS_SCHEMES = ("http", "https", "github")
_PLACE_LEVELS = ("country", "province", "city")
_MOST_CNY = 20_000_000

# Inclusive bounds of the figures of a place: wide enough for any real one, narrow enough for a slipped point.
_PLACE_BOUNDS: Mapping[str, tuple[float, float]] = {
    "winter_low_c": (-60, 40),
    "home_tariff_cny_kwh": (0, 10),
    "home_valley_tariff_cny_kwh": (0, 10),
    "public_dc_tariff_cny_kwh": (0, 10),
    "petrol_92_cny_l": (0, 50),
}


def read_sources(table: CsvTable, problems: ProblemList) -> dict[str, Source]:
    table.require(("source_id", "title"), problems)
    ids = table.parse("source_id", parse_id, problems)
    table.check_unique("source_id", ids, problems)
    table.parse("address", _parse_address, problems)
    table.parse("date", parse_source_date, problems)
    texts = [table.cells(name) for name in ("title", "address", "licence", "date")]
    rows = zip(table.cells("source_id"), *texts, strict=True)
    return {row[0]: Source(*row) for row in rows if row[0]}


def _parse_address(text: str) -> str:
    """A web address, a path in a public repository, or words for what has neither; no other scheme."""
    scheme = _SCHEME.match(text)
    if scheme and scheme[1].lower() not in _ADDRESS_SCHEMES:
        raise CellFault("catalogue_address", schemes=", ".join(_ADDRESS_SCHEMES))
    return text


def read_models(table: CsvTable, problems: ProblemList) -> dict[str, ModelLine]:
    table.require(("model_id", "brand", "model"), problems)
    ids = table.parse("model_id", parse_id, problems)
    table.check_unique("model_id", ids, problems)
    names = list(zip(table.cells("brand"), table.cells("model"), strict=True))
    table.check_unique("model", [pair if all(pair) else None for pair in names], problems)
    _check_brand_names(table, problems)
    texts = [table.cells(name) for name in ("brand", "brand_zh", "model", "model_zh")]
    rows = zip(table.cells("model_id"), *texts, strict=True)
    return {row[0]: ModelLine(*row) for row in rows if row[0]}


def _check_brand_names(table: CsvTable, problems: ProblemList) -> None:
    """A brand has one Chinese name."""
    first: dict[str, str] = {}
    for row, (brand, zh) in enumerate(zip(table.cells("brand"), table.cells("brand_zh"), strict=True)):
        if first.setdefault(brand, zh) != zh:
            path = table.path(row, "brand_zh")
            problems.add(path, "catalogue_brand_names", zh, brand=brand, first=first[brand])


def read_trims(
    table: CsvTable, models: Container[str], sources: Container[str], problems: ProblemList
) -> tuple[Trim, ...]:
    table.require(("trim_id", "model_id", "trim", "on_sale", "source_id", "source_date"), problems)
    ids = table.parse("trim_id", parse_id, problems)
    table.check_unique("trim_id", ids, problems)
    _check_same_car(table, problems)
    table.check_known("model_id", models, MODELS, problems)
    table.check_known("source_id", sources, SOURCES, problems, SOURCE_SEPARATORS)
    rows = zip(
        table.cells("trim_id"),
        table.cells("model_id"),
        table.cells("trim"),
        table.cells("trim_zh"),
        (bool(value) for value in table.parse("on_sale", parse_boolean, problems)),
        table.cells("source_id"),
        table.parse("source_date", parse_date, problems),
        strict=True,
    )
    return tuple(Trim(*row) for row in rows)


def _check_same_car(table: CsvTable, problems: ProblemList) -> None:
    """Two ids for one car: every cell but the id is equal."""
    first: dict[tuple[str, ...], int] = {}
    others = [cells for column, cells in table.columns.items() if column != "trim_id"]
    for row, cells in enumerate(zip(*others, strict=True)):
        if first.setdefault(cells, row) != row:
            twin = first[cells]
            path, value = table.path(row, "trim_id"), table.cells("trim_id")[row]
            other = table.cells("trim_id")[twin]
            problems.add(path, "catalogue_same_car", value, line=table.lines[twin], other=other)


def read_options(
    table: CsvTable,
    trims: Mapping[str, int],
    sources: Container[str],
    attributes: Mapping[str, Attribute],
    columns: Mapping[str, Column],
    problems: ProblemList,
) -> tuple[Option, ...]:
    """``trims``: trim id -> row of ``columns``."""
    table.require(("option_id", "trim_id", "name", "state", "source_id"), problems)
    ids = table.parse("option_id", parse_id, problems)
    table.parse("state", lambda text: parse_level(text, OPTION_STATES), problems)
    prices = table.parse("price_cny", lambda text: parse_integer(text, -_MOST_CNY, _MOST_CNY), problems)
    table.check_known("trim_id", trims, TRIMS, problems)
    table.check_known("source_id", sources, SOURCES, problems, SOURCE_SEPARATORS)
    keys = list(zip(table.cells("trim_id"), table.cells("option_id"), strict=True))
    table.check_unique("option_id", [key if all(key) else None for key in keys], problems)
    _check_rules(table, set(keys), problems)
    return tuple(
        Option(
            option_id=option_id or "",
            trim_id=table.cells("trim_id")[row],
            name=table.cells("name")[row],
            name_zh=table.cells("name_zh")[row],
            state=table.cells("state")[row],
            price_cny=prices[row],
            group=table.cells("group")[row],
            requires=split_list(table.cells("requires")[row]),
            excludes=split_list(table.cells("excludes")[row]),
            included_with=split_list(table.cells("included_with")[row]),
            sets=_read_sets(table, row, attributes, columns, problems),
            source_id=table.cells("source_id")[row],
        )
        for row, option_id in enumerate(ids)
    )


def _check_rules(table: CsvTable, keys: Container[tuple[str, str]], problems: ProblemList) -> None:
    """Options named by a rule exist on the same trim; none needs or forbids itself, or both at once."""
    rules = ("requires", "excludes", "included_with")
    for row, (trim_id, option_id) in enumerate(
        zip(table.cells("trim_id"), table.cells("option_id"), strict=True)
    ):
        named = {rule: split_list(table.cells(rule)[row]) for rule in rules}
        for rule, others in named.items():
            path = table.path(row, rule)
            for other in others:
                if other == option_id or (rule == "requires" and other in named["excludes"]):
                    problems.add(path, "catalogue_option_rule", other, option=option_id, column=rule)
                elif (trim_id, other) not in keys:
                    problems.add(path, "catalogue_unknown_id", other, column=rule, file=OPTIONS)


def _read_sets(
    table: CsvTable,
    row: int,
    attributes: Mapping[str, Attribute],
    columns: Mapping[str, Column],
    problems: ProblemList,
) -> dict[str, str]:
    """``attribute=value;...`` of one row: what the option changes on the car."""
    found: dict[str, str] = {}
    for part in split_list(table.cells("sets")[row]):
        name, equals, value = (text.strip() for text in part.partition("="))
        path = table.path(row, "sets")
        if not (equals and name and value) or name in found:
            problems.add(path, "catalogue_sets_form", part)
        elif name not in attributes:
            problems.add(path, "catalogue_unknown_id", name, column="sets", file="attributes.toml")
        elif name in NOT_BY_AN_OPTION:
            problems.add(path, "catalogue_sets_fixed", part, column=name)
        else:
            _check(path, f"sets {name}", value, attributes[name], columns[name], problems)
            found[name] = value
    return found


def _check(
    path: str, shown_as: str, value: str, attribute: Attribute, column: Column, problems: ProblemList
) -> bool:
    try:
        check_value(attribute, value, levels_of(column))
    except CellFault as fault:
        problems.add(path, fault.code, value, column=shown_as, **fault.params)
        return False
    return True


def read_values(
    table: CsvTable,
    trims: Mapping[str, int],
    sources: Container[str],
    attributes: Mapping[str, Attribute],
    columns: Mapping[str, Column],
    problems: ProblemList,
) -> tuple[ValueNote, ...]:
    """Notes on single values. A kept one must be the value of trims.csv; a rejected one may be anything."""
    table.require(("trim_id", "attribute", "value", "source_id"), problems)
    table.check_known("trim_id", trims, TRIMS, problems)
    table.check_known("attribute", attributes, "attributes.toml", problems)
    table.check_known("source_id", sources, SOURCES, problems, SOURCE_SEPARATORS)
    table.parse("kept", lambda text: parse_level(text, ("0", "1")), problems)
    rows = zip(
        table.cells("trim_id"),
        table.cells("attribute"),
        table.cells("value"),
        table.cells("source_id"),
        table.parse("source_date", parse_date, problems),
        table.cells("note"),
        (text != "0" for text in table.cells("kept")),
        strict=True,
    )
    notes = tuple(ValueNote(*row) for row in rows)
    for row, note in enumerate(notes):
        if note.kept and note.value and note.trim_id in trims and note.attribute in attributes:
            column, path = columns[note.attribute], table.path(row, "value")
            valid = _check(path, note.attribute, note.value, attributes[note.attribute], column, problems)
            if valid and not same_value(column, trims[note.trim_id], note.value):
                problems.add(
                    path, "catalogue_kept_differs", note.value, trim=note.trim_id, attribute=note.attribute
                )
    return notes


def read_places(table: CsvTable, sources: Container[str], problems: ProblemList) -> tuple[Place, ...]:
    table.require(("code", "level", "zh", "en"), problems)
    codes = table.parse("code", parse_place_code, problems)
    table.check_unique("code", codes, problems)
    table.parse("level", lambda text: parse_level(text, _PLACE_LEVELS), problems)
    table.check_known("province_code", {code for code in codes if code}, PLACES, problems)
    table.check_known("source_id", sources, SOURCES, problems, SOURCE_SEPARATORS)
    _check_place_rows(table, problems)
    text = {name: table.cells(name) for name in FILES[PLACES].all}
    number = {
        name: table.parse(name, partial(parse_number, minimum=low, maximum=high), problems)
        for name, (low, high) in _PLACE_BOUNDS.items()
    }
    whole = {
        name: table.parse(name, partial(parse_integer, minimum=0, maximum=_MOST_CNY), problems)
        for name in ("chargers_public", "swap_stations_nio", "plate_cost_petrol_cny")
    }
    return tuple(
        Place(
            code=text["code"][row],
            level=text["level"][row],
            zh=text["zh"][row],
            en=text["en"][row],
            province_code=text["province_code"][row],
            winter_low_c=number["winter_low_c"][row],
            chargers_public=whole["chargers_public"][row],
            swap_stations_nio=whole["swap_stations_nio"][row],
            plate_rule_bev=text["plate_rule_bev"][row],
            plate_rule_phev_erev=text["plate_rule_phev_erev"][row],
            plate_rule_petrol=text["plate_rule_petrol"][row],
            plate_cost_petrol_cny=whole["plate_cost_petrol_cny"][row],
            home_tariff_cny_kwh=number["home_tariff_cny_kwh"][row],
            home_valley_tariff_cny_kwh=number["home_valley_tariff_cny_kwh"][row],
            public_dc_tariff_cny_kwh=number["public_dc_tariff_cny_kwh"][row],
            petrol_92_cny_l=number["petrol_92_cny_l"][row],
            year=text["year"][row],
            source_id=text["source_id"][row],
        )
        for row in range(len(table))
    )


def _check_place_rows(table: CsvTable, problems: ProblemList) -> None:
    """A city has its province; a figure has its source."""
    for row, level in enumerate(table.cells("level")):
        if level == "city" and not table.cells("province_code")[row]:
            problems.add(table.path(row, "province_code"), "catalogue_required", column="province_code")
        if not table.cells("source_id")[row]:
            for name in PLACE_FIGURES:
                if table.cells(name)[row]:
                    path, value = table.path(row, name), table.cells(name)[row]
                    problems.add(path, "catalogue_source_missing", value, column=name)
                    break
