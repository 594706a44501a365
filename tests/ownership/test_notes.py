"""Notes of place and car: which are said when, in both languages, with the figures of the place."""

from __future__ import annotations

import datetime as dt

import pytest

from recommender.domain.catalogue import Place
from recommender.domain.table import Column
from recommender.ownership.charging import charging_stops, place_notes, plate_notes, plate_rule
from recommender.ownership.note import Note, note_text
from recommender.ownership.remarks import car_notes
from tests.ownership.cars import REGISTRY, family_car, hybrid_car, person

SHANGHAI = Place(
    "310000",
    "province",
    "上海市",
    "Shanghai",
    "310000",
    winter_low_c=1,
    chargers_public=220_000,
    plate_rule_bev="free green plate (conditions)",
    plate_rule_phev_erev="no free plate since 2023; auction as petrol",
    plate_cost_petrol_cny=93_778,
    home_valley_tariff_cny_kwh=0.307,
    year="2025; 2026",
    source_id="P59+S16",
)
BEIJING = Place(
    "110000",
    "province",
    "北京市",
    "Beijing",
    "110000",
    plate_rule_bev="NEV quota (waiting list by points)",
    plate_rule_phev_erev="NEV quota needed, no free plate",
    plate_cost_petrol_cny=0,
    source_id="S16",
)
NANJING = Place(
    "320100",
    "city",
    "南京市",
    "Nanjing",
    "320000",
    plate_rule_bev="no limit",
    plate_rule_phev_erev="no limit",
)
CHINA = Place("000000", "country", "全国", "China", "", chargers_public=4_717_000, swap_stations_nio=3_761)


def texts(notes: tuple[Note, ...], lang: str) -> list[str]:
    return [note_text(note, REGISTRY, lang) for note in notes]


def ids(notes: tuple[Note, ...]) -> list[str]:
    return [note.message.removeprefix("ownership.") for note in notes]


def notes_of(columns: dict[str, Column], **answers: object) -> tuple[Note, ...]:
    return car_notes(columns, 0, person(**answers), REGISTRY)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ("NEV quota (waiting list by points)", "quota"),
        ("NEV quota needed, no free plate", "quota"),
        ("lottery only", "quota"),
        ("no free plate since 2023; auction as petrol", "auction"),
        ("no free plate", "not_free"),
        ("free NEV plate on application", "free"),
        ("free NEV quota on application", "free"),
        ("direct NEV quota", "free"),
        ("no limit; NEVs exempt from tail-number rule", "no_limit"),
        ("", "unknown"),
    ],
)
def test_plate_rules_are_read_from_the_words_of_the_place(words: str, rule: str) -> None:
    assert plate_rule(words) == rule


def test_shanghai_tells_hybrids_what_a_plate_costs_and_battery_cars_that_it_is_free() -> None:
    hybrid = plate_notes("PHEV", person(place=SHANGHAI))
    assert ids(hybrid) == ids(plate_notes("EREV", person(place=SHANGHAI))) == ["plate.hybrid_auction"]
    assert texts(hybrid, "zh")[0].startswith("上海市：插混和增程车不送绿牌")
    assert "93,778" in texts(hybrid, "zh")[0]
    assert "Shanghai" in texts(hybrid, "en")[0]
    assert hybrid[0].source == "P59+S16"
    assert ids(plate_notes("BEV", person(place=SHANGHAI))) == ["plate.bev_free"]


def test_beijing_needs_a_quota_and_other_places_say_nothing() -> None:
    assert ids(plate_notes("BEV", person(place=BEIJING))) == ["plate.bev_quota"]
    assert ids(plate_notes("PHEV", person(place=BEIJING))) == ["plate.hybrid_quota"]
    assert plate_notes("BEV", person(place=NANJING)) == ()
    assert plate_notes("BEV", person()) == ()
    assert plate_notes(None, person(place=SHANGHAI)) == ()


