"""Rows of trim facts -> cars of a catalogue: values, their sources, what is filled, derived or rejected."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from recommender.domain.catalogue import ValueNote
from recommender.storage.facts_market import Market, PriceRange, newest_years
from recommender.storage.facts_names import LineName, line_name
from recommender.storage.facts_tables import Facts, Row, date_of, first_source
from recommender.storage.facts_values import Features, Value, combined_range, trim_values

# Swap stations that private drivers can use, and that fit by generation: Nio's for Nio, its fourth generation
# and rebuilt third for Onvo, its fifth for Firefly (P08, P58). Other "supported" marks are cars of fleets.
_SWAP_BRANDS = ("Nio", "Onvo", "Firefly")

_TIERS = ("SE", "Pro", "Max", "Ultra")
LINE_ROW = "L-"
"""Start of the id of a row that tells line facts, not a trim."""

_PRICE_SLACK = 0.005
_SUPERSEDED_DAYS = 60


@dataclass
class Car:
    """A trim while it is being put together; ``row`` is its line of facts (a line row for line facts)."""

    trim_id: str
    name: LineName
    trim: str
    trim_zh: str
    values: dict[str, Value]
    source_id: str
    source_date: dt.date | None
    row: Row
    on_sale: bool = False
    notes: list[ValueNote] = field(default_factory=list)

    @property
    def is_line_row(self) -> bool:
        return self.trim_id.startswith(LINE_ROW)

    @property
    def powertrain(self) -> str:
        return str(self.values.get("powertrain", ""))

    @property
    def price_cny(self) -> int | None:
        price = self.values.get("price_cny")
        return round(price) if isinstance(price, float) else None

    @property
    def model_year(self) -> int | None:
        year = self.values.get("model_year")
        return round(year) if isinstance(year, float) else None

    def note(
        self,
        attribute: str,
        text: str,
        source_id: str = "",
        date: dt.date | None = None,
        *,
        kept: bool = True,
    ) -> None:
        """Say where the value of an attribute, as it stands now, comes from."""
        value = value_text(self.values[attribute])
        self.notes.append(
            ValueNote(
                self.trim_id,
                attribute,
                value,
                source_id or self.source_id,
                date or self.source_date,
                text,
                kept,
            )
        )

    def reject(self, attribute: str, value: Value, text: str, source_id: str = "") -> None:
        """Keep a value that is not used, with the reason."""
        self.notes.append(
            ValueNote(
                self.trim_id,
                attribute,
                value_text(value),
                source_id or self.source_id,
                self.source_date,
                text,
                kept=False,
            )
        )


def value_text(value: Value) -> str:
    """A value as it stands in a CSV cell."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else f"{value:.15g}"


def read_cars(facts: Facts, market: Market) -> list[Car]:
    """All trims of the facts in file order, filled, derived, priced and marked as on sale or not."""
    dates = source_dates(facts)
    for row in facts.rows("trims.csv"):
        facts.number("trims.csv", row, "electric_range_km_wltc")
    facts.problems.raise_if_any()
    cars = [_read_car(facts, row, dates) for row in facts.rows("trims.csv")]
    _fill_seats(cars, market, facts)
    _apply_tiers(facts, cars)
    for car in cars:
        _settle_swap(car)
        _settle_boot(car)
        _derive(car)
    _carry_conflicts(facts, cars)
    _mark_on_sale(cars, market)
    for car in cars:
        _date_price(car, market)
    _mark_rural(facts, cars)
    return cars


def source_dates(facts: Facts) -> dict[str, dt.date | None]:
    """Day of each source: the earliest that its printed date allows."""
    return {row["source_id"]: date_of(row["content_date"]) for row in facts.rows("sources.csv")}


def _read_car(facts: Facts, row: Row, dates: Mapping[str, dt.date | None]) -> Car:
    name = line_name(row["brand"], row["brand_zh"], row["model"], row["model_zh"])
    date = dates.get(first_source(row["source_id"]))
    values = trim_values(facts, row)
    return Car(row["trim_id"], name, row["trim"], row["trim_zh"], values, row["source_id"], date, row)


