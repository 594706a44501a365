"""Dealer units on the market: alone (matching), or beside the catalogue's builds (a recommendation)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from recommender.configurator.trim_names import TrimNames
from recommender.configurator.units import PlacedUnit, beside, unit_table
from recommender.domain.dealer import Resolution, Unit
from recommender.services.market import Market, market_of_table


@dataclass(frozen=True)
class Stock:
    """``offered``: units that can be bought and whose trim is certain, by unit id. ``doubtful``: unit id ->
    why its trim is not certain. ``gone``: units reserved or sold."""

    offered: tuple[PlacedUnit, ...]
    doubtful: Mapping[str, Resolution]
    gone: tuple[Unit, ...]


def sort_out(units: Sequence[Unit], market: Market) -> Stock:
    """Which units can be offered. Sold and reserved ones are not looked at further."""
    names = TrimNames(market.catalogue)
    placed: list[PlacedUnit] = []
    doubtful: dict[str, Resolution] = {}
    gone: list[Unit] = []
    for unit in sorted(units, key=lambda u: u.unit_id):
        if unit.status != "available":
            gone.append(unit)
            continue
        resolution = names.resolve(unit)
        if resolution.trim_id is None:
            doubtful[unit.unit_id] = resolution
        else:
            placed.append(PlacedUnit(unit, resolution.trim_id))
    return Stock(tuple(placed), doubtful, tuple(gone))


def stock_market(stock: Stock, market: Market, today: dt.date) -> Market:
    """A market of the offered units alone, judged by the same model."""
    table = unit_table(stock.offered, market.catalogue, today)
    return market_of_table(market.registry, market.catalogue, table, market.model, market.home)


def market_with_stock(stock: Stock, market: Market, today: dt.date) -> Market:
    """The market's builds and the offered units in one table: they compete on equal terms."""
    table = beside(unit_table(stock.offered, market.catalogue, today), market.table)
    return market_of_table(market.registry, market.catalogue, table, market.model, market.home)