def test_an_auction_without_a_known_price_is_still_said() -> None:
    place = Place("1", "city", "某市", "Some", "1", plate_rule_phev_erev="auction as petrol")
    assert ids(plate_notes("PHEV", person(place=place))) == ["plate.hybrid_not_free"]


def test_the_rule_of_the_province_holds_for_its_cities() -> None:
    city = Place("310115", "city", "浦东新区", "Pudong", "310000")
    assert ids(plate_notes("PHEV", person(place=city, province=SHANGHAI))) == ["plate.hybrid_auction"]


def test_place_notes_take_the_nearest_figure() -> None:
    notes = {note.message: note for note in place_notes(person(place=SHANGHAI, country=CHINA), REGISTRY)}
    assert notes["ownership.charging.public"].params == {"place": SHANGHAI, "count": 220_000}
    assert notes["ownership.charging.swap"].params == {"place": CHINA, "count": 3_761}
    assert notes["ownership.winter.place_low"].params == {"place": SHANGHAI, "low": 1, "used": -10}
    assert ids(place_notes(person(), REGISTRY)) == ["tariffs"]


def test_the_places_cold_is_not_repeated_to_who_gave_his_own() -> None:
    notes = ids(place_notes(person(place=SHANGHAI, winter_low_c=-20.0), REGISTRY))
    assert "winter.place_low" not in notes


def test_village_and_no_charging_nearby_are_spoken_to() -> None:
    notes = place_notes(person(area="village", overnight_charging="none_near"), REGISTRY)
    assert ids(notes) == ["tariffs", "charging.none_near", "charging.townships"]
    assert "77" in texts(notes, "zh")[2]


def test_an_own_charger_is_told_the_night_tariff() -> None:
    night = place_notes(person(place=SHANGHAI, overnight_charging="own_charger"), REGISTRY)[0]
    assert (night.params["home"], night.params["home_percent"]) == (0.307, 95)
    assert "0.31" in note_text(night, REGISTRY, "en")
    assert night.source.startswith("P59+S16")


def test_stops_of_the_longest_trip() -> None:
    assert [charging_stops(trip, 300.0, 0.5) for trip in (300, 301, 450, 451, 750)] == [0, 1, 1, 2, 3]
    car = family_car(fast_charge_minutes=18, fast_charge_soc_window="30-80")
    # 290 km at -10 C; 600 km leave 310 km, and each stop adds 145 km.
    (note,) = notes_of(car, longest_trip_km=600.0)
    assert note.message == "ownership.charging.stops_minutes"
    assert (note.params["stops"], note.params["minutes"]) == (3, 18)
    wider = family_car(fast_charge_minutes=28, fast_charge_soc_window="10-80")
    assert notes_of(wider, longest_trip_km=600.0)[0].params["stops"] == 2
    assert ids(notes_of(family_car(), longest_trip_km=600.0)) == ["charging.stops"]
    assert ids(notes_of(car, longest_trip_km=200.0)) == ["charging.no_stop"]
    assert notes_of(hybrid_car(electric_range_km=300), longest_trip_km=600.0) == ()
    assert notes_of(family_car(electric_range_km=None), longest_trip_km=600.0) == ()


@pytest.mark.parametrize(
    ("range_km", "expected"),
    [
        (None, "tax.range_unknown"),
        (120, "tax.near_threshold"),
        (130, "tax.near_threshold"),
        (60, "tax.below_threshold"),
        (200, None),
    ],
)
def test_hybrids_are_told_how_they_stand_for_the_tax(range_km: float | None, expected: str | None) -> None:
    found = [i for i in ids(notes_of(hybrid_car(electric_range_km=range_km))) if i.startswith("tax.")]
    assert found == ([] if expected is None else [expected])
    used = hybrid_car(electric_range_km=range_km, condition="used")
    assert not [i for i in ids(notes_of(used)) if i.startswith("tax.")]


