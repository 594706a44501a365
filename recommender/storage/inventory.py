"""A dealer's stock: one row a car. Column names of public listing feeds count as synonyms."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, cast

from recommender.domain.dealer import Condition, Rows, Status, Unit
from recommender.domain.errors import Problem
from recommender.storage.csv_table import split_list
from recommender.storage.dealer_cells import (
    CellRefused,
    check_id,
    distance_km,
    past_date,
    percent,
    price_cny,
    word_of,
    year,
    yes_no,
)
from recommender.storage.tables import Table, TableRow, headers, read_table

T = TypeVar("T")

_SYNONYMS = {
    "unit_id": ("id", "vehicle_id", "stock_number", "stock_no", "库存编号", "车辆编号", "编号", "库存号"),
    "vin": ("车架号", "VIN码", "车辆识别代号", "车辆识别码"),
    "store_code": ("dealer_id", "dealership_id", "门店", "门店编号", "门店代码"),
    "condition": ("state_of_vehicle", "车况", "车况类型", "新旧"),
    "make": ("brand", "品牌", "厂牌"),
    "model": ("车系", "车型", "型号"),
    "year": ("model_year", "年款", "年份"),
    "trim": ("trim_name", "版本", "配置", "款型"),
    "trim_id": ("车款编号", "配置编号"),
    "options": ("选装", "选配", "选装包"),
    "price": ("price_cny", "售价", "价格", "报价"),
    "mileage": ("mileage_km", "mileage.value", "odometer", "里程", "行驶里程", "表显里程"),
    "mileage_unit": ("mileage.unit", "里程单位"),
    "date_in_stock": ("date_first_on_lot", "入库日期", "入库时间"),
    "status": ("availability", "状态", "库存状态"),
    "battery_soh_pct": ("battery_soh", "soh", "电池健康度"),
    "battery_soh_date": ("电池检测日期",),
    "battery_soh_source": ("电池检测来源", "电池检测机构"),
    "battery_owned": ("电池归属", "含电池", "电池产权"),
    "first_registration": ("first_registration_date", "首次上牌", "上牌日期", "首次登记"),
    "use_history": ("使用性质", "车辆用途", "使用历史"),
}
_CONDITIONS = {
    **dict.fromkeys(("new", "n", "新", "新车"), "new"),
    **dict.fromkeys(("used", "u", "cpo", "二手", "二手车", "旧车"), "used"),
    **dict.fromkeys(("rental", "租赁", "租赁车", "租车"), "rental"),
}
_STATUSES = {
    **dict.fromkeys(("available", "in stock", "in_stock", "在库", "在售", "可售", "现车"), "available"),
    **dict.fromkeys(("reserved", "pending", "预订", "预定", "已订", "已定", "锁定"), "reserved"),
    **dict.fromkeys(("sold", "out of stock", "已售", "售出", "已卖"), "sold"),
}


def read_inventory(path: Path, today: dt.date) -> Rows[Unit]:
    """Read every row; the clean ones and all that is wrong with the others.

    Codes beside those of :func:`recommender.storage.tables.read_table`: table_column_missing, cell_required,
    cell_id, cell_price, cell_number, cell_bounds, cell_date, cell_date_future, cell_word, cell_yes_no,
    unit_twice, vin_twice, unit_without_car.
    """
    problems: list[Problem] = []
    table = read_table(path, headers(_SYNONYMS), problems)
    if table is None:
        return Rows((), tuple(problems), whole=False)
    missing = _missing(table)
    if missing:
        faults = [Problem(table.path(1, c), "table_column_missing", c, {"column": c}) for c in missing]
        return Rows((), (*problems, *faults), whole=False)
    reading = _Reading(table, today, problems, {}, {})
    read = [reading.unit(row) for row in table.rows]
    kept = tuple(unit for unit in read if unit is not None)
    refused = len(table.broken) + len(read) - len(kept)
    header_sound = not any(problem.code == "table_column_twice" for problem in problems)
    return Rows(kept, tuple(problems), refused, header_sound, table.ignored)


def _missing(table: Table) -> list[str]:
    """Columns without which no row says which car at what price."""
    missing = [] if table.columns & {"unit_id", "vin"} else ["unit_id"]
    if "trim_id" not in table.columns and not {"make", "model"} <= table.columns:
        missing.append("trim_id")
    return missing if "price" in table.columns else [*missing, "price"]


@dataclass(frozen=True)
class _Reading:
    table: Table
    today: dt.date
    problems: list[Problem]
    first_id: dict[str, int]
    first_vin: dict[str, int]

    def unit(self, row: TableRow) -> Unit | None:
        before = len(self.problems)
        unit_id = self._id(row)
        self._car_named(row)
        unit = Unit(
            unit_id=unit_id,
            price_cny=self._cell(row, "price", price_cny, 0),
            vin=row.get("vin"),
            store_code=row.get("store_code"),
            condition=cast(
                Condition, self._cell(row, "condition", lambda t: word_of(t, _CONDITIONS, "new"), "new")
            ),
            make=row.get("make"),
            model=row.get("model"),
            year=self._cell(row, "year", year, None),
            trim=row.get("trim"),
            trim_id=row.get("trim_id"),
            options=split_list(row.get("options"), ";；"),
            mileage_km=self._cell(row, "mileage", lambda t: distance_km(t, row.get("mileage_unit")), None),
            date_in_stock=self._date(row, "date_in_stock"),
            status=cast(
                Status, self._cell(row, "status", lambda t: word_of(t, _STATUSES, "available"), "available")
            ),
            battery_soh_pct=self._cell(row, "battery_soh_pct", percent, None),
            battery_soh_date=self._date(row, "battery_soh_date"),
            battery_soh_source=row.get("battery_soh_source"),
            battery_owned=self._cell(row, "battery_owned", lambda t: yes_no(t) if t else None, None),
            first_registration=self._date(row, "first_registration"),
            use_history=row.get("use_history"),
        )
        return unit if len(self.problems) == before else None

    def _id(self, row: TableRow) -> str:
        column = "unit_id" if row.get("unit_id") or "vin" not in self.table.columns else "vin"
        unit_id = self._cell(row, column, check_id, "")
        self._twice(row, column, unit_id, self.first_id, "unit_twice")
        if column != "vin":
            self._twice(row, "vin", row.get("vin").upper(), self.first_vin, "vin_twice")
        return unit_id

    def _twice(self, row: TableRow, column: str, key: str, first: dict[str, int], code: str) -> None:
        """The first row of a key stands, later ones are refused."""
        if key and first.setdefault(key, row.line) != row.line:
            path = self.table.path(row.line, column)
            self.problems.append(Problem(path, code, row.get(column), {"line": first[key]}))

    def _car_named(self, row: TableRow) -> None:
        if row.get("trim_id") or (row.get("make") and row.get("model")):
            return
        column = "trim_id" if "trim_id" in self.table.columns else "model"
        self.problems.append(Problem(self.table.path(row.line, column), "unit_without_car"))

    def _date(self, row: TableRow, column: str) -> dt.date | None:
        return self._cell(row, column, lambda text: past_date(text, self.today), None)

    def _cell(self, row: TableRow, column: str, parse: Callable[[str], T], default: T) -> T:
        text = row.get(column)
        try:
            return parse(text)
        except CellRefused as refusal:
            self.problems.append(refusal.problem(self.table.path(row.line, column), text))
            return default
