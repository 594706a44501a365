"""Dealer files: what is read, and that everything wrong is named by file, line and column."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.domain.dealer import Customer, Rows, Unit
from recommender.domain.errors import Problem
from recommender.registry.answers import parse_request
from recommender.registry.load import load_registry
from recommender.registry.model import Registry
from recommender.registry.vocabulary import Vocabulary
from recommender.storage.answer_cells import AnswerCells
from recommender.storage.customers import read_customers
from recommender.storage.dealer_cells import CellRefused, distance_km, past_date, price_cny, yes_no
from recommender.storage.inventory import read_inventory
from recommender.storage.tables import headers, read_table
from tests.builders import PLACES

TODAY = dt.date(2026, 11, 22)


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry()


def inventory(folder: Path, text: str | bytes, name: str = "stock.csv") -> Rows[Unit]:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_inventory(path, TODAY)


def customers(folder: Path, registry: Registry, text: str | bytes) -> Rows[Customer]:
    path = folder / "people.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    vocabulary = Vocabulary(brands={"BYD": "比亚迪"}, places=PLACES)
    return read_customers(path, AnswerCells(registry, vocabulary, TODAY, "en"))


def named(rows: Rows[Unit] | Rows[Customer]) -> dict[str, str]:
    return {problem.path: problem.code for problem in rows.problems}


def test_a_unit_of_every_column(tmp_path: Path) -> None:
    header = (
        "unit_id,vin,store_code,condition,make,model,year,trim,trim_id,options,price,mileage,date_in_stock,"
        "status,battery_soh_pct,battery_soh_date,battery_soh_source,battery_owned,first_registration,use_history"
    )
    row = (
        "U1,LGXC1,S7,used,BYD,Han,2024,Flagship,T1,HUD;TOW,18.98万,\"41,000 km\",2026-08-01,"
        "reserved,91.5,2026-07-30,maker,yes,2024-03-05,private"
    )  # fmt: skip
    rows = inventory(tmp_path, f"{header}\n{row}\n")
    assert rows.problems == ()
    assert rows.kept == (
        Unit(
            unit_id="U1",
            price_cny=189_800,
            vin="LGXC1",
            store_code="S7",
            condition="used",
            make="BYD",
            model="Han",
            year=2024,
            trim="Flagship",
            trim_id="T1",
            options=("HUD", "TOW"),
            mileage_km=41_000,
            date_in_stock=dt.date(2026, 8, 1),
            status="reserved",
            battery_soh_pct=91.5,
            battery_soh_date=dt.date(2026, 7, 30),
            battery_soh_source="maker",
            battery_owned=True,
            first_registration=dt.date(2024, 3, 5),
            use_history="private",
        ),
    )


CHINESE = (
    "库存编号,车况,品牌,车系,年款,版本,售价,里程,入库日期,状态\n"
    "K1,二手,比亚迪,汉,2024款,尊贵型,18.98万,1.2万公里,2026年8月1日,在库\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_chinese_headers_and_words_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    rows = inventory(tmp_path, CHINESE.encode(encoding))
    assert rows.problems == ()
    unit = rows.kept[0]
    assert (unit.unit_id, unit.condition, unit.make, unit.model, unit.year) == (
        "K1",
        "used",
        "比亚迪",
        "汉",
        2024,
    )
    assert (unit.price_cny, unit.mileage_km, unit.date_in_stock) == (189_800, 12_000, dt.date(2026, 8, 1))


@pytest.mark.parametrize(
    ("name", "separator"), [("s.tsv", "\t"), ("s.csv", "\t"), ("s.csv", ";"), ("s.csv", ",")]
)
def test_separators(tmp_path: Path, name: str, separator: str) -> None:
    text = (
        separator.join(("unit_id", "trim_id", "price")) + "\n" + separator.join(("U1", "T1", "99800")) + "\n"
    )
    assert [u.price_cny for u in inventory(tmp_path, text, name).kept] == [99_800]


def test_names_of_public_feeds(tmp_path: Path) -> None:
    text = (
        "vehicle_id,make,model,year,trim,price,state_of_vehicle,mileage.value,mileage.unit,date_first_on_lot,image[0].url\n"
        "F1,BYD,Han,2023,Base,99800.00 CNY,USED,10000,MI,2026-01-02,http://x\n"
    )
    rows = inventory(tmp_path, text)
    assert rows.problems == ()
    assert (rows.kept[0].condition, rows.kept[0].mileage_km) == ("used", 16_093)
    assert rows.ignored == ("image[0].url",)


def test_every_fault_at_once_and_the_clean_rows_kept(tmp_path: Path) -> None:
    text = (
        "unit_id,vin,trim_id,make,model,price,mileage,date_in_stock,status,condition,battery_soh_pct,year\n"
        "A,V1,T1,,,189800,,,,,,\n"
        "A,V2,T1,,,189800,,,,,,\n"
        "B,V1,T1,,,189800,,,,,,\n"
        ",,T1,,,189800,,,,,,\n"
        "C,,,BYD,,12,many,2027-01-01,lost,broken,0,24\n"
        "D,,T1,,,189800 USD,,2026-13-01,,,,\n"
        "E,,T1,,\n"
        "F,,T1,,,99800,,,,,,\n"
    )
    rows = inventory(tmp_path, text)
    assert [unit.unit_id for unit in rows.kept] == ["A", "F"]
    assert rows.refused == 6
    assert named(rows) == {
        "stock.csv:3:unit_id": "unit_twice",
        "stock.csv:4:vin": "vin_twice",
        "stock.csv:5:vin": "cell_required",
        "stock.csv:6:trim_id": "unit_without_car",
        "stock.csv:6:price": "cell_bounds",
        "stock.csv:6:mileage": "cell_number",
        "stock.csv:6:date_in_stock": "cell_date_future",
        "stock.csv:6:status": "cell_word",
        "stock.csv:6:condition": "cell_word",
        "stock.csv:6:battery_soh_pct": "cell_bounds",
        "stock.csv:6:year": "cell_number",
        "stock.csv:7:price": "cell_price",
        "stock.csv:7:date_in_stock": "cell_date",
        "stock.csv:8": "table_cell_count",
    }


def test_the_vin_is_the_id_where_there_is_no_other(tmp_path: Path) -> None:
    rows = inventory(tmp_path, "vin,trim_id,price\nV1,T1,99800\nV1,T1,99800\n")
    assert [unit.unit_id for unit in rows.kept] == ["V1"]
    assert named(rows) == {"stock.csv:3:vin": "unit_twice"}


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "s.csv", "table_empty"),
        (b"\n\n", "s.csv", "table_empty"),
        (b"PK\x03\x04rest", "s.csv", "table_format_later"),
        (b"unit_id\n", "s.xlsx", "table_format_later"),
        (b"<adf/>", "s.xml", "table_format_later"),
        (b"\xff\xff\x80\x00\x81", "s.csv", "table_encoding"),
        (b"unit_id\x00,price\n", "s.csv", "table_encoding"),
        (b"unit_id,price\nA,1\n", "s.csv", "table_column_missing"),
        (b'unit_id,trim_id,price\nA,"T1,1\n', "s.csv", "table_syntax"),
    ],
)
def test_files_that_are_no_table(tmp_path: Path, content: bytes, name: str, code: str) -> None:
    rows = inventory(tmp_path, content, name)
    assert rows.kept == ()
    assert code in {problem.code for problem in rows.problems}


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    problems: list[Problem] = []
    assert read_table(tmp_path / "none.csv", {}, problems) is None
    assert [(p.path, p.code) for p in problems] == [("none.csv", "file_unreadable")]


def test_a_column_given_twice_is_no_column(tmp_path: Path) -> None:
    rows = inventory(tmp_path, "unit_id,trim_id,price,售价\nA,T1,99800,88800\n")
    assert not rows.whole
    assert named(rows) == {"stock.csv:1:price": "table_column_twice"}


@pytest.mark.parametrize(
    ("text", "price"),
    [
        ("189800", 189800),
        ("189800 CNY", 189800),
        ("18.98万", 189800),
        ("¥189,800", 189800),
        ("CNY 189800.00", 189800),
        ("RMB189800", 189800),
        ("１８９８００元", 189800),
    ],
)
def test_prices(text: str, price: int) -> None:
    assert price_cny(text) == price


@pytest.mark.parametrize(
    "text", ["", "189800 USD", "189800.5", "-5", "free", "999", "1e9", "NaN", "99999999"]
)
def test_what_is_no_price(text: str) -> None:
    with pytest.raises(CellRefused):
        price_cny(text)


def test_small_cells() -> None:
    assert distance_km("1.2万公里") == 12_000
    assert distance_km("100 miles") == 161
    assert past_date("2026-08-01T10:00:00+08:00", TODAY) == dt.date(2026, 8, 1)
    assert past_date("2026-08", TODAY) == dt.date(2026, 8, 1)
    assert (yes_no("是"), yes_no("No"), yes_no("同意")) == (True, False, True)


def test_customers_answer_like_everybody(tmp_path: Path, registry: Registry) -> None:
    header = "customer_id,consent,people_max,budget_cny,place,cargo,best,older_passengers,notes"
    rows = customers(tmp_path, registry, f"{header}\nC1,yes,6,20万,合肥,pram;luggage,space;range,是,call\n")
    assert rows.problems == ()
    answers = {
        "people_max": 6,
        "budget_cny": 200_000,
        "place": "340100",
        "cargo": ["pram", "luggage"],
        "best": ["space", "range"],
        "older_passengers": True,
    }
    vocabulary = Vocabulary(brands={"BYD": "比亚迪"}, places=PLACES)
    document = {"answers": answers, "lang": "en"}
    assert rows.kept[0].request == parse_request(document, registry, vocabulary, TODAY)
    assert rows.ignored == ("notes",)


def test_questions_in_words_are_headers_too(tmp_path: Path, registry: Registry) -> None:
    header = f"客户编号,是否同意,{registry.questions['child_seats'].text.zh}"
    rows = customers(tmp_path, registry, f"{header}\nC1,是,2\n".encode("gb18030"))
    assert [(c.customer_id, c.consent, dict(c.request.answers)) for c in rows.kept] == [
        ("C1", True, {"child_seats": 2})
    ]


def test_every_fault_of_customers(tmp_path: Path, registry: Registry) -> None:
    text = (
        "customer_id,consent,people_max,best,worst,place\n"
        "C1,yes,5,space,,\n"
        "C1,yes,5,,,\n"
        "C2,perhaps,12,space,space,Atlantis\n"
        ",no,,,,\n"
        "C3,,,a;b,,\n"
    )
    rows = customers(tmp_path, registry, text)
    assert [c.customer_id for c in rows.kept] == ["C1"]
    found = named(rows)
    assert found["people.csv:3:customer_id"] == "customer_twice"
    assert found["people.csv:4:consent"] == "cell_yes_no"
    assert found["people.csv:4:people_max"] == "above_maximum"
    assert found["people.csv:4:place"] == "unknown_place"
    assert {"people.csv:4:best", "people.csv:4:worst"} & found.keys()
    assert found["people.csv:5:customer_id"] == "cell_required"
    assert found["people.csv:6:consent"] == "cell_required"
    assert found["people.csv:6:best"] == "unknown_option"


@given(content=st.binary(max_size=300))
def test_any_bytes_end_in_rows_or_named_problems(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("bytes") / "any.csv"
    path.write_bytes(b"unit_id,trim_id,price\n" + content)
    rows = read_inventory(path, TODAY)
    problems: list[Problem] = []
    table = read_table(path, headers({"unit_id": (), "trim_id": (), "price": ()}), problems)
    if table is None:
        assert rows.problems
    else:
        assert len(table.rows) + len(table.broken) == len(rows.kept) + rows.refused
