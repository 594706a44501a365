"""``recommender match`` and ``recommend --inventory`` from files to files."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from recommender.storage.match_files import ASSIGNMENT, FILES, PROBLEMS
from tests.cli.conftest import Program
from tests.cli.test_commands import errors
from tests.needs import ROOT

with (ROOT / "data" / "catalogue" / "trims.csv").open(encoding="utf-8", newline="") as _file:
    TRIMS = [row["trim_id"] for row in csv.DictReader(_file) if row["price_cny"] and row["seats"] == "5"][:6]

INVENTORY = "unit_id,trim_id,price,condition,mileage,date_in_stock\n" + "".join(
    f"U{n},{trim},{150_000 + 10_000 * n},new,,2026-0{n + 1}-01\n" for n, trim in enumerate(TRIMS)
)
CUSTOMERS = "customer_id,consent,people_max\n=C1,yes,5\nC2,yes,2\nC3,no,5\nC4,yes,9\n"


class Desk:
    """Two input files and a folder for the result."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.inventory = program.folder / "stock.csv"
        self.customers = program.folder / "people.csv"
        self.out = program.folder / "out"
        self.inventory.write_text(INVENTORY, encoding="utf-8")
        self.customers.write_text(CUSTOMERS, encoding="utf-8")

    def arguments(self, *more: str) -> tuple[str, ...]:
        files = (
            "--inventory",
            str(self.inventory),
            "--customers",
            str(self.customers),
            "--out",
            str(self.out),
        )
        return ("match", *files, "--date", "2026-11-22", *more)

    def table(self, name: str) -> list[dict[str, str]]:
        with (self.out / name).open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))


@pytest.fixture
def desk(program: Program) -> Desk:
    return Desk(program)


def test_six_files_that_agree_with_each_other(desk: Desk) -> None:
    ended = desk.program(*desk.arguments("--format", "json", "--top", "10"))
    assert (ended.status, ended.err) == (0, "")
    assert sorted(path.name for path in desk.out.iterdir()) == sorted(FILES)
    summary = json.loads((desk.out / "summary.json").read_text(encoding="utf-8"))
    assert summary == json.loads(ended.out)
    assert summary["counts"]["customers_without_consent"] == 1
    pairs = desk.table(ASSIGNMENT)
    assert summary["objective"] == pytest.approx(sum(float(p["value"]) for p in pairs), abs=1e-5)
    assert summary["gap"] == pytest.approx(0.0, abs=1e-9)
    fit = {(f["customer_id"], f["unit_id"]): f["fit"] for f in desk.table("customer_units.csv")}
    back = {(f["customer_id"], f["unit_id"]): f["fit"] for f in desk.table("unit_customers.csv")}
    assert fit == back, "with a long list every pair stands in both tables"
    assert all(fit[p["customer_id"], p["unit_id"]] == p["fit"] for p in pairs)
    assert [u["id"] for u in desk.table("unmatched.csv") if u["kind"] == "customer"] == ["C4"]
    assert desk.table(PROBLEMS) == []


def test_a_spreadsheet_runs_no_formula_and_sees_the_mark(desk: Desk) -> None:
    desk.program(*desk.arguments())
    assert (desk.out / ASSIGNMENT).read_bytes().startswith(b"\xef\xbb\xbfcustomer_id,")
    for name in ("customer_units.csv", "unit_customers.csv", ASSIGNMENT):
        assert {row["customer_id"] for row in desk.table(name)} == {"'=C1", "C2"}


def test_the_same_input_gives_the_same_files(desk: Desk) -> None:
    desk.program(*desk.arguments())
    before = {name: (desk.out / name).read_bytes() for name in FILES if name != "summary.json"}
    lines = INVENTORY.splitlines()
    desk.inventory.write_text("\n".join([lines[0], *reversed(lines[1:])]), encoding="gb18030")
    desk.program(*desk.arguments())
    assert {name: (desk.out / name).read_bytes() for name in before} == before