def test_subsidy_is_explained_only_to_who_may_get_it() -> None:
    share = [n for n in notes_of(family_car(), old_car="scrap") if "subsidy" in n.message]
    assert ids(tuple(share)) == ["subsidy.share"]
    assert share[0].params == {"percent": 12, "cap": 20_000}
    flat = notes_of(family_car(), old_car="replace", date=dt.date(2025, 3, 1))
    assert "subsidy.flat" in ids(flat)
    none = notes_of(family_car(), old_car="scrap", date=dt.date(2027, 3, 1))
    assert "subsidy.none_known" in ids(none)
    for notes in (
        notes_of(family_car(), old_car="keep"),
        notes_of(family_car()),
        notes_of(family_car(condition="used"), old_car="scrap"),
        notes_of(hybrid_car(electric_range_km=60), old_car="scrap"),
    ):
        assert not [i for i in ids(notes) if i.startswith("subsidy.")]


def test_battery_rental_is_known_unknown_or_not_asked() -> None:
    known = notes_of(family_car(brand="Nio", battery_kwh=100.0), payment="battery_rental")[0]
    assert known.params == {"month": 1_128, "cut": 108_000}
    fee = family_car(battery_rental_cny_month=500)
    assert "rental.known_fee" in ids(notes_of(fee, payment="battery_rental"))
    assert "rental.unknown" in ids(notes_of(family_car(), payment="battery_rental"))
    assert not [i for i in ids(notes_of(hybrid_car(), payment="battery_rental")) if i.startswith("rental.")]
    assert not [i for i in ids(notes_of(fee, payment="cash")) if i.startswith("rental.")]


def test_an_estimated_consumption_is_said() -> None:
    assert "use.estimated" in ids(notes_of(family_car(consumption_kwh_100km=None)))
    assert "use.estimated" not in ids(notes_of(family_car()))
    nothing = family_car(consumption_kwh_100km=None, battery_kwh=None, curb_weight_kg=None)
    assert "use.estimated" not in ids(notes_of(nothing))


def test_every_sentence_of_this_room_can_be_written_in_both_languages() -> None:
    """Every note message is produced by some case here, and no placeholder is left."""
    said: dict[str, Note] = {}
    people: list[dict[str, object]] = [
        {"place": place, "country": CHINA, "area": "village", "overnight_charging": "none_near", **more}
        for place in (
            SHANGHAI,
            BEIJING,
            NANJING,
            Place("1", "city", "某", "X", "1", plate_rule_phev_erev="free"),
        )
        for more in ({"old_car": "scrap", "payment": "battery_rental", "longest_trip_km": 900.0}, {})
    ]
    people += [{"old_car": "scrap", "date": dt.date(year, 1, 1)} for year in (2025, 2027)]
    people.append(
        {
            "place": Place(
                "2", "city", "某", "X", "2", plate_rule_bev="no free", plate_rule_phev_erev="no free"
            )
        }
    )
    people.append(
        {"place": Place("3", "city", "某", "X", "3", plate_rule_bev="auction", plate_cost_petrol_cny=1)}
    )
    cars = [
        family_car(brand="Nio", battery_kwh=100.0),
        family_car(battery_rental_cny_month=500, fast_charge_minutes=18, consumption_kwh_100km=None),
        family_car(electric_range_km=1_500),
        *(hybrid_car(electric_range_km=km) for km in (None, 60, 120)),
    ]
    for who in people:
        notes = list(place_notes(person(**who), REGISTRY))  # type: ignore[arg-type]
        for car in cars:
            notes += notes_of(car, **who)
        said.update({note.message: note for note in notes})
    known = {m for m in REGISTRY.messages if m.startswith("ownership.") and ".cost." not in m}
    assert set(said) == known
    for note in said.values():
        for lang in ("zh", "en"):
            text = note_text(note, REGISTRY, lang)
            assert text
            assert "{" not in text
