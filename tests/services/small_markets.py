"""Random small markets of cars close to each other, where a little of anything changes the order."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import cache

import numpy as np
from hypothesis import strategies as st

from recommender.choice.evidence_model import EvidenceModel
from recommender.choice.prior import build_prior
from recommender.domain.buyer import Request
from recommender.domain.table import Column, LevelColumn, NumberColumn
from recommender.registry.answers import parse_request, request_document
from recommender.registry.load import load_registry
from recommender.registry.model import Registry
from recommender.services.market import Market, make_market, market_of_table
from tests.builders import LINES, Car, Value, make_catalogue
from tests.strategies import Raw, requests

TODAY = dt.date(2026, 11, 22)
TRIMS = ("A1", "A2", "V1", "R1", "M1", "S1", "C1", "C2", "D1", "D2")
_RARE = st.sampled_from([None, True, False])


@cache
def registry() -> Registry:
    return load_registry()


@cache
def model() -> EvidenceModel:
    return EvidenceModel(build_prior(registry(), make_catalogue(registry()).columns, "test"))


def _maybe(values: st.SearchStrategy[float]) -> st.SearchStrategy[float | None]:
    return st.one_of(st.none(), values)


def hundred(k: int) -> int:
    return k * 100


# Made once: what Hypothesis works out about a strategy is kept with it, and costs more than a draw.
_CAR = st.fixed_dictionaries(
    {
        "model_id": st.sampled_from([line.model_id for line in LINES]),
        "powertrain": st.sampled_from(["BEV", "BEV", "PHEV", "EREV"]),
        "body_type": st.sampled_from(["suv", "sedan", "mpv"]),
        "drive": st.sampled_from([None, "FWD", "AWD"]),
        "seats": _maybe(st.sampled_from([4, 5, 5, 6, 7])),
        "price_cny": st.one_of(st.none(), *[st.integers(90, 190).map(lambda k: k * 1000)] * 4),
        "electric_range_km": _maybe(st.integers(10, 60).map(lambda k: k * 10)),
        "combined_range_km": _maybe(st.integers(8, 14).map(hundred)),
        "battery_kwh": _maybe(st.integers(15, 80)),
        "boot_l": _maybe(st.integers(20, 70).map(lambda k: k * 10)),
        "length_mm": _maybe(st.integers(42, 52).map(hundred)),
        "wheelbase_mm": _maybe(st.integers(26, 31).map(hundred)),
        "fast_charge_minutes": _maybe(st.integers(10, 45)),
        "accel_0_100_s": _maybe(st.integers(35, 110).map(lambda k: k / 10)),
        "adas_level": st.sampled_from([None, "none", "l2", "highway", "city"]),
        **dict.fromkeys(("isofix", "hud", "heat_pump", "fridge"), _RARE),
    }
)


def _car(trim_id: str, drawn: dict[str, Value]) -> Car:
    battery_only = drawn["powertrain"] == "BEV"
    return {
        **drawn,
        "trim_id": trim_id,
        "combined_range_km": None if battery_only else drawn["combined_range_km"],
    }


@cache
def _people() -> st.SearchStrategy[Raw]:
    market = make_market(registry(), make_catalogue(registry()), model())
    return requests(registry(), market.vocabulary)


class Asked(tuple[Request, Market]):
    """A request and a market, shown by what they are made of: a market's own repr is long."""

    cars: tuple[Car, ...]

    def __repr__(self) -> str:
        return f"Asked({request_document(self[0])}, {self.cars})"


@st.composite
def asked(draw: st.DrawFn, /, **fixed: object) -> tuple[Request, Market]:
    """A person with answers, weights, and now and then limits of his own, and three to eight cars. The trim
    A1 comes with its options, so it has several builds."""
    drawn = draw(_CARS)
    cars = tuple(_car(trim_id, car) for trim_id, car in zip(TRIMS, drawn, strict=False))
    market = make_market(registry(), make_catalogue(registry(), cars), model())
    raw: Raw = {**draw(_people()), **fixed}
    raw["limits"] = draw(_LIMITS)
    if draw(st.booleans()):
        raw["answers"] = {}
    case = Asked((parse_request(raw, registry(), market.vocabulary, TODAY), market))
    case.cars = cars
    return case


def _limits() -> st.SearchStrategy[dict[str, object]]:
    def limit(
        attribute: str, op: str, values: st.SearchStrategy[object]
    ) -> st.SearchStrategy[dict[str, object]]:
        return st.builds(
            lambda value, fixed: {"attribute": attribute, op: value, "fixed": fixed}, values, st.booleans()
        )

    return st.one_of(
        limit("total_price_cny", "at_most", st.integers(80, 200).map(lambda k: k * 1000)),
        limit("seats", "at_least", st.integers(4, 7)),
        limit("boot_l", "at_least", st.integers(2, 7).map(hundred)),
        limit("powertrain", "one_of", st.sampled_from([["BEV"], ["PHEV", "EREV"]])),
        limit("adas_level", "at_least", st.sampled_from(["l2", "highway", "city"])),
        limit("isofix", "is", st.just(True)),
    )


_CARS = st.lists(_CAR, min_size=3, max_size=8)
_LIMITS = st.lists(_limits(), max_size=3, unique_by=lambda one: one["attribute"])


def with_value(market: Market, config_id: str, attribute: str, value: float | bool) -> Market:
    """The market over the table in which one value of one row is another."""
    row = market.row_of[config_id]
    column = market.table.columns[attribute]
    changed: Column
    if isinstance(column, NumberColumn):
        values = column.values.copy()
        values[row] = value
        changed = NumberColumn(values)
    else:
        codes = column.codes.copy()
        codes[row] = int(value)
        changed = LevelColumn(codes.astype(np.int16), column.levels)
    table = replace(market.table, columns={**market.table.columns, attribute: changed})
    return market_of_table(market.registry, market.catalogue, table, market.model)
