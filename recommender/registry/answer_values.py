"""One answer to one question: from a JSON value, a form field or a CSV cell to its canonical value."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping

from recommender.domain.buyer import Answer
from recommender.registry.model import Question, Registry
from recommender.registry.numbers import number_of_text
from recommender.registry.path import NOT_KNOWN, option_ids
from recommender.registry.problem_list import ProblemList
from recommender.registry.raw import REFUSED, plain_value, pointer
from recommender.registry.vocabulary import Vocabulary

_BOOLEAN_WORDS: Mapping[str, bool] = {
    "true": True, "yes": True, "是": True, "false": False, "no": False, "否": False,
}  # fmt: skip
_LIST_SEPARATORS = re.compile("[;；]")
_PLACES_OFFERED = 5
_LIST_KINDS = ("choices", "brands")


def parse_answer(
    question: Question, raw: object, registry: Registry, vocabulary: Vocabulary
) -> Answer | None:
    """Canonical answer, or None for not answered (None, "", "unknown", an empty list).

    Takes JSON values and what forms and CSV cells hold: text for every kind, yes/no/是/否, lists as lists of
    text or joined by ``;``. Raises Rejected with all problems, paths ``/answers/<question>``.
    """
    problems = ProblemList()
    path = pointer("/answers", question.id)
    reader = AnswerReader(registry, vocabulary, problems, from_text=True)
    answer = reader.answer(question, plain_value(raw, path, problems), path)
    problems.raise_if_any()
    return answer


class AnswerReader:
    """Reads plain JSON values; with ``from_text`` also the words of forms and CSV files."""

    def __init__(
        self, registry: Registry, vocabulary: Vocabulary, problems: ProblemList, *, from_text: bool
    ) -> None:
        self._registry = registry
        self._vocabulary = vocabulary
        self._problems = problems
        self._from_text = from_text
        self._kinds: Mapping[str, Callable[[Question, object, str], Answer | None]] = {
            "integer": self._number,
            "number": self._number,
            "boolean": self._boolean,
            "choice": self._choice,
            "choices": self._choices,
            "place": self._place,
            "brands": self._brands,
        }

    def answer(self, question: Question, value: object, path: str) -> Answer | None:
        """None where the question is not answered or a problem was added."""
        if self._from_text:
            value = self._unfolded(question, value, path)
        if value is None or value is REFUSED or value == NOT_KNOWN:
            return None
        return self._kinds[question.kind](question, value, path)

    def _unfolded(self, question: Question, value: object, path: str) -> object:
        """A form field posted once is a list of one text; a CSV cell of a list is one text."""
        if isinstance(value, list):
            items = [item for item in value if item not in ("", None)]
            if items in ([], [NOT_KNOWN]):
                return None
            if question.kind in _LIST_KINDS:
                return items
            if len(items) > 1:
                self._problems.add(path, "one_answer_only", ", ".join(map(str, items)))
                return REFUSED
            return items[0]
        if value == "":
            return None
        if question.kind in _LIST_KINDS and isinstance(value, str) and value != NOT_KNOWN:
            return [part.strip() for part in _LIST_SEPARATORS.split(value) if part.strip()]
        return value

    def _number(self, question: Question, value: object, path: str) -> int | float | None:
        number = number_of_text(value, question.unit) if isinstance(value, str) else value
        if isinstance(number, bool) or not isinstance(number, (int, float)):
            self._problems.add(path, "not_a_number", value)
            return None
        if question.kind == "integer" and not isinstance(number, int):
            self._problems.add(path, "not_a_whole_number", value)
            return None
        if question.minimum is not None and number < question.minimum:
            self._problems.add(path, "below_minimum", value, **_bounds(question))
            return None
        if question.maximum is not None and number > question.maximum:
            self._problems.add(path, "above_maximum", value, **_bounds(question))
            return None
        return number

    def _boolean(self, question: Question, value: object, path: str) -> bool | None:
        if isinstance(value, str) and self._from_text:
            value = _BOOLEAN_WORDS.get(unicodedata.normalize("NFKC", value).casefold(), value)
        if isinstance(value, bool):
            return value
        self._problems.add(path, "not_a_boolean", value)
        return None

    def _choice(self, question: Question, value: object, path: str) -> str | None:
        return self._option(value, option_ids(question, self._registry), path)

    def _option(self, value: object, known: tuple[str, ...], path: str) -> str | None:
        if not isinstance(value, str):
            self._problems.add(path, "not_a_text", value)
            return None
        if value not in known:
            nearest = self._problems.nearest(value, known)
            self._problems.add(path, "unknown_option", value, options=known, nearest=nearest)
            return None
        return value

    def _choices(self, question: Question, value: object, path: str) -> tuple[str, ...] | None:
        known = option_ids(question, self._registry)
        chosen = self._items(question, value, path, lambda item, where: self._option(item, known, where))
        alone = [option.id for option in question.options if option.exclusive and option.id in chosen]
        if alone and len(chosen) > 1:
            self._problems.add(path, "exclusive_option", alone[0], question=question.id, option=alone[0])
        # In the registry's order, so that the order of ticking changes nothing.
        return tuple(item for item in known if item in chosen) or None

    def _brands(self, question: Question, value: object, path: str) -> tuple[str, ...] | None:
        return tuple(sorted(self._items(question, value, path, self._brand))) or None

    def _brand(self, name: object, path: str) -> str | None:
        if not isinstance(name, str):
            self._problems.add(path, "not_a_text", name)
            return None
        brand = self._vocabulary.brand(name)
        if brand is None:
            nearest = self._problems.nearest(name, self._vocabulary.brand_names)
            self._problems.add(path, "unknown_brand", name, nearest=nearest)
        return brand

    def _items(
        self, question: Question, value: object, path: str, read: Callable[[object, str], str | None]
    ) -> dict[str, None]:
        """Known items in the order given, each once (keys)."""
        if not isinstance(value, list):
            self._problems.add(path, "not_a_list", value)
            return {}
        if question.max_items is not None and len(value) > question.max_items:
            self._problems.add(path, "too_many_items", len(value), max_items=question.max_items)
        found: dict[str, None] = {}
        for number, raw in enumerate(value):
            if raw is REFUSED:
                continue
            item = read(raw, pointer(path, number))
            if item is not None and item in found:
                self._problems.add(pointer(path, number), "duplicate_item", raw)
            elif item is not None:
                found[item] = None
        return found

    def _place(self, question: Question, value: object, path: str) -> str | None:
        if not isinstance(value, str):
            self._problems.add(path, "not_a_text", value)
            return None
        names = self._vocabulary.place_names
        place = names.find(value)
        if place is None:
            nearest = names.sharing(value) or names.near(value, self._alike)
            self._problems.add(path, "unknown_place", value, nearest=nearest[:_PLACES_OFFERED])
            return None
        return place.code

    def _alike(self, word: str, known: Iterable[str], least: float) -> tuple[str, ...]:
        return self._problems.nearest(word, known, _PLACES_OFFERED, least)


def check_disjoint(
    questions: Iterable[Question], answers: Mapping[str, Answer], problems: ProblemList
) -> None:
    """Add a problem for every item chosen in two questions that exclude each other (best, worst)."""
    reported: set[frozenset[str]] = set()
    for question in questions:
        other_id = question.disjoint_with
        pair = frozenset((question.id, other_id or ""))
        if other_id is None or pair in reported:
            continue
        reported.add(pair)
        mine, others = answers.get(question.id), answers.get(other_id)
        if isinstance(mine, tuple) and isinstance(others, tuple):
            for item in mine:
                if item in others:
                    path = pointer("/answers", other_id)
                    names = {"question": question.id, "other": other_id, "option": item}
                    problems.add(path, "not_disjoint", item, **names)


def _bounds(question: Question) -> dict[str, object]:
    return {"minimum": question.minimum, "maximum": question.maximum, "unit": question.unit}
