"""Numbers as people write them: 20万, 200,000, ２０００００, 20 万元, 2.5万, −10, 4.8 米."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal

_CHARACTERS = 40
"""No quantity is longer; keeps the pattern from being tried on an essay."""

_MYRIADS: Mapping[str, int] = {"": 1, "k": 1_000, "千": 1_000, "w": 10_000, "万": 10_000}

_UNIT_WORDS: Mapping[str, Mapping[str, str]] = {
    "CNY": {"元": "1", "人民币": "1", "块": "1", "cny": "1", "rmb": "1", "yuan": "1"},
    "km": {"km": "1", "公里": "1", "千米": "1"},
    "mm": {"mm": "1", "毫米": "1", "cm": "10", "厘米": "10", "m": "1000", "米": "1000"},
    "°C": {"°c": "1", "c": "1", "°": "1", "度": "1", "摄氏度": "1"},
    "%": {"%": "1"},
    "years": {"年": "1", "years": "1", "year": "1"},
    "": {"个": "1", "人": "1", "位": "1", "次": "1"},
}
"""Unit of a question -> words that may follow its numbers (after NFKC and lower case) -> factor."""

_NUMBER = re.compile(r"([+-]?)((?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?)[ ]*([kw千万]?)[ ]*(.*)")


def number_of_text(text: str, unit: str) -> int | float | None:
    """The number that a text means in this unit, or None. Exact: 2.5万 is the integer 25000.

    A unit word that does not fit (20 mm where money is asked) is no number here.
    """
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    if len(plain) > _CHARACTERS:
        return None
    plain = plain.replace("\N{MINUS SIGN}", "-").replace("\N{EN DASH}", "-").removeprefix("零下")
    below_zero = "零下" in text
    if unit == "CNY":
        plain = plain.removeprefix("¥").lstrip()
    match = _NUMBER.fullmatch(plain)
    if match is None or (below_zero and match[1]):
        return None
    sign = -1 if below_zero or match[1] == "-" else 1
    for myriad, word in _splits(match[3], match[4]):
        factor = _factor(word, unit)
        if factor is not None:
            return _plain(sign * Decimal(match[2].replace(",", "")) * _MYRIADS[myriad] * factor)
    return None


def _splits(myriad: str, word: str) -> tuple[tuple[str, str], ...]:
    """ "5km" is 5 + km, not 5 thousand + m; "5千米" likewise."""
    return (("", myriad + word), (myriad, word))


def _factor(word: str, unit: str) -> Decimal | None:
    if not word:
        return Decimal(1)
    factor = _UNIT_WORDS.get(unit, {}).get(word)
    return None if factor is None else Decimal(factor)


def _plain(number: Decimal) -> int | float:
    return int(number) if number == number.to_integral_value() else float(number)
