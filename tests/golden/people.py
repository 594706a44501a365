"""The twelve sample people: the table of data/sample/answers/README.md as predicates of a car."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

Car = dict[str, object]
"""An item of ``recommendations``."""
Test = Callable[[Car], bool]

MICRO_LENGTH_MM = 3_700
MICRO_PRICE_CNY = 45_000


def value(car: Car, attribute: str) -> object:
    return cast(dict[str, object], car["attributes"])[attribute]


def number(car: Car, attribute: str, missing: float) -> float:
    found = value(car, attribute)
    return float(found) if isinstance(found, int | float) else missing


def total_cny(car: Car) -> float:
    return float(cast(float, car["total_price_cny"]))


def body(*names: str) -> Test:
    return lambda car: value(car, "body_type") in names


def powered(*names: str) -> Test:
    return lambda car: value(car, "powertrain") in names


def at_least(attribute: str, bound: float) -> Test:
    """A value that is not known is no reason to call a car of this kind."""
    return lambda car: number(car, attribute, float("-inf")) >= bound


def at_most(attribute: str, bound: float) -> Test:
    return lambda car: number(car, attribute, float("inf")) <= bound


def known_above(attribute: str, bound: float) -> Test:
    return lambda car: number(car, attribute, float("-inf")) > bound


def known_below(attribute: str, bound: float) -> Test:
    return lambda car: number(car, attribute, float("inf")) < bound


def every(*tests: Test) -> Test:
    return lambda car: all(test(car) for test in tests)


def either(*tests: Test) -> Test:
    return lambda car: any(test(car) for test in tests)


def no(test: Test) -> Test:
    return lambda car: not test(car)


def all_wheel_drive(car: Car) -> bool:
    return value(car, "drive") == "AWD"


def micro_car(car: Car) -> bool:
    """Shorter than any four-door hatchback, or at the price of one such car."""
    return number(car, "length_mm", 9_999) < MICRO_LENGTH_MM or total_cny(car) < MICRO_PRICE_CNY


def off_roader(car: Car) -> bool:
    """Made for rock: low range, or locks together with a steep approach."""
    locks = value(car, "diff_locks") not in (None, "none")
    return value(car, "low_range_4wd") is True or (locks and number(car, "approach_deg", 0) >= 25)


def clearly(level: str) -> Test:
    order = ("none", "l2", "highway", "city")
    return lambda car: value(car, "adas_level") in order[order.index(level) :]


def has(attribute: str) -> Test:
    return lambda car: value(car, attribute) is True


@dataclass(frozen=True)
class Person:
    """``kind``: what most of the first three cars are. ``never``: what none of the five is, ``never_first``
    what the first is not. ``line``: a model that must be among the first three."""

    name: str
    segment: str
    kind: Test
    never: Test
    never_first: Test = lambda car: False
    line: str = ""


PEOPLE = (
    Person(
        "families_hefei_six",
        "families",
        every(at_least("seats", 6), body("suv", "mpv"), at_least("total_price_cny", 150_000)),
        either(no(at_least("seats", 6)), off_roader),
    ),
    Person(
        "families_guangzhou_five",
        "families",
        every(powered("PHEV", "EREV"), body("suv", "mpv"), has("isofix")),
        either(micro_car, no(has("isofix")), every(powered("BEV"), no(at_least("electric_range_km", 450)))),
    ),
    Person(
        "families_chengdu_camping",
        "families",
        every(
            body("suv"),
            at_least("v2l_kw", 2),
            at_least("wheelbase_mm", 2_700),
            either(at_least("ground_clearance_mm", 175), at_least("approach_deg", 20)),
        ),
        either(body("sedan"), micro_car),
    ),
    Person(
        "young_urban_shanghai_no_bay",
        "young_urban",
        every(powered("BEV"), at_most("length_mm", 4_600)),
        either(no(powered("BEV")), no(at_most("length_mm", 4_600))),
    ),
    Person(
        "young_urban_hangzhou_hatch",
        "young_urban",
        every(powered("BEV"), body("hatchback", "liftback"), clearly("highway")),
        either(body("suv", "sedan"), micro_car),
        line="leapmotor-lafa5",
    ),
    Person(
        "young_urban_shenzhen_fast",
        "young_urban",
        every(
            powered("BEV"),
            body("sedan", "liftback", "coupe"),
            at_most("accel_0_100_s", 7),
            at_most("fast_charge_minutes", 20),
        ),
        no(powered("BEV")),
        never_first=no(at_most("accel_0_100_s", 8)),
    ),
    Person(
        "outdoor_urumqi_camper",
        "outdoor",
        every(all_wheel_drive, body("suv", "pickup"), powered("PHEV", "EREV")),
        either(no(all_wheel_drive), powered("BEV")),
    ),
    Person(
        "outdoor_xining_rock",
        "outdoor",
        every(all_wheel_drive, off_roader, at_least("approach_deg", 25)),
        known_below("approach_deg", 20),
    ),
    Person(
        "outdoor_hainan_beach",
        "outdoor",
        every(body("suv"), all_wheel_drive, at_least("v2l_kw", 2)),
        body("sedan"),
        never_first=no(all_wheel_drive),
    ),
    Person(
        "rural_henan_50k",
        "rural",
        every(at_least("seats", 4), either(micro_car, body("minibus"))),
        either(known_above("total_price_cny", 50_000), no(at_least("seats", 4))),
    ),
    Person(
        "rural_anhui_city_assist",
        "rural",
        every(body("suv", "sedan"), clearly("city"), at_least("length_mm", 4_250)),
        either(micro_car, known_below("total_price_cny", 80_000)),
    ),
    Person(
        "rural_shandong_goods",
        "rural",
        every(body("minibus", "mpv", "suv", "pickup"), at_least("seats", 5)),
        either(no(at_least("seats", 5)), body("coupe", "convertible"), known_below("accel_0_100_s", 5)),
    ),
)
BY_NAME = {person.name: person for person in PEOPLE}
