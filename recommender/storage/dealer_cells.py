"""Cells of dealer files as values: prices, distances, dates, words for yes and no. CellRefused says what is
wrong.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping

from recommender.domain.errors import Problem, shown
from recommender.registry.numbers import number_of_text

_ID_CHARACTERS = 80
_YES = frozenset({"yes", "y", "true", "1", "是", "有", "同意"})
_NO = frozenset({"no", "n", "false", "0", "否", "无", "不同意"})
_CURRENCY_BEFORE = re.compile(r"(?:cny|rmb|人民币)\s*", re.IGNORECASE)
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?)?(?:[T ].*)?月?")
_MILES = re.compile(r"\s*(?:mi|miles?|英里)", re.IGNORECASE)
_KM_A_MILE = 1.609344
LEAST_PRICE_CNY, MOST_PRICE_CNY = 1_000, 50_000_000
MOST_KM = 2_000_000


class CellRefused(ValueError):
    """What is wrong with one cell: the code of a problem and the parameters of its sentence."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params

    def problem(self, path: str, text: str) -> Problem:
        return Problem(path, self.code, shown(text) if text else "", self.params)


def check_id(text: str) -> str:
    """An id that can be printed and found again. Raises CellRefused (cell_required, cell_id)."""
    if not text:
        raise CellRefused("cell_required")
    if len(text) > _ID_CHARACTERS or not text.isprintable():
        raise CellRefused("cell_id", most=_ID_CHARACTERS)
    return text


def yes_no(text: str) -> bool:
    """Raises CellRefused (cell_required, cell_yes_no)."""
    if not text:
        raise CellRefused("cell_required")
    word = unicodedata.normalize("NFKC", text).casefold()
    if word not in _YES | _NO:
        raise CellRefused("cell_yes_no")
    return word in _YES


def price_cny(text: str) -> int:
    """189800, "189800 CNY", "CNY 189,800.00", "18.98万": whole CNY. Raises CellRefused (cell_required,
    cell_price, cell_bounds)."""
    if not text:
        raise CellRefused("cell_required")
    plain = _CURRENCY_BEFORE.sub("", unicodedata.normalize("NFKC", text).strip(), count=1)
    number = number_of_text(plain, "CNY")
    if number is None and plain != text:
        number = number_of_text(text, "CNY")
    if not isinstance(number, int):
        raise CellRefused("cell_price")
    return _within(number, LEAST_PRICE_CNY, MOST_PRICE_CNY)


def distance_km(text: str, unit: str = "") -> int | None:
    """Whole kilometres; miles are converted. ``unit``: of a column of its own, "" = km. None for an empty
    cell.

    Raises CellRefused (cell_number, cell_bounds).
    """
    if not text:
        return None
    miles = _MILES.search(text)
    plain = text[: miles.start()] if miles else text
    number = number_of_text(plain, "km")
    if number is None:
        raise CellRefused("cell_number")
    in_miles = miles is not None or _MILES.fullmatch(unit) is not None
    return _within(round(number * _KM_A_MILE) if in_miles else round(number), 0, MOST_KM)


def percent(text: str) -> float | None:
    """A share in percent, above 0. Raises CellRefused (cell_number, cell_bounds)."""
    if not text:
        return None
    number = number_of_text(text, "%")
    if number is None:
        raise CellRefused("cell_number")
    if not 1 <= number <= 100:
        raise CellRefused("cell_bounds", low=1, high=100)
    return float(number)


def past_date(text: str, today: dt.date) -> dt.date | None:
    """A day not after ``today``: 2026-08-01, 2026/8/1, 2026年8月1日 or 2026-08 (its first day).

    A time after it is passed over. Raises CellRefused (cell_date, cell_date_future).
    """
    if not text:
        return None
    match = _DATE.fullmatch(unicodedata.normalize("NFKC", text))
    if match is None:
        raise CellRefused("cell_date")
    try:
        date = dt.date(int(match[1]), int(match[2]), int(match[3] or 1))
    except ValueError:
        raise CellRefused("cell_date") from None
    if date > today:
        raise CellRefused("cell_date_future", today=today)
    return date


def year(text: str) -> int | None:
    """A model year, 2026 or 2026款. Raises CellRefused (cell_number, cell_bounds)."""
    if not text:
        return None
    plain = unicodedata.normalize("NFKC", text).removesuffix("款").removesuffix("年")
    if not re.fullmatch(r"\d{4}", plain, re.ASCII):
        raise CellRefused("cell_number")
    return _within(int(plain), 1990, 2100)


def word_of(text: str, words: Mapping[str, str], default: str) -> str:
    """The level that a word stands for. Raises CellRefused (cell_word)."""
    if not text:
        return default
    level = words.get(unicodedata.normalize("NFKC", text).casefold())
    if level is None:
        raise CellRefused("cell_word", options=tuple(dict.fromkeys(words.values())))
    return level


def _within(number: int, low: int, high: int) -> int:
    if not low <= number <= high:
        raise CellRefused("cell_bounds", low=low, high=high)
    return number
