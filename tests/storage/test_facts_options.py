"""Options of the facts: states across a line, groups, and named options without a price."""

from __future__ import annotations

from pathlib import Path

from recommender.domain.catalogue import Option
from tests.storage.facts_folder import SHIPPING
from tests.storage.test_facts import imported, option_row


def options_of(folder: Path, *cars: dict[str, str], rows: list[dict[str, str]] | None = None) -> list[Option]:
    return list(imported(folder, *cars, options=rows or []).options)


def test_a_feature_of_the_line_is_stated_for_every_trim_that_prints_it(tmp_path: Path) -> None:
    first = {**SHIPPING, "features_opt": "fridge"}
    second = {**SHIPPING, "trim_id": "T2", "trim": "Two", "trim_zh": "二", "features_std": "fridge|hud"}
    third = {**SHIPPING, "trim_id": "T3", "trim": "Three", "trim_zh": "三", "features_no": "fridge"}
    silent = {**SHIPPING, "trim_id": "T4", "trim": "Four", "trim_zh": "四"}
    found = options_of(tmp_path, first, second, third, silent)
    assert {(o.trim_id, o.option_id): o.state for o in found} == {
        ("T1", "fridge"): "optional",
        ("T2", "fridge"): "standard",
        ("T3", "fridge"): "not_available",
    }
    assert [dict(o.sets) for o in found] == [{"fridge": "true"}, {}, {}]


def test_two_steps_of_one_thing_are_one_group(tmp_path: Path) -> None:
    both = {**SHIPPING, "features_opt": "lane_centering|ramp_assist|hud"}
    groups = {o.option_id: o.group for o in options_of(tmp_path, both)}
    assert groups == {"lane_centering": "lane", "ramp_assist": "lane", "hud": ""}


def test_a_display_replaces_the_standard_one(tmp_path: Path) -> None:
    base = {**SHIPPING, "features_std": "hud", "features_opt": "ar_hud"}
    other = {**SHIPPING, "trim_id": "T2", "trim": "Two", "trim_zh": "二", "features_opt": "hud"}
    found = {o.option_id: o for o in options_of(tmp_path, base, other) if o.trim_id == "T1"}
    assert {name: (o.state, o.group) for name, o in found.items()} == {
        "hud": ("standard", "hud"),
        "ar_hud": ("optional", "hud"),
    }
    assert found["ar_hud"].sets == {"displays": "ar_hud"}


def test_the_heat_pump_has_a_column_of_its_own(tmp_path: Path) -> None:
    (option,) = options_of(tmp_path, {**SHIPPING, "heat_pump": "opt"})
    assert (option.option_id, option.state, option.sets) == ("heat_pump", "optional", {"heat_pump": "true"})


def test_a_named_option_without_a_price_counts_when_it_changes_the_car(tmp_path: Path) -> None:
    rows = [
        option_row(option_id="O1", option_name="Rear entertainment screen", price_basis="", price_cny=""),
        option_row(option_id="O2", option_name="Soft-close doors", price_basis="", price_cny=""),
        option_row(
            option_id="O3", option_name="In-car fridge", price_basis="implied_trim_step", price_cny="9"
        ),
    ]
    (option,) = options_of(tmp_path, SHIPPING, rows=rows)
    assert (option.option_id, option.price_cny) == ("O1", None)
    assert option.sets == {"rear_entertainment": "true"}


def test_options_that_exclude_each_other_are_one_group(tmp_path: Path) -> None:
    rows = [
        option_row(option_id=name, category="adas", option_name=name, price_cny="1")
        for name in ("O0419", "O0420", "O0999")
    ]
    groups = {o.option_id: o.group for o in options_of(tmp_path, SHIPPING, rows=rows)}
    assert groups == {"O0419": "adas", "O0420": "adas", "O0999": ""}
