"""Line rows: what is known of a line that no trim tells, one row for each powertrain with a known price.

A row says the lowest current price of the line with that powertrain, and the *shortest* range printed for it:
the cheapest car of a line does not have its longest range.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from recommender.storage.facts_cars import LINE_ROW, Car, source_dates
from recommender.storage.facts_market import Market, PriceRange
from recommender.storage.facts_names import LINE_ALIASES, LineName, line_name
from recommender.storage.facts_tables import Facts, Row, date_of
from recommender.storage.facts_values import Value

TABLE = "lines_2026_09.csv"
LINE_TRIM, LINE_TRIM_ZH = "line facts", "车系信息"

_WORDS: Mapping[str, str] = {
    "DM-i": "PHEV",
    "DMH": "PHEV",
    "PHEV": "PHEV",
    "Hi4-T": "PHEV",
    "EREV": "EREV",
    "EV": "BEV",
    "BEV": "BEV",
}
_PRINTED = re.compile(
    r"(?:(?P<word>DM-i|DMH|PHEV|Hi4-T|EREV|BEV|EV)\s+)?(?:up to )?"
    r"(?<![\d,])(?P<km>\d{2,4}(?:[/-]\d{2,4})*) km(?!\s+total)"
    r"(?:\s+(?:from |at )?(?P<price>(?:\d,)?\d{2,3},\d{3}))?"
)
_PRICED = re.compile(r"(?P<word>DM-i|PHEV|EREV|BEV|EV)\s+(?:from\s+)?(?P<price>(?:\d,)?\d{2,3},\d{3})")
_TOTAL = re.compile(r"(?:(?P<word>PHEV|EREV)\s+)?(?:up to |about )?(?P<km>\d,\d{3}|\d{3,4}) km total")
_YEAR = re.compile(r"(20\d\d) model year")
_DRIVES: Mapping[str, str] = {"FWD": "FWD", "RWD": "RWD", "AWD": "AWD", "4WD": "AWD"}
_BODIES: Mapping[str, str] = {"SUV": "suv", "MPV": "mpv"}
_OUTDOOR: Mapping[str, str] = {
    "length_mm": "length_mm",
    "width_mm": "width_mm",
    "height_mm": "height_mm",
    "wheelbase_mm": "wheelbase_mm",
    "approach_deg": "approach_deg",
    "departure_deg": "departure_deg",
    "wading_mm": "wading_mm",
    "ramp_deg": "ramp_deg",
}


@dataclass(frozen=True, slots=True)
class Printed:
    """Shortest electric range, total range and price that a note prints for a powertrain."""

    range_km: float | None
    total_km: float | None
    price_cny: float | None


def line_cars(facts: Facts, market: Market, cars: Iterable[Car]) -> list[Car]:
    """Line rows for every listed line and powertrain for which no trim on sale speaks."""
    sold: dict[tuple[str, bool], list[Car]] = {}
    for car in cars:
        if car.on_sale:
            sold.setdefault((car.name.model_id, car.powertrain == "BEV"), []).append(car)
    names = {car.name.model_id: car.name for car in cars}
    dates = source_dates(facts)
    found: list[Car] = []
    for row in facts.rows(TABLE):
        name = _name(row, names)
        date = date_of(row["checked"]) or dates.get(row["source_id"])
        for powertrain in _powertrains(row, sold.get((name.model_id, False), [])):
            ranges = [r for r in market.of(name.model_id, powertrain) if r.powertrain]
            values = _values(facts, row, powertrain, ranges)
            known = sold.get((name.model_id, powertrain == "BEV"), [])
            if (
                "price_cny" not in values
                or _told(known, values["price_cny"])
                or not _may_be(name, powertrain)
            ):
                continue
            trim_id = f"{LINE_ROW}{name.model_id}-{powertrain.lower()}"
            text = f"{LINE_TRIM_ZH}（{_ZH[powertrain]}）"
            car = Car(trim_id, name, f"{LINE_TRIM} ({powertrain})", text, values, row["source_id"], date, row)
            car.on_sale = True
            if date is not None:
                car.values["price_date"] = date.isoformat()
            _annotate(car, ranges)
            found.append(car)
    return found


_ZH: Mapping[str, str] = {"BEV": "纯电", "PHEV": "插混", "EREV": "增程"}


def _told(known: Iterable[Car], price: Value) -> bool:
    """Whether trims on sale speak for the line: one of 2025 or later, or one at this very price."""
    return any((car.model_year or 0) >= 2025 or car.values.get("price_cny") == price for car in known)


def _may_be(name: LineName, powertrain: str) -> bool:
    """A line called DM-i or EM-i is no battery car; the table joins two lines under one name there."""
    return powertrain != "BEV" or re.search(r"DM-i|EM-i|EM-P|PHEV|Hi4", name.model) is None


def _name(row: Row, names: Mapping[str, LineName]) -> LineName:
    brand, model = LINE_ALIASES.get((row["brand"], row["model"]), (row["brand"], row["model"]))
    name = line_name(brand, "", model, row["model_zh"])
    if name.model_id in names:
        return names[name.model_id]
    brand_zh = next((n.brand_zh for n in names.values() if n.brand == name.brand), name.brand_zh)
    return line_name(brand, brand_zh, model, row["model_zh"])


def _powertrains(row: Row, hybrids: Iterable[Car]) -> tuple[str, ...]:
    """Powertrains of the line; the table writes PHEV for range extenders too, note or trims tell."""
    words = row["powertrains"].split("/")
    extender = any(car.powertrain == "EREV" for car in hybrids)
    if extender or row["main_powertrain"] == "EREV" or "EREV" in row["note"]:
        words = ["EREV" if word == "PHEV" else word for word in words]
    return tuple(dict.fromkeys(words))


def printed_of(note: str, powertrain: str, *, main: bool) -> Printed:
    """What a note such as ``DM-i 230/320 km; EV 530/630 km from 119,900`` prints for one powertrain.

    A range without a word before it is of the main powertrain.
    """
    ranges, prices = [], []
    for found in _PRINTED.finditer(note):
        word = found.group("word")
        if (_WORDS[word] == powertrain) if word else main:
            ranges.append(min(float(km) for km in re.split("[/-]", found.group("km"))))
            if found.group("price"):
                prices.append(_money(found.group("price")))
    for found in _PRICED.finditer(note):
        if _WORDS[found.group("word")] == powertrain:
            prices.append(_money(found.group("price")))
    hybrid = powertrain != "BEV"
    totals = [
        _money(found.group("km"))
        for found in _TOTAL.finditer(note)
        if hybrid and (found.group("word") or powertrain) == powertrain
    ]
    return Printed(min(ranges, default=None), min(totals, default=None), min(prices, default=None))


def _money(text: str) -> float:
    return float(text.replace(",", ""))


def _values(facts: Facts, row: Row, powertrain: str, ranges: list[PriceRange]) -> dict[str, Value]:
    main = row["main_powertrain"] == powertrain or (powertrain == "EREV" and row["main_powertrain"] == "PHEV")
    printed = printed_of(row["note"], powertrain, main=main)
    values: dict[str, Value] = {"powertrain": powertrain}
    price = facts.number(TABLE, row, "price_min_cny") if main else printed.price_cny
    if price is None and not main and ranges:
        price = float(ranges[0].low_cny)
    if price is not None:
        values["price_cny"] = price
    if printed.range_km is not None:
        values["electric_range_km"] = printed.range_km
    if printed.total_km is not None:
        values["combined_range_km"] = printed.total_km
    values["body_type"] = _BODIES.get(row["body_type"], row["body_type"])
    if row["drive"] in _DRIVES:
        values["drive"] = _DRIVES[row["drive"]]
    seats = facts.number(TABLE, row, "seats")
    if seats is not None and not re.search(r"\d or \d seats|\d-seat|\d-\d seats|\d/\d seats", row["note"]):
        values["seats"] = seats
    stated = [float(year) for year in _YEAR.findall(row["note"])]
    listed = [float(r.newest_year) for r in ranges if r.newest_year]
    if stated or listed:
        values["model_year"] = max(stated or listed)
    return values


def _annotate(car: Car, ranges: list[PriceRange]) -> None:
    car.note("price_cny", "line facts: the lowest current price of the line with this powertrain")
    if "electric_range_km" in car.values:
        car.note("electric_range_km", "line facts: the shortest range printed for this powertrain")
    if "model_year" in car.values and ranges and not _YEAR.search(car.row["note"]):
        car.note("model_year", "line facts: newest model year listed", ranges[0].source_id, ranges[0].date)


def fill_outdoor(facts: Facts, cars: Iterable[Car]) -> None:
    """Off-road facts and sizes that a source gives for a whole line, where the car itself prints none."""
    rows = {_outdoor_key(row): row for row in facts.rows("outdoor_lines.csv")}
    for car in cars:
        row = rows.get(car.name.model_id)
        if row is None or not _in_scope(car, row["scope"]):
            continue
        for attribute, column in _OUTDOOR.items():
            number = row.get(column, "")
            if number and attribute not in car.values and re.fullmatch(r"[\d.]+", number):
                car.values[attribute] = float(number)
                car.note(attribute, f"stated for the line ({row['scope']})", row["source_id"])
        if row.get("diff_locks") == "front+center+rear" and "diff_locks" not in car.values:
            car.values["diff_locks"] = "three"
            car.note("diff_locks", f"stated for the line ({row['scope']})", row["source_id"])


def _outdoor_key(row: Row) -> str:
    return line_name(row["brand"], "", row["model"], "").model_id


def _in_scope(car: Car, scope: str) -> bool:
    """``2023 line``: cars of that model year or later; ``2025 filing`` likewise."""
    year = re.match(r"20\d\d", scope)
    return year is not None and (car.model_year or 9999) >= int(year.group())
