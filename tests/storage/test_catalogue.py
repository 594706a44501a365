"""Reading and writing a catalogue folder, worked by hand."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

import pytest

from recommender.domain.catalogue import Catalogue, ValueNote
from recommender.domain.table import BOOLEAN_LEVELS, LevelColumn, NumberColumn
from recommender.registry.load import load_registry
from recommender.registry.model import Registry
from recommender.storage.catalogue import (
    catalogue_version,
    check_catalogue,
    read_catalogue,
    write_catalogue,
)
from tests.builders import Car, make_catalogue

FILES = ("models.csv", "options.csv", "places.csv", "sources.csv", "trims.csv", "values.csv")

BY_HAND = {
    "sources.csv": "source_id,title,address,licence,date\n"
    "S01,Tables,github:a/b,CC BY 4.0,2025-05-28\nP9,Page,,,\n",
    "models.csv": "model_id,brand,brand_zh,model,model_zh\nbyd-seagull,BYD,比亚迪,Seagull,海鸥\n"
    "aion-rt,Aion,埃安,RT,\n",
    "trims.csv": "trim_id,model_id,trim,trim_zh,on_sale,source_id,source_date,price_cny,electric_range_km,"
    "powertrain,hud,adas_level,price_date\n"
    "T1,byd-seagull,305 Vitality,305活力版,true,S01+P9,2025-05-28,69800,305,BEV,false,l2,2025-05-28\n"
    '\nT2,aion-rt,"520, Zhixiang",,false,S01,2025-05-28,119800.0,,BEV,,,\n',
    "options.csv": "option_id,trim_id,name,name_zh,state,price_cny,group,requires,excludes,"
    "included_with,sets,source_id\n"
    "O1,T1,Head-up display,抬头显示,optional,3000,cockpit,O2,,,hud=true;adas_level=highway,S01\n"
    "O2,T1,Paint,,standard,,,,O1 ; O3,,,P9\nO3,T1,Battery rental,,optional,-70000,,,,,,P9\n",
    "values.csv": "trim_id,attribute,value,source_id,source_date,note,kept\n"
    "T1,price_cny,73800,P9,2024-01-02,older price,0\nT1,electric_range_km,305,P9,,printed,\n",
    "places.csv": "code,level,zh,en,province_code,winter_low_c,chargers_public,plate_rule_bev,source_id\n"
    "000000,country,中国,China,,,,,\n310000,province,上海市,Shanghai,310000,-1.5,200000,free,P9\n",
}


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry()


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def by_hand(tmp_path: Path, registry: Registry) -> Catalogue:
    return read_catalogue(write(tmp_path, BY_HAND), registry)


def test_lines_trims_and_sources(by_hand: Catalogue) -> None:
    assert by_hand.brands == {"Aion": "埃安", "BYD": "比亚迪"}
    assert by_hand.line_of(0).model_name("zh") == "海鸥"
    first, second = by_hand.trims
    assert (first.trim_id, first.trim_zh, first.on_sale) == ("T1", "305活力版", True)
    assert first.source_date == dt.date(2025, 5, 28)
    assert (second.trim, second.on_sale) == ("520, Zhixiang", False)
    assert by_hand.sources["S01"].licence == "CC BY 4.0"


def test_values_are_typed_and_empty_cells_are_unknown(by_hand: Catalogue) -> None:
    values = {name: [column.value(0), column.value(1)] for name, column in by_hand.columns.items()}
    assert values["price_cny"] == [69800, 119800]
    assert values["electric_range_km"] == [305, None]
    assert values["powertrain"] == ["BEV", "BEV"]
    assert values["hud"] == [False, None]
    assert values["adas_level"] == ["l2", None]
    assert values["price_date"] == ["2025-05-28", None]
    assert values["on_sale"] == [True, False]


def test_brand_and_model_line_come_from_models(by_hand: Catalogue) -> None:
    brand, line = by_hand.columns["brand"], by_hand.columns["model_line"]
    assert isinstance(brand, LevelColumn)
    assert brand.levels == ("Aion", "BYD")
    assert [brand.value(0), brand.value(1)] == ["BYD", "Aion"]
    assert [line.value(0), line.value(1)] == ["byd-seagull", "aion-rt"]


def test_every_attribute_of_the_registry_has_a_column(by_hand: Catalogue, registry: Registry) -> None:
    personal = {a.id for a in registry.attributes.values() if a.personal}
    assert set(by_hand.columns) == set(registry.attributes) - personal
    for name, column in by_hand.columns.items():
        assert len(column) == 2
        assert isinstance(column, NumberColumn) == (registry.attributes[name].kind == "number")
    adas, fridge = by_hand.columns["adas_level"], by_hand.columns["fridge"]
    assert isinstance(adas, LevelColumn)
    assert isinstance(fridge, LevelColumn)
    assert adas.levels == ("none", "l2", "highway", "city")
    assert fridge.levels == BOOLEAN_LEVELS
    assert bool(fridge.unknown().all())


def test_a_car_without_a_condition_is_new(by_hand: Catalogue) -> None:
    implied = ("condition", "age_years", "mileage_km", "battery_soh_pct")
    assert [by_hand.columns[name].value(1) for name in implied] == ["new", 0, 0, 100]


def test_a_used_car_implies_nothing(tmp_path: Path, registry: Registry) -> None:
    trims = "trim_id,model_id,trim,trim_zh,on_sale,source_id,source_date,condition,mileage_km,age_years\n"
    trims += (
        "T1,aion-rt,a,,false,S01,2025-05-28,used,30500,\nT2,aion-rt,b,,false,S01,2025-05-28,new,,0.5\n"
        "T3,aion-rt,c,,false,S01,2025-05-28,,,\n"
    )
    files = {
        **BY_HAND,
        "trims.csv": trims,
        "values.csv": "trim_id,attribute,value,source_id,source_date,note\n",
    }
    files["options.csv"] = BY_HAND["options.csv"].splitlines()[0] + "\n"
    columns = read_catalogue(write(tmp_path, files), registry).columns
    assert [columns["mileage_km"].value(row) for row in range(3)] == [30500, 0, 0]
    assert [columns["age_years"].value(row) for row in range(3)] == [None, 0.5, 0]
    assert [columns["battery_soh_pct"].value(row) for row in range(3)] == [None, 100, 100]


def test_options(by_hand: Catalogue) -> None:
    display, paint, rental = by_hand.options
    assert display.requires == ("O2",)
    assert display.sets == {"hud": "true", "adas_level": "highway"}
    assert (paint.price_cny, paint.excludes, paint.state) == (None, ("O1", "O3"), "standard")
    assert rental.price_cny == -70000


def test_value_notes_and_places(by_hand: Catalogue) -> None:
    rejected, kept = by_hand.value_notes
    date = dt.date(2024, 1, 2)
    assert rejected == ValueNote("T1", "price_cny", "73800", "P9", date, "older price", kept=False)
    assert kept.kept
    shanghai = by_hand.place_of["310000"]
    assert (shanghai.winter_low_c, shanghai.chargers_public, shanghai.plate_rule_bev) == (
        -1.5,
        200000,
        "free",
    )
    assert shanghai.petrol_92_cny_l is None
    assert by_hand.place_of["000000"].winter_low_c is None


def test_byte_order_mark_and_windows_line_ends_are_read(tmp_path: Path, registry: Registry) -> None:
    for name, text in BY_HAND.items():
        (tmp_path / name).write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert [trim.trim_id for trim in read_catalogue(tmp_path, registry).trims] == ["T1", "T2"]


def test_version_is_the_digest_of_names_and_bytes(tmp_path: Path, registry: Registry) -> None:
    write(tmp_path, BY_HAND)
    digest = hashlib.sha256()
    for name in FILES:
        content = BY_HAND[name].encode()
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    version = catalogue_version(tmp_path)
    assert version == "sha256" + digest.hexdigest()
    assert read_catalogue(tmp_path, registry).version == version
    (tmp_path / "README.md").write_text("not a part of the catalogue", encoding="utf-8")
    assert catalogue_version(tmp_path) == version
    with (tmp_path / "values.csv").open("a", encoding="utf-8") as file:
        file.write("\n")
    assert catalogue_version(tmp_path) != version


def test_writing_is_deterministic_and_leaves_out_what_says_nothing(
    tmp_path: Path, registry: Registry
) -> None:
    catalogue = make_catalogue(registry)
    first = write_catalogue(catalogue, tmp_path / "first")
    assert first == write_catalogue(catalogue, tmp_path / "second") == catalogue_version(tmp_path / "first")
    assert sorted(path.name for path in (tmp_path / "first").iterdir()) == sorted(FILES)
    header = (tmp_path / "first" / "trims.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
    assert not {"brand", "model_line", "total_price_cny", "tank_size_l", "premium_audio"} & set(header)
    assert {"condition", "mileage_km", "price_cny"} <= set(header)


def test_a_catalogue_of_new_cars_does_not_say_so(tmp_path: Path, registry: Registry) -> None:
    cars = [car for car in make_catalogue(registry).trims if car.trim_id != "C2"]
    known: list[Car] = [{"trim_id": car.trim_id, "model_id": car.model_id, "on_sale": False} for car in cars]
    catalogue = make_catalogue(registry, known)
    write_catalogue(catalogue, tmp_path)
    header = (tmp_path / "trims.csv").read_text(encoding="utf-8").splitlines()[0]
    assert header == "trim_id,model_id,trim,trim_zh,on_sale,source_id,source_date"
    assert read_catalogue(tmp_path, registry).columns["battery_soh_pct"].value(0) == 100


def test_the_catalogue_of_the_builder_is_sound(tmp_path: Path, registry: Registry) -> None:
    write_catalogue(make_catalogue(registry), tmp_path)
    assert check_catalogue(tmp_path, registry) == ()
