"""From the text of a cell to a value: number, boolean, level, date, id. A fault is raised as CellFault."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection

from recommender.domain.table import BOOLEAN_LEVELS
from recommender.registry.model import Attribute
from recommender.storage.csv_table import CellFault

# ASCII only: float() would also take full-width digits, "1_000", "nan" and "infinity".
_NUMBER = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?", re.ASCII)
_ID = re.compile(r"[A-Za-z0-9._-]{1,100}", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_CODE = re.compile(r"[0-9]{6}", re.ASCII)

_LEVELS_SHOWN = 15


def parse_number(
    text: str, minimum: float | None = None, maximum: float | None = None, *, integer: bool = False
) -> float:
    """A plain decimal number within inclusive bounds."""
    if not _NUMBER.fullmatch(text):
        raise CellFault("catalogue_not_a_number")
    value = float(text)
    if integer and not value.is_integer():
        raise CellFault("catalogue_not_an_integer")
    too_low = minimum is not None and value < minimum
    if too_low or (maximum is not None and value > maximum):
        raise CellFault("catalogue_bounds", minimum=_bound(minimum), maximum=_bound(maximum))
    return value


def _bound(value: float | None) -> str:
    return "…" if value is None else f"{value:.15g}"


def parse_integer(text: str, minimum: float | None = None, maximum: float | None = None) -> int:
    return int(parse_number(text, minimum, maximum, integer=True))


def parse_boolean(text: str) -> bool:
    if text not in BOOLEAN_LEVELS:
        raise CellFault("catalogue_not_a_boolean")
    return text == "true"


def parse_level(text: str, levels: Collection[str]) -> str:
    if text not in levels:
        shown = list(levels)[:_LEVELS_SHOWN]
        more = ["…"] if len(levels) > _LEVELS_SHOWN else []
        raise CellFault("catalogue_level", levels=", ".join(shown + more))
    return text


def parse_date(text: str) -> dt.date:
    """ISO date, year-month-day only."""
    try:
        if _DATE.fullmatch(text):
            return dt.date.fromisoformat(text)
    except ValueError as fault:
        raise CellFault("catalogue_date") from fault
    raise CellFault("catalogue_date")


def parse_id(text: str) -> str:
    if not _ID.fullmatch(text):
        raise CellFault("catalogue_id_form")
    return text


def parse_place_code(text: str) -> str:
    if not _CODE.fullmatch(text):
        raise CellFault("catalogue_place_code")
    return text


def number_parser(attribute: Attribute) -> Callable[[str], float]:
    return lambda text: parse_number(text, attribute.minimum, attribute.maximum, integer=attribute.integer)


def level_parser(attribute: Attribute, levels: Collection[str] | None = None) -> Callable[[str], str]:
    """Parser of a level. ``levels``: those of a loaded catalogue, for an attribute that has them from there.

    Without them such an attribute takes any text; one with the unit "date" takes ISO dates only.
    """
    if not attribute.catalogue_levels:
        return lambda text: parse_level(text, attribute.level_ids)
    if levels is not None:
        return lambda text: parse_level(text, levels)
    if attribute.unit == "date":
        return lambda text: parse_date(text).isoformat()
    return lambda text: text


def check_value(attribute: Attribute, text: str, levels: Collection[str]) -> None:
    """Raise CellFault unless the text is a value of the attribute; ``levels``: see level_parser."""
    if attribute.kind == "number":
        number_parser(attribute)(text)
    elif attribute.kind == "boolean":
        parse_boolean(text)
    else:
        level_parser(attribute, levels)(text)
