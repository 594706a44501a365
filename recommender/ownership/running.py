"""What a car costs to keep and drive for this person, a month, as the mean of the first five years.

``monthly = (energy + maintenance + insurance) / 12 + battery rental``. Every figure that is not an answer
or an attribute is a row of ``registry/policies.toml`` with its source; ``low``, ``mid`` and ``high`` are
three readings of the same formula. Consumption that is not printed is derived from battery and range, else
estimated from weight.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from recommender.domain.buyer import Circumstances
from recommender.domain.table import Columns, Floats, Mask
from recommender.ownership.columns import (
    HYBRIDS,
    by_level,
    first_known,
    level_column,
    levels_mask,
    number_column,
    one_row,
)
from recommender.ownership.figures import Figures, figures_on
from recommender.ownership.tariffs import Tariffs, tariffs_of
from recommender.registry.model import Registry

Reading = Literal["low", "mid", "high"]
READINGS: tuple[Reading, ...] = ("low", "mid", "high")
MONTHS = 12.0
NIO_PACKS_KWH = {75: (70.0, 80.0), 100: (95.0, 105.0)}
"""Nominal packs whose rental price is known, and the battery sizes printed for them."""


@dataclass(frozen=True, slots=True)
class RunningCost:
    """CNY, float64 [n], NaN where not known; the first four a year, ``monthly_cny`` a month.

    ``consumption_estimated``: bool [n], the use of electricity or fuel was estimated from battery and range
    or from weight.
    """

    energy_cny: Floats
    maintenance_cny: Floats
    insurance_cny: Floats
    battery_rental_cny: Floats
    monthly_cny: Floats
    consumption_estimated: Mask


@dataclass(frozen=True, slots=True)
class Driving:
    """km a year: every day, on the motorway; and km of one average day and one motorway trip (one way)."""

    daily_km_year: float
    motorway_km_year: float
    day_km: float
    trip_km: float


def running_cost(
    columns: Columns, circumstances: Circumstances, registry: Registry, reading: Reading = "mid"
) -> RunningCost:
    """Energy, maintenance, insurance and battery rental of every row; defaults where answers are missing."""
    figures = figures_on(registry, circumstances.date)
    driving = driving_of(circumstances, figures)
    tariffs = tariffs_of(circumstances, figures)
    energy, estimated = _energy_cny(columns, driving, tariffs, circumstances, figures, reading)
    maintenance = _maintenance_cny(columns, driving, figures, reading)
    insurance = _insurance_cny(columns, figures, reading)
    rental = _battery_rental_cny(columns, circumstances, figures)
    monthly = (energy + maintenance + insurance + rental) / MONTHS
    return RunningCost(energy, maintenance, insurance, rental, monthly, estimated)


def driving_of(circumstances: Circumstances, figures: Figures) -> Driving:
    """Kilometres a year from the answers; a motorway trip is never longer than the longest trip."""
    day = _answer(circumstances.daily_km, figures("default_daily_km"))
    longest = _answer(circumstances.longest_trip_km, figures("default_longest_trip_km"))
    trips_month = _answer(circumstances.motorway_trips_month, figures("default_motorway_trips_month"))
    trip = min(figures("motorway_trip_km"), longest)
    motorway = 2.0 * (MONTHS * trips_month * trip + figures("longest_trips_year") * longest)
    return Driving(day * figures("driving_days_year"), motorway, day, max(trip, 1.0))


def consumption_kwh_100km(columns: Columns, figures: Figures) -> tuple[Floats, Mask]:
    """CLTC use from the socket, kWh/100 km float64 [n], and which rows are estimates."""
    printed = number_column(columns, "consumption_kwh_100km")
    range_km, battery = number_column(columns, "electric_range_km"), number_column(columns, "battery_kwh")
    derived = 100.0 * figures("grid_kwh_per_battery_kwh") * battery / range_km
    tonnes = number_column(columns, "curb_weight_kg") / 1000.0
    powertrain = level_column(columns, "powertrain")
    start = by_level(
        powertrain, {"BEV": figures("bev_kwh_100km_at_0_kg")}, figures("hybrid_kwh_100km_at_0_kg")
    )
    slope = by_level(
        powertrain, {"BEV": figures("bev_kwh_100km_per_tonne")}, figures("hybrid_kwh_100km_per_tonne")
    )
    return first_known(first_known(printed, derived), start + slope * tonnes), np.isnan(printed)


def fuel_l_100km(columns: Columns, figures: Figures) -> tuple[Floats, Mask]:
    """WLTC use with an empty battery, l/100 km float64 [n], and which rows are estimates.

    Estimated from weight, else from the electricity that the same car uses (battery over electric range).
    """
    printed = number_column(columns, "fuel_l_100km_depleted")
    tonnes = number_column(columns, "curb_weight_kg") / 1000.0
    by_weight = figures("hybrid_fuel_l_100km_at_0_kg") + figures("hybrid_fuel_l_100km_per_tonne") * tonnes
    kwh = 100.0 * number_column(columns, "battery_kwh") / number_column(columns, "electric_range_km")
    by_kwh = figures("hybrid_fuel_l_100km_at_0_kwh") + figures("hybrid_fuel_l_per_kwh") * kwh
    return first_known(first_known(printed, by_weight), by_kwh), np.isnan(printed)


def electric_range_km(columns: Columns, kwh_100km: Floats, figures: Figures) -> Floats:
    """CLTC electric range, float64 [n]: as printed, else estimated from battery and consumption."""
    printed = number_column(columns, "electric_range_km")
    grid_kwh = figures("grid_kwh_per_battery_kwh") * number_column(columns, "battery_kwh")
    return first_known(printed, 100.0 * grid_kwh / kwh_100km)


def daily_electric_share(range_km: Floats, day_km: float, charged_days: float, figures: Figures) -> Floats:
    """Share of a hybrid's daily driving on electricity, 0..1 [n].

    With exponentially distributed days of mean ``day_km`` and a full battery on ``charged_days`` of them:
    ``charged_days * (1 - exp(-R / day_km))``, R the range in daily use. Checked against the utility factors
    of doi 10.3390/wevj12040169.
    """
    real_km = range_km * figures("electric_range_daily_factor")
    return np.asarray(charged_days * -np.expm1(-real_km / max(day_km, 1.0)))


def _energy_cny(
    columns: Columns,
    driving: Driving,
    tariffs: Tariffs,
    circumstances: Circumstances,
    figures: Figures,
    reading: Reading,
) -> tuple[Floats, Mask]:
    kwh, kwh_estimated = consumption_kwh_100km(columns, figures)
    litres, litres_estimated = fuel_l_100km(columns, figures)
    hybrid = levels_mask(level_column(columns, "powertrain"), HYBRIDS)
    motorway_use = figures(f"electric_motorway_factor_{reading}")
    overnight = circumstances.overnight_charging or "missing"
    range_km = electric_range_km(columns, kwh, figures)
    charged = figures(f"charged_days_{overnight}")
    day_share = daily_electric_share(range_km, driving.day_km, charged, figures)
    # Only the way out starts with the battery charged at home; the way back runs on fuel.
    trip_share = 0.5 * charged * np.minimum(1.0, range_km / motorway_use / driving.trip_km)
    day_share = np.where(hybrid, day_share, 1.0)
    trip_share = np.where(hybrid, trip_share, 1.0)
    trip_tariff = np.where(hybrid, tariffs.daily_cny_kwh, tariffs.public_cny_kwh)
    electric = kwh * (
        driving.daily_km_year
        * day_share
        * (figures(f"electric_use_factor_{reading}") * tariffs.daily_cny_kwh)
        + driving.motorway_km_year * trip_share * (motorway_use * trip_tariff)
    )
    fuel = litres * (
        driving.daily_km_year * (1.0 - day_share) * figures(f"fuel_use_factor_{reading}")
        + driving.motorway_km_year * (1.0 - trip_share) * figures(f"fuel_motorway_factor_{reading}")
    )
    energy = electric / 100.0 + np.where(hybrid, fuel, 0.0) * (tariffs.petrol_cny_l / 100.0)
    return energy, kwh_estimated | (hybrid & litres_estimated)


def _maintenance_cny(columns: Columns, driving: Driving, figures: Figures, reading: Reading) -> Floats:
    rates = {name: figures(f"maintenance_{name}_cny_km_{reading}") for name in ("BEV", *HYBRIDS)}
    per_km = by_level(level_column(columns, "powertrain"), rates, np.nan)
    distance_km = driving.daily_km_year + driving.motorway_km_year
    return figures(f"maintenance_fixed_cny_year_{reading}") + per_km * distance_km


def _insurance_cny(columns: Columns, figures: Figures, reading: Reading) -> Floats:
    """Compulsory and commercial cover; seats that are not known count as five."""
    with np.errstate(invalid="ignore"):
        large = number_column(columns, "seats") >= 6
    compulsory = np.where(
        large,
        figures("insurance_compulsory_6_seats_and_more_cny"),
        figures("insurance_compulsory_up_to_5_seats_cny"),
    ) * figures(f"insurance_compulsory_mean_5y_{reading}")
    price = number_column(columns, "price_cny")
    percent = figures("insurance_commercial_percent_of_price")
    first_year = price * (percent / 100.0) + figures("insurance_commercial_fixed_cny")
    return compulsory + first_year * figures(f"insurance_commercial_mean_5y_{reading}")


def _battery_rental_cny(columns: Columns, circumstances: Circumstances, figures: Figures) -> Floats:
    """CNY a year, float64 [n]: 0 unless the person rents the battery and the rental price of the car is
    known.
    """
    if circumstances.payment != "battery_rental":
        return np.zeros(len(level_column(columns, "powertrain")))
    return MONTHS * np.nan_to_num(battery_rental_cny_month(columns, figures), nan=0.0)


def battery_rental_cny_month(columns: Columns, figures: Figures) -> Floats:
    """Rental of the battery, CNY a month, float64 [n]: the catalogue's figure, else the maker's; NaN =
    none.
    """
    listed = number_column(columns, "battery_rental_cny_month")
    return first_known(listed, _nio_figure(columns, "cny_month", figures))


def battery_rental_price_cut_cny(columns: Columns, figures: Figures) -> Floats:
    """What the car costs less with a rented battery, CNY, float64 [n]; NaN = not known."""
    listed = number_column(columns, "battery_rental_discount_cny")
    return first_known(listed, _nio_figure(columns, "price_cut_cny", figures))


def _nio_figure(columns: Columns, what: str, figures: Figures) -> Floats:
    battery = number_column(columns, "battery_kwh")
    nio = levels_mask(level_column(columns, "brand"), ("Nio", "NIO"))
    found = np.full(len(battery), np.nan)
    for pack, (smallest, largest) in NIO_PACKS_KWH.items():
        with np.errstate(invalid="ignore"):
            fits = nio & (battery >= smallest) & (battery <= largest)
        found[fits] = figures(f"battery_rental_nio_{pack}_kwh_{what}")
    return found


def _answer(given: float | None, default: float) -> float:
    return default if given is None else given


@dataclass(frozen=True, slots=True)
class CostLine:
    """One line of a car's cost table, CNY a month; ``label`` is the id of a sentence."""

    label: str
    low_cny: float
    mid_cny: float
    high_cny: float
    source: str


