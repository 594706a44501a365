"""Importing a facts folder: what is on sale, what is carried, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from recommender.domain.catalogue import Catalogue
from recommender.domain.errors import Rejected
from recommender.domain.table import LevelColumn, NumberColumn
from recommender.registry.load import load_registry
from recommender.storage.catalogue import check_catalogue, read_catalogue
from recommender.storage.facts import import_catalogue, import_facts
from tests.storage.facts_folder import SHIPPING, TRIM_COLUMNS, Row, write_facts_folder

REGISTRY = load_registry()


def imported(folder: Path, *trims: Row, shipped: bool = False, **tables: list[dict[str, str]]) -> Catalogue:
    named = {f"{name}.csv": rows for name, rows in tables.items()}
    return import_facts(write_facts_folder(folder, trims, named), REGISTRY, shipped=shipped)


def value(catalogue: Catalogue, trim_id: str, attribute: str) -> object:
    column = catalogue.columns[attribute]
    assert isinstance(column, NumberColumn | LevelColumn)
    return column.value(catalogue.trim_index[trim_id])


def line_row(low: int, high: int, **cells: str) -> dict[str, str]:
    base = {
        "brand": "Nio",
        "model": "ET5",
        "model_zh": "蔚来ET5",
        "body_type": "sedan",
        "powertrains": "BEV",
        "main_powertrain": "BEV",
        "seats": "5",
        "drive": "AWD",
        "checked": "2026-09-29",
        "source_id": "S15",
    }
    return {**base, "price_min_cny": str(low), "price_max_cny": str(high), **cells}


def test_a_row_becomes_a_trim_with_source_and_price_date(tmp_path: Path) -> None:
    catalogue = imported(tmp_path, SHIPPING)
    (trim,) = catalogue.trims
    assert (trim.trim_id, trim.model_id, trim.on_sale) == ("T1", "nio-et5", True)
    assert str(trim.source_date) == value(catalogue, "T1", "price_date") == "2025-05-28"
    assert value(catalogue, "T1", "condition") == "new"
    assert set(catalogue.sources) == {"S01"}


def test_what_is_written_reads_back_and_has_the_version(tmp_path: Path) -> None:
    folder = write_facts_folder(tmp_path / "facts")
    catalogue = import_catalogue(folder, tmp_path / "out", REGISTRY)
    again = read_catalogue(tmp_path / "out", REGISTRY)
    assert again.version == catalogue.version
    assert again.trims == catalogue.trims


def test_a_price_that_a_later_table_confirms_takes_its_date(tmp_path: Path) -> None:
    catalogue = imported(tmp_path, SHIPPING, lines_2026_09=[line_row(298000, 313000)])
    assert value(catalogue, "T1", "price_date") == "2026-09-29"
    (note,) = [n for n in catalogue.value_notes if n.attribute == "price_cny"]
    assert (note.source_id, note.kept, note.value) == ("S15", True, "298000")


def test_a_price_outside_the_current_range_is_no_longer_sold(tmp_path: Path) -> None:
    catalogue = imported(tmp_path, SHIPPING, lines_2026_09=[line_row(310000, 330000)])
    assert not catalogue.trims[0].on_sale


def test_a_table_as_old_as_the_row_does_not_retire_it(tmp_path: Path) -> None:
    fresh = {**SHIPPING, "source_id": "S03"}
    catalogue = imported(tmp_path, fresh, lines_2026_09=[line_row(310000, 330000)])
    assert catalogue.trims[0].on_sale


def test_only_the_newest_two_model_years_are_sold(tmp_path: Path) -> None:
    years = [
        {**SHIPPING, "trim_id": f"T{y}", "trim_zh": y, "model_year": y} for y in ("2023", "2024", "2025")
    ]
    catalogue = imported(tmp_path, *years)
    assert [trim.on_sale for trim in catalogue.trims] == [False, True, True]


def test_of_namesakes_the_newer_one_is_sold(tmp_path: Path) -> None:
    older = {**SHIPPING, "trim_id": "T0", "model_year": "2024"}
    catalogue = imported(tmp_path, older, SHIPPING)
    assert {trim.trim_id: trim.on_sale for trim in catalogue.trims} == {"T0": False, "T1": True}


def test_a_second_generation_retires_the_first(tmp_path: Path) -> None:
    old = {**SHIPPING, "model_year": "2024"}
    row = line_row(298000, 313000, note="2nd generation 2025-09")
    assert not imported(tmp_path, old, lines_2026_09=[row]).trims[0].on_sale


def test_missing_seats_come_from_a_table_that_prints_one_number(tmp_path: Path) -> None:
    blank = {**SHIPPING, "seats": ""}
    catalogue = imported(tmp_path, blank, lines_2026_09=[line_row(298000, 313000)])
    assert value(catalogue, "T1", "seats") == 5
    assert [n.source_id for n in catalogue.value_notes if n.attribute == "seats"] == ["S15"]
    several = imported(tmp_path, blank, lines_2026_09=[line_row(298000, 313000, note="5 or 6 seats")])
    assert value(several, "T1", "seats") is None


def test_swap_is_true_only_for_brands_with_stations(tmp_path: Path) -> None:
    fleet = {**SHIPPING, "trim_id": "T2", "brand": "Livan", "brand_zh": "睿蓝汽车", "model": "Livan 7"}
    catalogue = imported(tmp_path, SHIPPING, fleet)
    assert value(catalogue, "T1", "battery_swap") is True
    assert value(catalogue, "T2", "battery_swap") is None
    (note,) = [n for n in catalogue.value_notes if n.trim_id == "T2"]
    assert (note.attribute, note.value, note.kept) == ("battery_swap", "true", False)


def test_a_boot_too_large_for_the_car_is_that_with_seats_folded(tmp_path: Path) -> None:
    catalogue = imported(tmp_path, {**SHIPPING, "boot_l": "930"})
    assert value(catalogue, "T1", "boot_l") is None
    assert value(catalogue, "T1", "boot_max_l") == 930
    notes = {(n.attribute, n.value, n.kept) for n in catalogue.value_notes}
    assert notes == {("boot_l", "930", False), ("boot_max_l", "930", True)}
    assert value(imported(tmp_path, {**SHIPPING, "boot_l": "480"}), "T1", "boot_l") == 480


def test_optional_features_are_options_that_set_their_attribute(tmp_path: Path) -> None:
    car = {**SHIPPING, "features_opt": "ramp_assist|hud|dashcam", "features_std": "lane_centering"}
    options = {o.option_id: o for o in imported(tmp_path, car).options}
    assert set(options) == {"ramp_assist", "hud"}
    assert options["hud"].sets == {"hud": "true", "displays": "hud"}
    assert options["ramp_assist"].sets["adas_level"] == "highway"
    assert options["ramp_assist"].price_cny is None


def option_row(**cells: str) -> dict[str, str]:
    base = {"option_id": "O1", "brand": "Nio", "model": "ET5", "trim_scope": "2025 all", "source_id": "P10"}
    return {**base, "option_name": "In-car fridge", "category": "comfort", "price_basis": "listed", **cells}


def test_only_prices_of_the_option_itself_are_prices(tmp_path: Path) -> None:
    rows = [
        option_row(price_cny="5000"),
        option_row(option_id="O2", price_cny="9000", price_basis="trim_step"),
        option_row(option_id="O3", price_cny="9000", trim_scope="2024 all"),
    ]
    (option,) = imported(tmp_path, SHIPPING, options=rows).options
    assert (option.option_id, option.price_cny, option.sets) == ("O1", 5000, {"fridge": "true"})


def test_a_rented_battery_is_told_by_size(tmp_path: Path) -> None:
    rental = option_row(category="battery_subscription", price_cny="-70000", note="monthly fee 728 CNY")
    rows = [
        {**rental, "trim_scope": "75 kWh, all"},
        {**rental, "trim_scope": "100 kWh, all", "price_cny": "-128000"},
    ]
    catalogue = imported(tmp_path, SHIPPING, options=rows)
    assert value(catalogue, "T1", "battery_rental_discount_cny") == 70000
    assert value(catalogue, "T1", "battery_rental_cny_month") == 728


def test_rejected_values_travel_with_their_reason(tmp_path: Path) -> None:
    row = {
        "brand": "Nio",
        "model": "ET5",
        "trim_zh": "75kWh",
        "field": "price_cny",
        "value_b": "291000",
        "source_b": "P10",
        "kept": "a",
        "reason": "a limited-time price",
    }
    (note,) = imported(tmp_path, SHIPPING, conflicts=[row]).value_notes
    assert (note.value, note.source_id, note.kept, note.note) == (
        "291000",
        "P10",
        False,
        "a limited-time price",
    )


def test_places_have_codes_and_figures(tmp_path: Path) -> None:
    rows = [
        {"place": "Harbin", "level": "city", "winter_low_c": "-25", "source_id": "P10+S17"},
        {"place": "Beijing", "level": "city", "chargers_public": "140000", "source_id": "P10"},
        {"place": "Jilin", "level": "province", "chargers_public": "1", "source_id": "P10"},
    ]
    catalogue = imported(tmp_path, SHIPPING, places=rows)
    harbin, beijing = catalogue.place_of["230100"], catalogue.place_of["110000"]
    assert (harbin.winter_low_c, harbin.source_id, harbin.province_code) == (-25, "P10", "230000")
    assert (beijing.level, beijing.chargers_public) == ("province", 140000)
    assert catalogue.place_of["220000"].chargers_public == 1
    assert sum(place.level == "province" for place in catalogue.places) == 31
    assert "S17" not in catalogue.sources


def test_unclear_licences_leave_the_few_facts_of_a_car(tmp_path: Path) -> None:
    portal = {**SHIPPING, "trim_id": "T2", "trim_zh": "100kWh", "source_id": "S03", "features_std": "isofix"}
    catalogue = imported(tmp_path, {**SHIPPING, "features_std": "isofix"}, portal, shipped=True)
    assert value(catalogue, "T1", "isofix") is True
    assert value(catalogue, "T2", "isofix") is None
    assert value(catalogue, "T2", "electric_range_km") == 560


def test_fleet_and_dead_brands_are_not_shipped(tmp_path: Path) -> None:
    dead = {
        **SHIPPING,
        "trim_id": "T2",
        "brand": "Neta",
        "brand_zh": "哪吒汽车",
        "model": "X",
        "model_zh": "哪吒X",
    }
    dear = {**SHIPPING, "trim_id": "T3", "trim_zh": "dear", "price_cny": "2100000"}
    unpriced = {**SHIPPING, "trim_id": "T4", "trim_zh": "unpriced", "price_cny": ""}
    catalogue = imported(tmp_path, SHIPPING, dead, dear, unpriced, shipped=True)
    assert [trim.trim_id for trim in catalogue.trims] == ["T1"]


def test_a_line_without_trims_has_a_row_of_line_facts(tmp_path: Path) -> None:
    row = line_row(129900, 179900, brand="BYD", model="Song Ultra", model_zh="宋Ultra", body_type="SUV")
    row |= {"powertrains": "PHEV/BEV", "main_powertrain": "PHEV", "note": "DM-i 205/310 km; EV 605/710 km"}
    catalogue = imported(tmp_path, SHIPPING, lines_2026_09=[row], shipped=True)
    line = next(trim for trim in catalogue.trims if trim.model_id == "byd-song-ultra")
    assert (line.trim_id, line.trim) == ("L-byd-song-ultra-phev", "line facts (PHEV)")
    assert value(catalogue, line.trim_id, "price_cny") == 129900
    assert value(catalogue, line.trim_id, "electric_range_km") == 205
    # No price is printed for the battery car, so it has no row.
    assert "L-byd-song-ultra-bev" not in catalogue.trim_index


FAULTS = {
    "facts_missing_file": lambda folder: (folder / "options.csv").unlink(),
    "facts_missing_column": lambda folder: (folder / "places.csv").write_text("place,level\n"),
    "facts_not_utf8": lambda folder: (folder / "conflicts.csv").write_bytes(b"brand\n\xff\xfe\n"),
    "facts_too_many_cells": lambda folder: append(folder / "sources.csv", "a,b,c,d,e,f,g\n"),
    "facts_not_a_number": lambda folder: replace(folder / "trims.csv", "298000", "about 30万"),
    "facts_unknown_word": lambda folder: replace(folder / "trims.csv", ",75,", ",75,", "heat_pump", "maybe"),
    "facts_unknown_place": lambda folder: append(folder / "places.csv", "Atlantis,city,,1,,2026,S01\n"),
    "facts_unknown_source": lambda folder: replace(folder / "trims.csv", ",S01", ",S99"),
}


def append(path: Path, line: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + line, encoding="utf-8")


def replace(path: Path, old: str, new: str, column: str = "", cell: str = "") -> None:
    text = path.read_text(encoding="utf-8").replace(old, new)
    if column:
        header, row = text.splitlines()
        cells = row.split(",")
        cells[header.split(",").index(column)] = cell
        text = f"{header}\n{','.join(cells)}\n"
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("code", FAULTS)
def test_a_faulty_folder_is_refused_by_name_and_nothing_is_written(code: str, tmp_path: Path) -> None:
    folder = write_facts_folder(tmp_path / "facts")
    FAULTS[code](folder)
    with pytest.raises(Rejected) as caught:
        import_catalogue(folder, tmp_path / "out", REGISTRY)
    assert code in {problem.code for problem in caught.value.problems}
    assert not (tmp_path / "out").exists()
    for lang in ("zh", "en"):
        for kind in ("problem", "remedy"):
            assert REGISTRY.messages[f"{kind}.{code}"].get(lang)


@pytest.mark.parametrize("column", TRIM_COLUMNS.split())
def test_a_missing_column_is_named_or_only_a_fact_less(column: str, tmp_path: Path) -> None:
    folder = write_facts_folder(tmp_path)
    header, row = (folder / "trims.csv").read_text(encoding="utf-8").splitlines()
    place = header.split(",").index(column)
    kept = [",".join(c for i, c in enumerate(line.split(",")) if i != place) for line in (header, row)]
    (folder / "trims.csv").write_text("\n".join(kept) + "\n", encoding="utf-8")
    assert faults_of(folder) in ([], [f"trims.csv:1:{column}"])


def faults_of(folder: Path) -> list[str]:
    try:
        import_facts(folder, REGISTRY)
    except Rejected as rejected:
        return [problem.path for problem in rejected.problems]
    return []


def test_all_faults_are_named_at_once(tmp_path: Path) -> None:
    folder = write_facts_folder(tmp_path / "facts", [{**SHIPPING, "seats": "five", "boot_l": "big"}])
    with pytest.raises(Rejected) as caught:
        import_facts(folder, REGISTRY)
    assert {problem.path for problem in caught.value.problems} == {"trims.csv:2:seats", "trims.csv:2:boot_l"}


@pytest.mark.facts
@pytest.mark.parametrize("shipped", [False, True])
def test_all_facts_make_a_sound_catalogue(shipped: bool, facts_dir: Path, tmp_path: Path) -> None:
    catalogue = import_catalogue(facts_dir, tmp_path / "one", REGISTRY, shipped=shipped)
    assert check_catalogue(tmp_path / "one", REGISTRY) == ()
    again = import_catalogue(facts_dir, tmp_path / "two", REGISTRY, shipped=shipped)
    assert again.version == catalogue.version
    if not shipped:
        assert len(catalogue.trims) == 3400


@pytest.mark.facts
def test_the_shipped_catalogue_is_what_the_facts_give(facts_dir: Path, tmp_path: Path) -> None:
    made = import_catalogue(facts_dir, tmp_path, REGISTRY, shipped=True)
    shipped = read_catalogue(Path(__file__).parents[2] / "data" / "catalogue", REGISTRY)
    assert made.version == shipped.version