def _fill_seats(cars: Iterable[Car], market: Market, facts: Facts) -> None:
    """Seats of rows that print none, where every table that speaks of the line prints the same one number."""
    cars = list(cars)
    printed: dict[str, set[float]] = {}
    for car in cars:
        if isinstance(seats := car.values.get("seats"), float):
            printed.setdefault(car.name.model_id, set()).add(seats)
    several = {
        line_name(row["brand"], "", row["model"], row["model_zh"]).model_id
        for row in facts.rows("lines_2026_09.csv")
        if re.search(r"\d(?:/\d)* or \d seats|\d-seat|\d/\d seats|\d or \d seats", row["note"])
    }
    for car in cars:
        if "seats" in car.values or car.name.model_id in several:
            continue
        ranges = [r for r in market.of(car.name.model_id, car.powertrain) if r.seats]
        numbers = {float(r.seats or 0) for r in ranges} | printed.get(car.name.model_id, set())
        if ranges and len(numbers) == 1:
            car.values["seats"] = numbers.pop()
            car.note("seats", "filled from the line table", ranges[0].source_id, ranges[0].date)


def _apply_tiers(facts: Facts, cars: Iterable[Car]) -> None:
    """City or motorway navigation printed for a tier of a system, for the lines that the tier names."""
    named: dict[tuple[str, str], tuple[int, Row]] = {}
    for row in facts.rows("adas_systems.csv"):
        for part in row["models_named"].split(";"):
            found = re.match(r"\s*(.+?) (SE|Pro|Max|Ultra)\b", part)
            if found and row["highway_noa"] == "yes":
                named["HIMA", found.group(1)] = (_TIERS.index(found.group(2)), row)
    for car in cars:
        tier = named.get((car.row["brand"], car.row["model"]))
        if tier is None or _tier(car.trim_zh) < tier[0]:
            continue
        row = tier[1]
        level = "city" if row["city_noa"] == "yes" else "highway"
        for attribute, value in _level_values(level):
            if car.values.get(attribute) != value and car.values.get("adas_level") != "city":
                car.values[attribute] = value
                text = f"derived: printed for {row['system']} {row['tier']}, the tier that the trim names"
                car.note(attribute, text, row["source_id"])


def _level_values(level: str) -> tuple[tuple[str, Value], ...]:
    flags: tuple[tuple[str, Value], ...] = (("highway_assist", True),)
    if level == "city":
        flags = (*flags, ("city_assist", True))
    return (*flags, ("adas_level", level))


def _tier(trim: str) -> int:
    ranks = [rank for rank, tier in enumerate(_TIERS) if tier in trim]
    return max(ranks, default=-1)


def _settle_swap(car: Car) -> None:
    printed = car.row["battery_swap"]
    if printed == "1" and car.name.brand in _SWAP_BRANDS:
        car.values["battery_swap"] = True
    elif printed == "1":
        text = "listed as supported; no station for private drivers known to fit this brand and generation"
        car.reject("battery_swap", True, text)
    elif printed == "0":
        car.values["battery_swap"] = False


_MOST_BOOT_L = 1_100.0
_MOST_LOW_BOOT_L = 700.0
_MOST_SMALL_BOOT_L = 400.0
_SMALL_MM = 3_600.0
_TALL = ("suv", "mpv", "minibus")


def _settle_boot(car: Car) -> None:
    """A boot larger than any with the seats up is the volume with the seats folded.

    The portal prints one figure for some lines and does not say which: 930 l for a BYD Seagull of 3.78 m.
    """
    boot, length = car.values.get("boot_l"), car.values.get("length_mm")
    if not isinstance(boot, float) or car.values.get("body_type") == "pickup":
        return
    most = _MOST_BOOT_L if car.values.get("body_type") in _TALL else _MOST_LOW_BOOT_L
    if isinstance(length, float) and length < _SMALL_MM:
        most = _MOST_SMALL_BOOT_L
    if boot <= most:
        return
    car.reject("boot_l", car.values.pop("boot_l"), "larger than any boot with the seats up")
    if "boot_max_l" not in car.values:
        car.values["boot_max_l"] = boot
        car.note("boot_max_l", "derived: printed as the boot, too large for one with the seats up")


_NAMED_RANGE = re.compile(r"(?<!\d)([1-9]\d{2})\s*(?:km|KM|公里)")


def _derive(car: Car) -> None:
    level = car.values.get("adas_level")
    if level is not None and not any(note.attribute == "adas_level" for note in car.notes):
        features = Features.of(car.row)
        if level == "city":
            car.note("adas_level", "derived: city navigation is printed as standard")
        elif level == "highway":
            car.note("adas_level", "derived: ramp assist is standard")
        elif level == "none":
            car.note("adas_level", "derived: no lane centring on the base car")
        elif features.state("lane_centering"):
            car.note("adas_level", "derived: lane centring is standard")
    named = _NAMED_RANGE.search(car.row["trim_zh"])
    if named and "electric_range_km" not in car.values and car.values.get("powertrain") == "BEV":
        car.values["electric_range_km"] = float(named[1])
        car.note("electric_range_km", "derived: the trim's name says it")
    wltc = car.row["electric_range_km_wltc"]
    reach = combined_range(car.values, float(wltc) if wltc else None)
    if "combined_range_km" not in car.values and reach is not None:
        car.values["combined_range_km"] = float(reach)
        cycle = "" if "electric_range_km" in car.values else " (WLTC)"
        text = f"derived: electric range{cycle} + tank / fuel use with an empty battery"
        car.note("combined_range_km", text)


