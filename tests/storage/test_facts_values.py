"""Rules that turn one row of facts into values, worked by hand."""

from __future__ import annotations

from collections import defaultdict

import pytest

from recommender.storage.facts_lines import Printed, printed_of
from recommender.storage.facts_names import line_name, slug
from recommender.storage.facts_tables import Facts, date_of
from recommender.storage.facts_values import Value, combined_range, seats_in_name, trim_values


def values_of(**cells: str) -> dict[str, Value]:
    row: defaultdict[str, str] = defaultdict(str, {"#": "2", "powertrain": "BEV", **cells})
    facts = Facts({})
    values = trim_values(facts, row)
    assert facts.problems.problems == ()
    return values


@pytest.mark.parametrize(
    ("brand", "brand_zh", "model", "model_zh", "expected"),
    [
        ("HIMA", "鸿蒙智行", "AITO M8", "问界M8", ("aito-m8", "AITO", "问界", "M8", "M8")),
        ("HIMA", "鸿蒙智行", "SAIC Shangjie H5", "尚界H5", ("shangjie-h5", "Shangjie", "尚界", "H5", "H5")),
        (
            "Tank",
            "坦克",
            "Tank 300 Hi4-T",
            "坦克300新能源",
            ("tank-300-hi4-t", "Tank", "坦克", "300 Hi4-T", "300新能源"),
        ),
        (
            "Geely Galaxy",
            "吉利银河",
            "Galaxy A7",
            "银河A7 EM",
            ("geely-galaxy-a7", "Geely Galaxy", "吉利银河", "A7", "A7 EM"),
        ),
        ("MG", "名爵", "MG4 (2025)", "全新MG4", ("mg-mg4-2025", "MG", "名爵", "MG4", "MG4")),
        ("smart", "smart", "#1", "smart精灵#1", ("smart-1", "smart", "smart", "#1", "精灵#1")),
        (
            "Firefly",
            "firefly萤火虫",
            "Firefly",
            "firefly萤火虫",
            ("firefly-firefly", "Firefly", "萤火虫", "Firefly", "firefly萤火虫"),
        ),
    ],
)
def test_a_line_has_its_own_brand_and_no_doubled_name(
    brand: str, brand_zh: str, model: str, model_zh: str, expected: tuple[str, ...]
) -> None:
    name = line_name(brand, brand_zh, model, model_zh)
    assert (name.model_id, name.brand, name.brand_zh, name.model, name.model_zh) == expected


def test_slugs_are_ascii_ids() -> None:
    assert slug("Lynk & Co 08 EM-P") == "lynk-co-08-em-p"
    assert slug("Xpeng P7+") == "xpeng-p7-plus"
    assert slug("Volkswagen ID. ERA 9X") == "volkswagen-id-era-9x"


def test_a_feature_is_true_only_where_standard() -> None:
    values = values_of(features_std="isofix|hud", features_opt="fridge", features_no="karaoke")
    assert values["isofix"] is True
    assert values["fridge"] is False
    assert values["karaoke"] is False
    assert "sentry" not in values


@pytest.mark.parametrize(
    ("cells", "level"),
    [
        ({"features_std": "lane_centering"}, "l2"),
        ({"features_std": "lane_centering|ramp_assist"}, "highway"),
        ({"highway_noa": "std"}, "highway"),
        ({"highway_noa": "opt", "features_std": "lane_centering"}, "l2"),
        ({"city_noa": "std"}, "city"),
        ({"features_no": "lane_centering"}, "none"),
        ({"features_opt": "lane_centering"}, "none"),
        ({"adas_level": "L2"}, "l2"),
        ({}, None),
    ],
)
def test_the_level_of_assistance_follows_printed_features(cells: dict[str, str], level: str | None) -> None:
    assert values_of(**cells).get("adas_level") == level


def test_combined_range_adds_the_tank_rounded_down() -> None:
    hybrid: dict[str, Value] = {
        "powertrain": "PHEV",
        "electric_range_km": 110.0,
        "tank_l": 70.0,
        "fuel_l_100km_depleted": 8.8,
    }
    # 110 + 70 / 8.8 * 100 = 905.45
    assert combined_range(hybrid) == 900
    assert combined_range({**hybrid, "powertrain": "BEV"}) is None
    without = {key: value for key, value in hybrid.items() if key != "electric_range_km"}
    assert combined_range(without) is None
    assert combined_range(without, wltc_km=105.0) == 900


def test_another_cycle_is_never_the_electric_range() -> None:
    values = values_of(electric_range_km_wltc="105", electric_range_km_nedc="120")
    assert "electric_range_km" not in values


def test_seats_come_from_the_name_only_when_it_states_one_number() -> None:
    assert seats_in_name("增程 Max 六座版") == 6
    assert seats_in_name("智勇旗舰版 7座") == 7
    assert seats_in_name("后排座椅升级 座舱版") is None
    assert seats_in_name("5座 / 6座") is None


def test_minutes_need_their_window() -> None:
    assert "fast_charge_minutes" not in values_of(fast_charge_min="20")
    values = values_of(fast_charge_min="18", fast_charge_soc_pct="30-80")
    assert (values["fast_charge_minutes"], values["fast_charge_soc_window"]) == (18.0, "30-80")
    assert values_of(time_30_80_min="25")["fast_charge_soc_window"] == "30-80"


def test_an_optional_socket_gives_no_power_on_the_base_car() -> None:
    assert values_of(v2l="opt", v2l_kw="3.3")["v2l_kw"] == 0
    assert values_of(v2l="std", v2l_kw="3.3")["v2l_kw"] == 3.3
    assert "v2l_kw" not in values_of(v2l="std")


def test_only_a_printed_chassis_view_says_something_about_cameras() -> None:
    assert values_of(features_std="surround_540")["surround_view"] is True
    assert "surround_view" not in values_of(features_no="surround_540")


@pytest.mark.parametrize(
    ("note", "powertrain", "main", "expected"),
    [
        ("new 2026-09: DM-i 230/320 km; EV 530/630 km", "PHEV", True, Printed(230, None, None)),
        ("new 2026-09: DM-i 230/320 km; EV 530/630 km", "BEV", False, Printed(530, None, None)),
        ("550/650 km from 115,900; EREV 230-308 km from 130,900", "EREV", False, Printed(230, None, 130900)),
        ("EV 710 km 329,800-389,800", "BEV", False, Printed(710, None, 329800)),
        ("EREV 1,704 km total at 186,800", "EREV", False, Printed(None, 1704, None)),
        ("EREV 1,704 km total at 186,800", "BEV", True, Printed(None, None, None)),
        ("2026; about 1,400 km total", "EREV", True, Printed(None, 1400, None)),
    ],
)
def test_a_note_gives_the_shortest_range_of_a_powertrain(
    note: str, powertrain: str, main: bool, expected: Printed
) -> None:
    assert printed_of(note, powertrain, main=main) == expected


def test_a_printed_date_is_read_as_its_earliest_day() -> None:
    assert str(date_of("2026-09")) == "2026-09-01"
    assert str(date_of("2024-12/2025-01")) == "2024-12-01"
    assert str(date_of("2026-02-31")) == "2026-02-01"
    assert date_of("normals") is None
