"""Whatever is written reads back the same."""

from __future__ import annotations

import dataclasses
import datetime as dt
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.domain.catalogue import Catalogue, ModelLine, Option, Place, Source, ValueNote
from recommender.domain.table import LevelColumn, NumberColumn
from recommender.registry.load import load_registry
from recommender.registry.model import Attribute, Registry
from recommender.storage.catalogue import read_catalogue, write_catalogue
from tests.builders import Car, Value, make_catalogue


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry()


# Attributes that no rule of physics ties to another, so that any value is a sound catalogue.
FREE = (
    *("model_year", "price_cny", "seats", "battery_chemistry", "body_type", "powertrain", "drive", "boot_l"),
    *("wading_mm", "v2l_kw", "accel_0_100_s", "isofix", "fridge", "karaoke", "heat_pump", "price_date"),
    *("battery_swap", "ota", "body_frame", "top_speed_kmh", "voice_features", "rural_campaign"),
)

# What a person may type: no control and no direction marks (they are refused), no blanks at the ends.
texts = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp")), max_size=12
).map(str.strip)
names = texts.filter(bool)
ids = st.from_regex(r"[A-Za-z0-9._-]{1,12}", fullmatch=True)
addresses = st.one_of(st.just(""), names.map("https://a.cn/".__add__), names.map("press item ".__add__))
source_dates = st.sampled_from(["", "2025", "2025-02", "2025-02-28", "2025-02 (about)", "normals"])
dates = st.dates(dt.date(2015, 1, 1), dt.date(2030, 1, 1))
money = st.integers(-500_000, 500_000)


def value_of(attribute: Attribute) -> st.SearchStrategy[Value]:
    if attribute.kind == "boolean":
        return st.one_of(st.none(), st.booleans())
    if attribute.unit == "date":
        return st.one_of(st.none(), dates.map(dt.date.isoformat))
    if attribute.kind != "number":
        return st.one_of(st.none(), st.sampled_from(attribute.level_ids))
    assert attribute.minimum is not None
    assert attribute.maximum is not None
    if attribute.integer:
        return st.one_of(st.none(), st.integers(int(attribute.minimum), int(attribute.maximum)))
    figures = st.floats(attribute.minimum, attribute.maximum).map(lambda figure: round(figure, 6) + 0.0)
    return st.one_of(st.none(), figures)


@st.composite
def catalogues(draw: st.DrawFn, registry: Registry) -> Catalogue:
    source_ids = draw(st.lists(ids, min_size=1, max_size=3, unique=True))
    said = st.tuples(names, addresses, texts, source_dates)
    sources = {key: Source(key, *draw(said)) for key in source_ids}
    source = st.sampled_from(source_ids)
    model_ids = draw(st.lists(ids, min_size=1, max_size=4, unique=True))
    lines = [
        ModelLine(key, f"Brand {n % 2}", f"品牌{n % 2}", f"Model {n}", draw(texts))
        for n, key in enumerate(model_ids)
    ]
    trim_ids = draw(st.lists(ids, min_size=1, max_size=6, unique=True))
    cars = [draw(car(registry, key, n, model_ids)) for n, key in enumerate(trim_ids)]
    option_ids = draw(st.lists(ids, max_size=3, unique=True))
    catalogue = make_catalogue(
        registry,
        cars,
        lines=lines,
        options=[draw(option(key, option_ids, trim_ids[0], source)) for key in option_ids],
        places=draw(places(source)),
    )
    notes = st.builds(
        *(ValueNote, st.sampled_from(trim_ids), st.sampled_from(FREE), names, source),
        *(st.one_of(st.none(), dates), texts, st.just(False)),
    )
    trims = tuple(
        dataclasses.replace(trim, source_id=draw(source), source_date=draw(dates)) for trim in catalogue.trims
    )
    value_notes = tuple(draw(st.lists(notes, max_size=3)))
    return dataclasses.replace(catalogue, sources=sources, trims=trims, value_notes=value_notes)


@st.composite
def car(draw: st.DrawFn, registry: Registry, trim_id: str, number: int, model_ids: list[str]) -> Car:
    values = {name: draw(value_of(registry.attributes[name])) for name in FREE}
    used = draw(st.booleans())
    older: Car = {"mileage_km": draw(st.integers(0, 300_000)), "battery_soh_pct": None} if used else {}
    return {
        **values,
        **older,
        "condition": "used" if used else "new",
        "on_sale": values["powertrain"] is not None and draw(st.booleans()),
        "trim_id": trim_id,
        "model_id": draw(st.sampled_from(model_ids)),
        "trim": f"{number} {draw(texts)}".strip(),
        "trim_zh": draw(texts),
    }


@st.composite
def option(
    draw: st.DrawFn, option_id: str, option_ids: list[str], trim_id: str, source: st.SearchStrategy[str]
) -> Option:
    others = [other for other in option_ids if other != option_id]
    required = draw(st.lists(st.sampled_from(others), unique=True)) if others else []
    return Option(
        option_id,
        trim_id,
        name=draw(names),
        name_zh=draw(texts),
        state=draw(st.sampled_from(["standard", "optional", "not_available"])),
        price_cny=draw(st.one_of(st.none(), money)),
        group=draw(texts),
        requires=tuple(required),
        excludes=tuple(other for other in others if other not in required),
        included_with=tuple(others[:1]),
        sets=draw(st.dictionaries(st.sampled_from(["hud", "karaoke"]), st.sampled_from(["true", "false"]))),
        source_id=draw(source),
    )


@st.composite
def places(draw: st.DrawFn, source: st.SearchStrategy[str]) -> tuple[Place, ...]:
    codes = draw(st.lists(st.from_regex(r"[0-9]{6}", fullmatch=True), min_size=1, max_size=4, unique=True))
    return tuple(
        Place(
            *(code, draw(st.sampled_from(["country", "province", "city"])), draw(names), draw(names)),
            province_code=codes[0],
            winter_low_c=draw(st.one_of(st.none(), st.integers(-600, 400).map(lambda tenth: tenth / 10))),
            chargers_public=draw(st.one_of(st.none(), st.integers(0, 1_000_000))),
            plate_rule_bev=draw(texts),
            petrol_92_cny_l=draw(st.one_of(st.none(), st.integers(0, 2000).map(lambda fen: fen / 100))),
            year=draw(texts),
            source_id=draw(source),
        )
        for code in codes
    )


@given(data=st.data())
def test_write_then_read_gives_the_same_catalogue(data: st.DataObject, registry: Registry) -> None:
    catalogue = data.draw(catalogues(registry))
    with tempfile.TemporaryDirectory() as name:
        version = write_catalogue(catalogue, Path(name) / "catalogue")
        again = read_catalogue(Path(name) / "catalogue", registry)
        assert write_catalogue(again, Path(name) / "again") == version == again.version
    assert again.models == catalogue.models
    assert again.trims == catalogue.trims
    assert again.options == catalogue.options
    assert again.value_notes == catalogue.value_notes
    assert again.places == catalogue.places
    assert again.sources == catalogue.sources
    assert_same_columns(again, catalogue)


def assert_same_columns(again: Catalogue, catalogue: Catalogue) -> None:
    assert list(again.columns) == list(catalogue.columns)
    for name, column in catalogue.columns.items():
        read = again.columns[name]
        if isinstance(column, NumberColumn):
            assert isinstance(read, NumberColumn)
            np.testing.assert_array_equal(read.values, column.values, err_msg=name)
        else:
            assert isinstance(read, LevelColumn)
            assert read.levels == column.levels, name
            np.testing.assert_array_equal(read.codes, column.codes, err_msg=name)
