"""Every way a catalogue folder can be wrong: one fault each, named by file, line and column."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recommender.domain.catalogue import ModelLine, Source, ValueNote
from recommender.domain.errors import Problem, Rejected
from recommender.registry.load import load_registry
from recommender.registry.model import Registry
from recommender.registry.problem_list import MAX_PROBLEMS
from recommender.storage.catalogue import check_catalogue, read_catalogue, write_catalogue
from tests.builders import LINES, make_catalogue

FILES = ("sources.csv", "models.csv", "trims.csv", "options.csv", "values.csv", "places.csv")


@dataclasses.dataclass(frozen=True)
class Fault:
    """Cell ``file:line:column`` set to ``value``; ``also``: more cells. Expected: ``code`` at ``at``."""

    code: str
    file: str
    line: int
    column: str
    value: str
    also: tuple[tuple[int, str, str], ...] = ()
    at: str = ""

    @property
    def path(self) -> str:
        return self.at or f"{self.file}:{self.line}:{self.column}"


# Lines of trims.csv: 2 A1, 3 A2 (battery cars), 4 V1 (plug-in hybrid), 5 R1 (range extender), 6 M1, 7 S1.
CELLS = (
    Fault("required", "models.csv", 3, "brand", ""),
    Fault("required", "trims.csv", 3, "on_sale", ""),
    Fault("required", "trims.csv", 3, "source_id", ""),
    Fault("required", "places.csv", 5, "province_code", ""),
    Fault("not_a_number", "trims.csv", 4, "price_cny", "21.98万"),
    Fault("not_a_number", "trims.csv", 4, "price_cny", "nan"),
    Fault("not_a_number", "trims.csv", 4, "price_cny", "219_800"),
    Fault("not_a_number", "trims.csv", 4, "price_cny", "２１９８００"),
    Fault("not_a_number", "options.csv", 2, "price_cny", "free"),
    Fault("not_a_number", "options.csv", 2, "sets", "seats=five"),
    Fault("not_an_integer", "trims.csv", 4, "seats", "6.5"),
    Fault("bounds", "trims.csv", 4, "seats", "60"),
    Fault("bounds", "trims.csv", 3, "price_cny", "-5"),
    Fault("bounds", "trims.csv", 3, "price_cny", "0"),
    Fault("bounds", "places.csv", 5, "winter_low_c", "-150"),
    Fault("not_a_boolean", "trims.csv", 2, "hud", "yes"),
    Fault("not_a_boolean", "trims.csv", 2, "on_sale", "1"),
    Fault("level", "trims.csv", 2, "powertrain", "ICE"),
    Fault("level", "trims.csv", 2, "body_type", "SUV"),
    Fault("level", "options.csv", 3, "state", "maybe"),
    Fault("level", "options.csv", 2, "sets", "adas_level=Delta"),
    Fault("level", "places.csv", 4, "level", "town"),
    Fault("level", "values.csv", 2, "kept", "yes"),
    Fault("date", "trims.csv", 2, "source_date", "2026-02-30"),
    Fault("date", "trims.csv", 2, "source_date", "20260930"),
    Fault("date", "trims.csv", 2, "price_date", "2026.09"),
    Fault("date_bounds", "trims.csv", 2, "source_date", "3026-01-01"),
    Fault("date_bounds", "trims.csv", 2, "source_date", "1926-01-01"),
    Fault("date_bounds", "trims.csv", 2, "price_date", "2099-01-01"),
    Fault("date_bounds", "values.csv", 2, "source_date", "3026-01-01"),
    Fault("required", "trims.csv", 2, "source_date", ""),
    Fault("required", "trims.csv", 2, "powertrain", "", also=((2, "on_sale", "true"),)),
    Fault("source_date", "sources.csv", 3, "date", "x"),
    Fault("source_date", "sources.csv", 3, "date", "2025-13"),
    Fault("source_date", "sources.csv", 3, "date", "2025-02 about"),
    Fault("address", "sources.csv", 3, "address", "javascript:alert(1)"),
    Fault("address", "sources.csv", 3, "address", "Data:text/html,x"),
    Fault("blank", "trims.csv", 2, "body_type", " "),
    Fault("blank", "trims.csv", 2, "body_type", "\u3000"),
    Fault("id_form", "trims.csv", 2, "trim_id", "A1~HUD", at="trims.csv:2:trim_id"),
    Fault("place_code", "places.csv", 4, "code", "34"),
    Fault("duplicate_id", "models.csv", 3, "model", "One"),
    Fault("duplicate_id", "sources.csv", 3, "source_id", "S1"),
    Fault("duplicate_id", "trims.csv", 3, "trim_id", "A1"),
    Fault("duplicate_id", "options.csv", 3, "option_id", "HUD"),
    Fault("duplicate_id", "places.csv", 3, "code", "340000", at="places.csv:4:code"),
    Fault("unknown_id", "trims.csv", 3, "model_id", "delta-one"),
    Fault("unknown_id", "trims.csv", 3, "source_id", "S1+S99"),
    Fault("unknown_id", "trims.csv", 3, "source_id", "S1+"),
    Fault("unknown_id", "trims.csv", 3, "source_id", "+S1"),
    Fault("unknown_id", "trims.csv", 3, "source_id", "S1++S2"),
    Fault("unknown_id", "options.csv", 2, "source_id", "S99"),
    Fault("unknown_id", "options.csv", 3, "requires", "HEATER"),
    Fault("unknown_id", "options.csv", 2, "sets", "colour=red"),
    Fault("unknown_id", "options.csv", 2, "sets", "total_price_cny=1000"),
    Fault("unknown_id", "values.csv", 2, "trim_id", "Z9"),
    Fault("unknown_id", "values.csv", 2, "attribute", "colour"),
    Fault("unknown_id", "places.csv", 5, "province_code", "990000"),
    Fault("brand_names", "models.csv", 3, "brand_zh", "阿法"),
    Fault("option_rule", "options.csv", 2, "excludes", "HUD"),
    Fault("option_rule", "options.csv", 3, "excludes", "HUD", at="options.csv:3:requires"),
    Fault("sets_form", "options.csv", 2, "sets", "hud:true"),
    Fault("sets_form", "options.csv", 2, "sets", "hud=true;hud=false"),
    Fault("sets_fixed", "options.csv", 2, "sets", "brand=Alpha"),
    Fault("sets_fixed", "options.csv", 2, "sets", "model_line=alpha-one"),
    Fault("sets_fixed", "options.csv", 2, "sets", "price_cny=100000"),
    Fault("source_missing", "places.csv", 4, "winter_low_c", "-5"),
    Fault("kept_differs", "values.csv", 2, "value", "120000"),
    Fault("character", "trims.csv", 2, "trim", "500\u202eesaB"),
    Fault("character", "trims.csv", 2, "trim", "500\nBase"),
    Fault("character", "trims.csv", 2, "trim", "500\tBase"),
    Fault("column_unknown", "trims.csv", 2, "colour", "red", at="trims.csv:1:colour"),
    Fault("column_unknown", "trims.csv", 2, "total_price_cny", "1", at="trims.csv:1:total_price_cny"),
    Fault("column_unknown", "models.csv", 2, "colour", "red", at="models.csv:1:colour"),
    # What cannot be true together.
    Fault("not_positive", "trims.csv", 6, "approach_deg", "0"),
    Fault("order", "trims.csv", 2, "width_mm", "2900", also=((2, "length_mm", "2500"),)),
    Fault("order", "trims.csv", 2, "boot_l", "480", also=((2, "boot_max_l", "400"),)),
    Fault("order", "trims.csv", 4, "combined_range_km", "190", at="trims.csv:4:electric_range_km"),
    Fault("contradiction", "trims.csv", 2, "tank_l", "50"),
    Fault("contradiction", "trims.csv", 3, "low_range_4wd", "true"),
    Fault("contradiction", "trims.csv", 4, "diff_locks", "three"),
    Fault("contradiction", "trims.csv", 7, "city_assist", "false", at="trims.csv:7:adas_level"),
    Fault("contradiction", "trims.csv", 6, "lane_centring", "true", at="trims.csv:6:adas_level"),
    Fault("contradiction", "trims.csv", 2, "displays", "ar_hud"),
    Fault("contradiction", "trims.csv", 2, "curb_weight_kg", "500", at="trims.csv:2:battery_kwh"),
    Fault("range_against_battery", "trims.csv", 2, "electric_range_km", "700"),
    Fault("range_against_battery", "trims.csv", 6, "electric_range_km", "600"),
    Fault("range_against_battery", "trims.csv", 2, "battery_kwh", "20", at="trims.csv:2:electric_range_km"),
    Fault(
        *("range_against_battery", "trims.csv", 4, "consumption_kwh_100km", "40"),
        at="trims.csv:4:electric_range_km",
    ),
    Fault("range_against_tank", "trims.csv", 5, "tank_l", "25", at="trims.csv:5:combined_range_km"),
    Fault("soc_window", "trims.csv", 2, "fast_charge_soc_window", "80-30"),
    Fault("soc_window", "trims.csv", 2, "fast_charge_soc_window", "30-180"),
    Fault("charging_speed", "trims.csv", 2, "fast_charge_minutes", "1"),
)  # fmt: skip


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry()


@pytest.fixture
def folder(tmp_path: Path, registry: Registry) -> Path:
    write_sound(tmp_path, registry)
    return tmp_path


def write_sound(folder: Path, registry: Registry) -> None:
    """The catalogue of the builder with a second source and a note on a value."""
    catalogue = make_catalogue(registry)
    sources = {**catalogue.sources, "S2": Source("S2", "Other", "", "", "")}
    note = ValueNote("A1", "price_cny", "119800", "S2", None, "printed twice", kept=True)
    write_catalogue(dataclasses.replace(catalogue, sources=sources, value_notes=(note,)), folder)


def edit(folder: Path, file: str, line: int, column: str, value: str) -> None:
    """Set one cell, adding the column when the file does not have it. Every row is one line."""
    path = folder / file
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
    if column not in rows[0]:
        rows = [[*row, column if number == 0 else ""] for number, row in enumerate(rows)]
    rows[line - 1][rows[0].index(column)] = value
    save(path, rows)


def save(path: Path, rows: list[list[str]]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    path.write_bytes(text.getvalue().encode())


def found(folder: Path, registry: Registry) -> list[tuple[str, str]]:
    """(path, code without its prefix) of every problem; each has its sentence in both languages."""
    problems = check_catalogue(folder, registry)
    for problem in problems:
        assert_sentences(problem, registry)
    return [(problem.path, problem.code.removeprefix("catalogue_")) for problem in problems]


def assert_sentences(problem: Problem, registry: Registry) -> None:
    for lang in ("zh", "en"):
        for kind in ("problem", "remedy"):
            params = {"value": problem.value, **problem.params}
            assert registry.message(f"{kind}.{problem.code}", lang, **params)


@pytest.mark.parametrize("fault", CELLS, ids=lambda fault: f"{fault.path}-{fault.code}-{fault.value}")
def test_one_faulty_cell_is_named(fault: Fault, folder: Path, registry: Registry) -> None:
    assert found(folder, registry) == []
    edit(folder, fault.file, fault.line, fault.column, fault.value)
    for line, column, value in fault.also:
        edit(folder, fault.file, line, column, value)
    assert (fault.path, fault.code) in found(folder, registry)
    # A fault of an id or a row draws others with it (what referred to it); a fault of a value stands alone.
    if fault.code not in ("id_form", "required", "duplicate_id", "place_code", "unknown_id", "level"):
        assert found(folder, registry) == [(fault.path, fault.code)]


@pytest.mark.parametrize(
    "text",
    ["", "2025", "2025-02", "2025-02-28", "2025-02 (about)", "2008-2009", "normals"],
)
def test_dates_of_sources_as_they_are_really_written(text: str, folder: Path, registry: Registry) -> None:
    edit(folder, "sources.csv", 3, "date", text)
    assert found(folder, registry) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://a.cn/x:1",
        "http://a.cn",
        "github:a/b data: x",
        'stored file id 5 (script: "a")',
        "press item",
    ],
)
def test_addresses_of_sources(text: str, folder: Path, registry: Registry) -> None:
    edit(folder, "sources.csv", 3, "address", text)
    assert found(folder, registry) == []


def test_a_range_that_does_not_agree_names_both_fields(folder: Path, registry: Registry) -> None:
    edit(folder, "trims.csv", 2, "battery_kwh", "20")
    (problem,) = check_catalogue(folder, registry)
    for lang in ("zh", "en"):
        said = registry.message(f"problem.{problem.code}", lang, value=problem.value, **problem.params)
        assert "electric_range_km" in said
        assert "battery_kwh 20" in said


def test_the_reader_may_know_a_nearer_last_day(folder: Path, registry: Registry) -> None:
    edit(folder, "trims.csv", 2, "price_date", "2028-11-23")
    assert found(folder, registry) == []
    with pytest.raises(Rejected) as refusal:
        read_catalogue(folder, registry, dt.date(2028, 11, 22))
    assert [p.path for p in refusal.value.problems] == ["trims.csv:2:price_date"]
    read_catalogue(folder, registry, dt.date(2028, 11, 23))


def test_a_car_no_longer_on_sale_may_be_known_by_little(folder: Path, registry: Registry) -> None:
    for column, value in (("powertrain", ""), ("body_type", ""), ("on_sale", "false")):
        edit(folder, "trims.csv", 2, column, value)
    assert found(folder, registry) == []


def test_a_missing_folder(tmp_path: Path, registry: Registry) -> None:
    assert found(tmp_path / "nowhere", registry) == [("nowhere", "folder_missing")]


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_the_only_fault(name: str, folder: Path, registry: Registry) -> None:
    (folder / name).unlink()
    assert found(folder, registry) == [(name, "file_missing")]


def test_unreadable_files(folder: Path, registry: Registry) -> None:
    (folder / "models.csv").write_bytes("品牌".encode("gb18030"))
    (folder / "places.csv").write_text('code,level\n"110000,province\n', encoding="utf-8")
    (folder / "values.csv").write_bytes(b"")
    (folder / "options.csv").unlink()
    (folder / "options.csv").mkdir()
    problems = found(folder, registry)
    assert ("models.csv", "unreadable") in problems
    assert ("places.csv:2", "unreadable") in problems
    assert ("values.csv:1", "no_header") in problems
    assert ("options.csv", "unreadable") in problems


def test_headers(folder: Path, registry: Registry) -> None:
    path = folder / "models.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("brand_zh", "brand"), encoding="utf-8")
    assert found(folder, registry) == [
        ("models.csv:1:brand_zh", "column_missing"),
        ("models.csv:1:brand", "column_twice"),
    ]


def test_rows_of_another_width(folder: Path, registry: Registry) -> None:
    path = folder / "models.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([lines[0], "", lines[1] + ",more", *lines[2:]]), encoding="utf-8")
    assert found(folder, registry) == [("models.csv:3", "cell_count")]


def test_empty_tables(folder: Path, registry: Registry) -> None:
    for name in ("trims.csv", "options.csv", "values.csv", "places.csv"):
        header = (folder / name).read_text(encoding="utf-8").splitlines()[0]
        (folder / name).write_text(header + "\n", encoding="utf-8")
    assert found(folder, registry) == [("trims.csv", "no_rows")]


def test_the_same_car_twice(folder: Path, registry: Registry) -> None:
    path = folder / "trims.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines, lines[1].replace("A1,", "A1-again,", 1)]), encoding="utf-8")
    assert found(folder, registry) == [("trims.csv:10:trim_id", "same_car")]


def test_too_many_levels(tmp_path: Path, registry: Registry) -> None:
    lines = [*LINES, *(ModelLine(f"line-{n}", "Alpha", "阿尔法", f"Line {n}", "") for n in range(2**15))]
    write_catalogue(make_catalogue(registry, lines=lines), tmp_path)
    assert found(tmp_path, registry) == [("trims.csv:1:model_line", "too_many_levels")]


def test_all_faults_at_once(folder: Path, registry: Registry) -> None:
    edit(folder, "trims.csv", 3, "seats", "many")
    edit(folder, "trims.csv", 4, "powertrain", "ICE")
    edit(folder, "places.csv", 5, "winter_low_c", "cold")
    edit(folder, "options.csv", 2, "state", "maybe")
    with pytest.raises(Rejected) as rejected:
        read_catalogue(folder, registry)
    assert {problem.path for problem in rejected.value.problems} == {
        "trims.csv:3:seats",
        "trims.csv:4:powertrain",
        "places.csv:5:winter_low_c",
        "options.csv:2:state",
    }


def test_very_many_faults_are_counted(folder: Path, registry: Registry) -> None:
    lines = (folder / "trims.csv").read_text(encoding="utf-8").splitlines()
    rows = [lines[1].replace("A1,", f"X{n},", 1).replace("alpha-one", "nowhere") for n in range(300)]
    (folder / "trims.csv").write_text("\n".join([*lines, *rows]), encoding="utf-8")
    problems = check_catalogue(folder, registry)
    assert len(problems) == MAX_PROBLEMS + 1
    assert problems[-1].code == "more_problems"


def test_every_sentence_of_a_catalogue_fault_has_a_test(registry: Registry) -> None:
    by_function = {
        *("folder_missing", "file_missing", "unreadable", "no_header", "no_rows", "column_missing"),
        *("column_twice", "cell_count", "same_car", "too_many_levels"),
    }
    tested = {fault.code for fault in CELLS} | by_function
    known = set(_ends(registry, "problem.catalogue_"))
    assert known == tested == set(_ends(registry, "remedy.catalogue_"))


def _ends(registry: Registry, prefix: str) -> Iterator[str]:
    return (name.removeprefix(prefix) for name in registry.messages if name.startswith(prefix))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(FILES),
    start=st.integers(0, 3000),
    length=st.integers(0, 60),
    inserted=st.one_of(st.binary(max_size=30), st.sampled_from([b'"', b",", b"\n", b"-1", b"1e9", b"\xff"])),
)  # fmt: skip
def test_any_bytes_are_read_or_refused_by_name(
    name: str, start: int, length: int, inserted: bytes, tmp_path: Path, registry: Registry
) -> None:
    write_sound(tmp_path, registry)
    content = (tmp_path / name).read_bytes()
    start = min(start, len(content))
    (tmp_path / name).write_bytes(content[:start] + inserted + content[start + length :])
    for problem in check_catalogue(tmp_path, registry):
        if problem.code != "more_problems":
            assert problem.path.split(":")[0].endswith(".csv")
            assert_sentences(problem, registry)
