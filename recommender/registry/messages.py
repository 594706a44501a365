"""The one place where core values become words: problems, money, quantities, levels."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from recommender.domain.errors import Problem
from recommender.domain.recommendation import Scalar
from recommender.registry.model import Attribute, Registry, Text

NOT_KNOWN = Text("未知", "not known")
_HAS = Text("有", "yes")
_HAS_NOT = Text("无", "no")
_AND = Text("、", ", ")
_MYRIAD = 10_000

_UNIT_WORDS: Mapping[str, Text] = {
    "years": Text("年", "years"),
    "min": Text("分钟", "min"),
    "s": Text("秒", "s"),
    "h": Text("小时", "h"),
    "inch": Text("英寸", "inches"),
    "°C": Text("℃", "°C"),
}
"""Units that are words; the symbols (km, kWh, mm …) are the same in both languages."""

_NO_SPACE_BEFORE = ("%", "°", "℃")


def problem_document(problem: Problem, registry: Registry, lang: str) -> dict[str, str]:
    """``path, code, value, message, remedy`` of one problem in zh or en.

    Raises KeyError for a code without sentences: every code has a ``problem.`` and a ``remedy.`` entry.
    """
    words = _parameters(problem, registry, lang)
    remedy = f"remedy.{problem.code}"
    if problem.params.get("nearest") == () and "{nearest}" in registry.messages[remedy].en:
        own = f"without_nearest.{problem.code}"
        remedy = own if own in registry.messages else "remedy.without_nearest"
    return {
        "path": problem.path,
        "code": problem.code,
        "value": problem.value,
        "message": registry.message(f"problem.{problem.code}", lang, **words),
        "remedy": registry.message(remedy, lang, **words),
    }


def _parameters(problem: Problem, registry: Registry, lang: str) -> dict[str, str]:
    """Every parameter as words: labels for attributes, texts for questions, quantities with their unit."""
    params = problem.params
    attribute = registry.attributes.get(str(params.get("attribute", "")))
    question = registry.questions.get(str(params.get("question", "")))
    words = {"value": problem.value}
    for name, value in params.items():
        if name == "attribute" and attribute is not None:
            words[name] = attribute.label.get(lang)
        elif name in ("question", "other") and value in registry.questions:
            words[name] = registry.questions[str(value)].text.get(lang)
        elif name == "option" and question is not None:
            option = question.option(str(value))
            words[name] = str(value) if option is None else option.label.get(lang)
        elif name in ("at_least", "at_most") and attribute is not None:
            words[name] = _scalar_words(attribute, value, lang)
        elif name in ("minimum", "maximum") and isinstance(value, (int, float)):
            words[name] = format_quantity(value, str(params.get("unit", "")), lang)
        else:
            words[name] = _plain_words(value, lang)
    return words


def _scalar_words(attribute: Attribute, value: object, lang: str) -> str:
    if isinstance(value, (bool, int, float, str)):
        return format_value(attribute, value, lang)
    return _plain_words(value, lang)


def _plain_words(value: object, lang: str) -> str:
    if isinstance(value, (tuple, list)):
        return _AND.get(lang).join(_plain_words(item, lang) for item in value)
    if isinstance(value, (dt.date, str)):
        return str(value)
    return format_number(value) if isinstance(value, (int, float)) else str(value)


def format_value(attribute: Attribute, value: Scalar, lang: str, *, exact: bool = True) -> str:
    """A value of an attribute for people: 18.98万元 / ¥189,800, 605 km, 纯电, 有 / yes, 未知 / not known.

    ``exact`` false is for reading, not for typing in again: money to 100 yuan in 万元, whole numbers.
    """
    if not exact and isinstance(value, int | float) and not isinstance(value, bool):
        value = _about(value, attribute)
    if value is None:
        return NOT_KNOWN.get(lang)
    if attribute.kind == "boolean" and value in (True, False, "true", "false"):
        return (_HAS if value in (True, "true") else _HAS_NOT).get(lang)
    if isinstance(value, str):
        label = attribute.level_label(value, lang)
        return label if label != value or not attribute.unit else value
    return format_quantity(value, attribute.unit, lang, grouped=attribute.id != "model_year")


def _about(value: int | float, attribute: Attribute) -> int | float:
    if attribute.unit == "CNY" and abs(value) >= _MYRIAD:
        return round(value / 100) * 100
    return round(value) if abs(value) >= 100 else round(value, 1)


def format_quantity(number: int | float, unit: str, lang: str, *, grouped: bool = True) -> str:
    """A number with its unit. Money is exact, never rounded: it must be found again on a price list."""
    if unit.startswith("CNY"):
        per = unit.removeprefix("CNY")
        return format_money(number, lang) + _PER.get(per, Text(per, per)).get(lang)
    text = format_number(number, grouped=grouped)
    word = _UNIT_WORDS[unit].get(lang) if unit in _UNIT_WORDS else unit
    if not word:
        return text
    return f"{text}{word}" if word in _NO_SPACE_BEFORE else f"{text} {word}"


_PER: Mapping[str, Text] = {"/month": Text("/月", " a month")}


def format_money(cny: int | float, lang: str) -> str:
    """18.98万元 (zh; 8,894元 below ten thousand) or ¥189,800 (en); fractions of a yuan to the fen."""
    sign = "-" if cny < 0 else ""
    amount = abs(cny)
    if lang == "en":
        return f"{sign}¥{format_number(amount, decimals=2)}"
    if amount < _MYRIAD:
        return f"{sign}{format_number(amount, decimals=2)}元"
    return f"{sign}{format_number(amount / _MYRIAD, decimals=6)}万元"


def format_number(number: int | float, *, grouped: bool = True, decimals: int = 4) -> str:
    """Thousands by commas, at most so many decimals, no trailing zeros, never an exponent."""
    text = f"{number:,.{decimals}f}" if grouped else f"{number:.{decimals}f}"
    text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