_CONFLICT_FIELDS: Mapping[str, str] = {
    "price_cny": "price_cny",
    "electric_range_km_cltc": "electric_range_km",
    "height_mm": "height_mm",
    "ramp_deg": "ramp_deg",
    "battery_kwh": "battery_kwh",
}


def _carry_conflicts(facts: Facts, cars: Iterable[Car]) -> None:
    """Values on which sources disagree: the one not kept goes along with its reason."""
    by_name = {(car.row["brand"], car.row["model"], car.trim_zh): car for car in cars}
    for row in facts.rows("conflicts.csv"):
        car = by_name.get((row["brand"], row["model"], row["trim_zh"]))
        attribute = _CONFLICT_FIELDS.get(row["field"])
        if car is not None and attribute and row["kept"] == "a" and re.fullmatch(r"[\d.]+", row["value_b"]):
            car.reject(attribute, float(row["value_b"]), row["reason"], row["source_b"])


def _mark_on_sale(cars: Iterable[Car], market: Market) -> None:
    """On sale: a line that is listed or new enough, its newest two model years, at a price still asked."""
    cars = list(cars)
    newest = newest_years((car.name.model_id, year) for car in cars if (year := car.model_year))
    for car in cars:
        model_id, year = car.name.model_id, car.model_year or 0
        known = market.lists(model_id) or newest.get(model_id, 0) >= 2024
        if known and year >= newest.get(model_id, 0) - 1:
            car.on_sale = not _superseded(car, market.of(model_id, car.powertrain), year)
    _retire_namesakes(cars)


def _retire_namesakes(cars: Iterable[Car]) -> None:
    """Of trims of one name in one line the newest model year is sold."""
    newest: dict[tuple[str, str, str], int] = {}
    for car in cars:
        key = (car.name.model_id, car.powertrain, car.trim_zh)
        newest[key] = max(newest.get(key, 0), car.model_year or 0)
    for car in cars:
        if (car.model_year or 0) < newest[car.name.model_id, car.powertrain, car.trim_zh]:
            car.on_sale = False


def _superseded(car: Car, ranges: tuple[PriceRange, ...], year: int) -> bool:
    """Whether later tables show that the trim is no longer sold, or not at this price."""
    price = car.price_cny
    later = [r for r in ranges if _later(r.date, car.source_date)]
    if not later or price is None:
        return False
    low = min(r.low_cny for r in later) * (1 - _PRICE_SLACK)
    high = max(r.high_cny for r in later) * (1 + _PRICE_SLACK)
    listed_year = max((r.newest_year or 0 for r in later), default=0)
    asked_today = any(price in (r.low_cny, r.high_cny) for r in later)
    if any(r.since_year and year < r.since_year for r in later):
        return True
    return not low <= price <= high or (year <= listed_year - 2 and not asked_today)


def _later(date: dt.date | None, than: dt.date | None) -> bool:
    return date is not None and (than is None or (date - than).days > _SUPERSEDED_DAYS)


def _date_price(car: Car, market: Market) -> None:
    """The day of the price: that of the row, or of a later table whose lowest or highest price it is."""
    if car.price_cny is None:
        return
    date, source_id = car.source_date, ""
    for found in market.of(car.name.model_id, car.powertrain):
        if car.on_sale and _later(found.date, date) and car.price_cny in (found.low_cny, found.high_cny):
            date, source_id = found.date, found.source_id
            break
    if date is None:
        return
    car.values["price_date"] = date.isoformat()
    if source_id:
        car.note("price_cny", "still the lowest or highest price of the line", source_id, date)


def _mark_rural(facts: Facts, cars: Iterable[Car]) -> None:
    named = {(row["brand"], row["model"]): row for row in facts.rows("rural_campaign.csv")}
    for car in cars:
        row = named.get((car.row["brand"], car.row["model"]))
        if row is not None:
            car.values["rural_campaign"] = True
            car.note("rural_campaign", f"named by press for the {row['year']} list", row["source_id"])