def cost_breakdown(
    columns: Columns, row: int, circumstances: Circumstances, registry: Registry
) -> tuple[CostLine, ...]:
    """Lines of one car, then their total; empty where price or energy use is not known.

    The mid of the total is the car's ``monthly_cost_cny`` before rounding. A battery rental line stands only
    where the person rents and the price is known.
    """
    one = one_row(columns, row)
    low, mid, high = (running_cost(one, circumstances, registry, reading) for reading in READINGS)
    if np.isnan(mid.monthly_cny[0]):
        return ()
    sources = _line_sources(circumstances, figures_on(registry, circumstances.date))
    if not mid.battery_rental_cny[0]:
        del sources["battery_rental"]
    lines = [_line(name, source, low, mid, high) for name, source in sources.items()]
    total = CostLine(
        "ownership.cost.total",
        sum(line.low_cny for line in lines),
        sum(line.mid_cny for line in lines),
        sum(line.high_cny for line in lines),
        "",
    )
    return (*lines, total)


def _line(name: str, source: str, low: RunningCost, mid: RunningCost, high: RunningCost) -> CostLine:
    low_cny, mid_cny, high_cny = (
        float(getattr(cost, f"{name}_cny")[0]) / MONTHS for cost in (low, mid, high)
    )
    return CostLine(f"ownership.cost.{name}", low_cny, mid_cny, high_cny, source)


def _line_sources(circumstances: Circumstances, figures: Figures) -> dict[str, str]:
    """What each line of the cost table rests on, in the order of the table."""
    tariffs = tariffs_of(circumstances, figures)
    return {
        "energy": f"{tariffs.home.source}; {figures.row('electric_use_factor_mid').source}",
        "maintenance": figures.row("maintenance_BEV_cny_km_low").source,
        "insurance": figures.row("insurance_commercial_percent_of_price").source,
        "battery_rental": figures.row("battery_rental_nio_75_kwh_cny_month").source,
    }