def test_a_bad_row_stops_everything_unless_it_is_skipped(desk: Desk) -> None:
    desk.inventory.write_text(
        INVENTORY + f"U9,{TRIMS[0]},cheap,,,\nU0,{TRIMS[0]},99800,,,\n", encoding="utf-8"
    )
    ended = desk.program(*desk.arguments("--format", "json"))
    assert (ended.status, ended.out) == (2, "")
    assert errors(ended.err) == {"stock.csv:8:price": "cell_price", "stock.csv:9:unit_id": "unit_twice"}
    assert [path.name for path in desk.out.iterdir()] == [PROBLEMS]
    problems = desk.table(PROBLEMS)
    assert [(p["file"], p["row"], p["column"], p["value"]) for p in problems] == [
        ("stock.csv", "8", "price", "cheap"),
        ("stock.csv", "9", "unit_id", "U0"),
    ]
    assert all(p["message"] and p["remedy"] for p in problems)
    skipped = desk.program(*desk.arguments("--skip-bad-rows", "--format", "json"))
    assert skipped.status == 0
    assert json.loads(skipped.out)["counts"]["units_refused"] == 2
    assert desk.table(PROBLEMS) == problems


def test_a_file_that_is_no_table_stops_even_when_skipping(desk: Desk) -> None:
    desk.customers.write_bytes(b"PK\x03\x04")
    ended = desk.program(*desk.arguments("--skip-bad-rows", "--format", "json"))
    assert (ended.status, errors(ended.err)) == (2, {"people.csv": "table_format_later"})
    assert [path.name for path in desk.out.iterdir()] == [PROBLEMS]


def test_many_problems_are_all_in_the_file_and_few_on_screen(desk: Desk) -> None:
    rows = "".join(f"B{n},{TRIMS[0]},free,,,\n" for n in range(300))
    desk.inventory.write_text(INVENTORY + rows, encoding="utf-8")
    ended = desk.program(*desk.arguments("--lang", "en"))
    assert ended.status == 2
    assert len(ended.err.splitlines()) == 21
    assert "280" in ended.err.splitlines()[-1]
    assert len(desk.table(PROBLEMS)) == 300


def test_an_input_is_never_overwritten(desk: Desk) -> None:
    inside = desk.program.folder / ASSIGNMENT
    inside.write_text(INVENTORY, encoding="utf-8")
    desk.inventory, desk.out = inside, desk.program.folder
    ended = desk.program(*desk.arguments("--format", "json"))
    assert (ended.status, errors(ended.err)) == (2, {str(inside): "would_overwrite"})
    assert inside.read_text(encoding="utf-8") == INVENTORY


def test_a_doubtful_trim_is_listed(desk: Desk) -> None:
    desk.inventory.write_text("unit_id,make,model,price\nU1,Nobody,Nothing,99800\n", encoding="utf-8")
    assert desk.program(*desk.arguments()).status == 0
    units = [u for u in desk.table("unmatched.csv") if u["kind"] == "unit"]
    assert [(u["id"], u["reason"], u["detail"]) for u in units] == [("U1", "unresolved_trim", "make: Nobody")]


def test_units_compete_in_a_recommendation(desk: Desk) -> None:
    desk.inventory.write_text(
        f"unit_id,trim_id,price,condition,mileage\nOLD,{TRIMS[0]},60000,used,30000\n"
        f"GONE,{TRIMS[1]},50000,used,30000\n".replace("GONE", "ODD").replace(TRIMS[1], "nowhere"),
        encoding="utf-8",
    )
    request = '{"limits": [{"attribute": "condition", "is": "used"}]}'
    ended = desk.program(
        "recommend", "-", "--inventory", str(desk.inventory), "--format", "json", stdin=request
    )
    assert ended.status == 0
    assert errors(ended.err) == {"stock.csv": "unit_trim_doubtful"}
    item = next(i for i in json.loads(ended.out)["recommendations"] if i["unit_id"])
    assert (item["unit_id"], item["trim_id"], item["price_cny"]) == ("OLD", TRIMS[0], 60_000)
    assert item["attributes"]["mileage_km"] == 30_000


def test_a_bad_stock_file_refuses_the_recommendation(desk: Desk) -> None:
    desk.inventory.write_text("unit_id,trim_id,price\nU1,,\n", encoding="utf-8")
    ended = desk.program("recommend", "-", "--inventory", str(desk.inventory), "--format", "json", stdin="{}")
    assert (ended.status, ended.out) == (2, "")
    assert errors(ended.err) == {
        "stock.csv:2:trim_id": "unit_without_car",
        "stock.csv:2:price": "cell_required",
    }


def test_the_folder_may_not_be_a_file(desk: Desk) -> None:
    desk.out.write_text("mine", encoding="utf-8")
    ended = desk.program(*desk.arguments("--format", "json"))
    assert (ended.status, errors(ended.err)) == (2, {str(desk.out): "out_not_a_folder"})
    assert Path(desk.out).read_text(encoding="utf-8") == "mine"
