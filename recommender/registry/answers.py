"""The one request parser: every door (command line, API, web form, CSV) reads people's answers here.

``parse_request`` takes ANSWERS.json to the letter of the contract and names all that is wrong at once;
``parse_answer`` takes one answer of a form or a CSV cell; ``request_document`` is the inverse of the former.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Literal, cast

from recommender.domain.buyer import Answer, Request, TradeOff
from recommender.domain.limits import Limit
from recommender.registry.answer_values import AnswerReader, check_disjoint, parse_answer
from recommender.registry.limits_of import answer_limits
from recommender.registry.model import Registry
from recommender.registry.problem_list import ProblemList
from recommender.registry.raw import MAX_BYTES, REFUSED, plain_document, plain_value, pointer
from recommender.registry.request_limits import read_limits
from recommender.registry.vocabulary import Vocabulary

__all__ = ["MAX_BYTES", "Vocabulary", "parse_answer", "parse_request", "request_document"]

KEYS = (
    "answers", "limits", "weights", "trade_offs",
    "unknown", "top", "per_line", "per_brand", "lang", "date",
)  # fmt: skip
MAX_TOP = 50
MAX_LIMITS = 64
MAX_TRADE_OFFS, MAX_SHOWN = 64, 12
"""Of the answers and given directly, together: a row keeps the limits that it breaks as bits of one word."""
MAX_WEIGHT = 10
FIRST_DATE = dt.date(2020, 1, 1)
LAST_DATE = dt.date(2050, 12, 31)
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def parse_request(
    raw: bytes | str | Mapping[str, object],
    registry: Registry,
    vocabulary: Vocabulary,
    today: dt.date,
    *,
    overrides: Mapping[str, object] | None = None,
) -> Request:
    """Read ANSWERS.json (bytes, text, or an object already parsed).

    ``overrides`` (command-line flags) win over the keys of the document; None = not given. ``today`` is the
    date where none is given. Raises Rejected with all problems and nothing else, on any input.
    """
    problems = ProblemList()
    document = plain_document(raw, problems)
    for key, value in (overrides or {}).items():
        if value is not None:
            given = value.isoformat() if isinstance(value, dt.date) else value
            document[key] = plain_value(given, pointer("", key), problems)
    reader = _RequestReader(document, registry, vocabulary, problems)
    request = reader.request(today)
    problems.raise_if_any()
    return request


class _RequestReader:
    def __init__(
        self,
        document: Mapping[str, object],
        registry: Registry,
        vocabulary: Vocabulary,
        problems: ProblemList,
    ) -> None:
        self._document = document
        self._registry = registry
        self._vocabulary = vocabulary
        self._problems = problems

    def request(self, today: dt.date) -> Request:
        for key in self._document:
            if key not in KEYS:
                nearest = self._problems.nearest(key, KEYS)
                self._problems.add(pointer("", key), "unknown_key", key, nearest=nearest)
        answers = self._answers()
        return Request(
            answers=answers,
            limits=self._limits(answers),
            weights=self._weights(),
            trade_offs=self._trade_offs(),
            unknown=cast(Literal["exclude", "mark"], self._word("unknown", ("exclude", "mark"))),
            top=self._count("top", Request.top),
            per_line=self._count("per_line", Request.per_line),
            per_brand=self._count("per_brand", Request.per_brand),
            lang=cast(Literal["zh", "en"], self._word("lang", ("zh", "en"))),
            date=self._date(today),
        )

    def _object(self, key: str) -> Mapping[str, object]:
        value = self._document.get(key, {})
        if isinstance(value, Mapping):
            return value
        if value is not REFUSED:
            self._problems.add(f"/{key}", "not_an_object", value)
        return {}

    def _answers(self) -> dict[str, Answer]:
        given = self._object("answers")
        questions = self._registry.questions
        for key in given:
            if key not in questions:
                nearest = self._problems.nearest(key, questions)
                self._problems.add(pointer("/answers", key), "unknown_question", key, nearest=nearest)
        reader = AnswerReader(self._registry, self._vocabulary, self._problems, from_text=False)
        answers: dict[str, Answer] = {}
        # In the registry's order, so that the order of the keys changes nothing.
        for question in questions.values():
            if question.id in given:
                path = pointer("/answers", question.id)
                answer = reader.answer(question, given[question.id], path)
                if answer is not None:
                    answers[question.id] = answer
        check_disjoint(questions.values(), answers, self._problems)
        return answers

    def _limits(self, answers: Mapping[str, Answer]) -> tuple[Limit, ...]:
        given = self._document.get("limits", [])
        limits = read_limits(given, self._registry, self._vocabulary, self._problems)
        own = len(answer_limits(answers, self._registry))
        if own + len(limits) > MAX_LIMITS:
            params = {"own": own, "maximum": MAX_LIMITS}
            self._problems.add("/limits", "too_many_limits", len(limits), **params)
        return limits

    def _weights(self) -> dict[str, float]:
        weights: dict[str, float] = {}
        known = (*self._registry.importances, *self._registry.attributes)
        for name, value in self._object("weights").items():
            path = pointer("/weights", name)
            if name not in known:
                nearest = self._problems.nearest(name, known)
                self._problems.add(path, "unknown_weight", name, nearest=nearest)
            elif isinstance(value, bool) or not isinstance(value, (int, float)):
                if value is not REFUSED:
                    self._problems.add(path, "not_a_json_number", value)
            elif not 0 <= value <= MAX_WEIGHT:
                self._problems.add(path, "out_of_range", value, minimum=0, maximum=MAX_WEIGHT)
            else:
                weights[name] = float(value)
        return {name: weights[name] for name in known if name in weights}

    def _trade_offs(self) -> tuple[TradeOff, ...]:
        raw = self._document.get("trade_offs", [])
        if not isinstance(raw, list):
            if raw is not REFUSED:
                self._problems.add("/trade_offs", "not_a_list", raw)
            return ()
        if len(raw) > MAX_TRADE_OFFS:
            self._problems.add("/trade_offs", "too_many_items", len(raw), max_items=MAX_TRADE_OFFS)
        found = (self._trade_off(item, pointer("/trade_offs", n)) for n, item in enumerate(raw))
        return tuple(trade_off for trade_off in found if trade_off is not None)

    def _trade_off(self, item: object, path: str) -> TradeOff | None:
        if not isinstance(item, Mapping):
            if item is not REFUSED:
                self._problems.add(path, "not_an_object", item)
            return None
        for key in item:
            if key not in ("shown", "chosen"):
                nearest = ("shown", "chosen")
                self._problems.add(pointer(path, key), "unknown_key", key, nearest=nearest)
        for key in ("shown", "chosen"):
            if key not in item:
                self._problems.add(path, "missing_key", key, key=key)
        shown = self._shown(item.get("shown", REFUSED), f"{path}/shown")
        chosen = item.get("chosen")
        if chosen is REFUSED:
            return None
        if chosen is not None and not isinstance(chosen, str):
            self._problems.add(f"{path}/chosen", "not_a_text", chosen)
            return None
        if chosen is not None and shown and chosen not in shown:
            self._problems.add(f"{path}/chosen", "not_shown", chosen)
        return TradeOff(shown, chosen)

    def _shown(self, raw: object, path: str) -> tuple[str, ...]:
        if not isinstance(raw, list):
            if raw is not REFUSED:
                self._problems.add(path, "not_a_list", raw)
            return ()
        if not raw:
            self._problems.add(path, "empty_list")
        if len(raw) > MAX_SHOWN:
            self._problems.add(path, "too_many_items", len(raw), max_items=MAX_SHOWN)
        shown: dict[str, None] = {}
        for number, config_id in enumerate(raw):
            where = pointer(path, number)
            if config_id is REFUSED:
                continue
            if not isinstance(config_id, str):
                self._problems.add(where, "not_a_text", config_id)
            elif config_id in shown:
                self._problems.add(where, "duplicate_item", config_id)
            elif config_id not in self._vocabulary.config_ids:
                self._problems.add(where, "unknown_configuration", config_id)
            shown.update({config_id: None} if isinstance(config_id, str) else {})
        return tuple(shown)

    def _word(self, key: str, allowed: tuple[str, ...]) -> str:
        """One of a few words; the default is the noun's own."""
        default = cast(str, getattr(Request, key))
        value = self._document.get(key, default)
        if value in allowed:
            return str(value)
        if value is not REFUSED:
            self._problems.add(f"/{key}", "not_one_of", value, options=allowed)
        return default

    def _count(self, key: str, default: int) -> int:
        value = self._document.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int):
            if value is not REFUSED:
                self._problems.add(f"/{key}", "not_a_whole_number", value)
            return default
        if not 1 <= value <= MAX_TOP:
            self._problems.add(f"/{key}", "out_of_range", value, minimum=1, maximum=MAX_TOP)
        return value

    def _date(self, today: dt.date) -> dt.date:
        value = self._document.get("date")
        if "date" not in self._document or value is REFUSED:
            return today
        try:
            if not isinstance(value, str) or not _ISO_DATE.fullmatch(value):
                raise ValueError("not YYYY-MM-DD")
            date = dt.date.fromisoformat(value)
        except ValueError:
            self._problems.add("/date", "not_a_date", value)
            return today
        if not FIRST_DATE <= date <= LAST_DATE:
            self._problems.add("/date", "out_of_range", value, minimum=FIRST_DATE, maximum=LAST_DATE)
        return date


def request_document(request: Request) -> dict[str, object]:
    """Canonical ANSWERS.json of a request: ``parse_request(request_document(r), …) == r``."""
    return {
        "answers": {
            key: list(answer) if isinstance(answer, tuple) else answer
            for key, answer in request.answers.items()
        },
        "limits": [_limit_document(limit) for limit in request.limits],
        "weights": dict(request.weights),
        "trade_offs": [{"shown": list(t.shown), "chosen": t.chosen} for t in request.trade_offs],
        "unknown": request.unknown,
        "top": request.top,
        "per_line": request.per_line,
        "per_brand": request.per_brand,
        "lang": request.lang,
        "date": request.date.isoformat(),
    }


def _limit_document(limit: Limit) -> dict[str, object]:
    value = list(limit.value) if isinstance(limit.value, tuple) else limit.value
    return {"attribute": limit.attribute, limit.op: value, "fixed": limit.fixed}
