"""Cross-checks of pages and questions: kinds, options, conditions, limits, effects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from recommender.registry.effects import item_effect
from recommender.registry.model import Attribute, Condition, Effect, LimitRule, Question, Registry
from recommender.registry.path import MISSING, NOT_KNOWN, option_ids
from recommender.registry.problem_list import ProblemList

Places = Mapping[tuple[str, str], str]
"""(table, id or number) -> ``file:id``."""

_RESERVED = (MISSING, NOT_KNOWN)
_OPS_OF_KIND: Mapping[str, tuple[str, ...]] = {
    "number": ("at_least", "at_most"),
    "ordered": ("at_least", "at_most", "one_of", "none_of", "is"),
    "level": ("one_of", "none_of", "is"),
    "boolean": ("is",),
}
_LIST_OPS = ("one_of", "none_of")


def ops_of(attribute: Attribute) -> tuple[str, ...]:
    """The limit rules that an attribute of this kind can have."""
    return _OPS_OF_KIND[attribute.kind]


def column_fault(name: str, registry: Registry) -> str | None:
    """Code of what is wrong with "attribute" or "attribute=level" as a part-worth; None when it is right."""
    attribute_id, _, level = name.partition("=")
    attribute = registry.attributes.get(attribute_id)
    if attribute is None:
        return "registry_unknown_reference"
    if attribute.kind == "number":
        return "registry_part_worth" if level or attribute.encoding is None else None
    if attribute.kind == "boolean":
        return None if level in ("", "true", "false") else "registry_unknown_reference"
    if not level:
        return "registry_part_worth"
    known = attribute.catalogue_levels or level in attribute.level_ids
    return None if known else "registry_unknown_reference"


def check_questions(registry: Registry, places: Places, faults: ProblemList) -> None:
    for page in registry.pages:
        place = places["page", page.id]
        if not registry.questions_of(page.id):
            faults.add(f"{place}:id", "registry_empty_page", page.id)
    if registry.pages and not any(page.fast for page in registry.pages):
        faults.add("questions.toml", "registry_no_fast_page")
    earlier: set[str] = set()
    for question in registry.questions.values():
        _QuestionCheck(question, registry, places["question", question.id], faults).run(earlier)
        earlier.add(question.id)


@dataclass(frozen=True)
class _QuestionCheck:
    question: Question
    registry: Registry
    place: str
    faults: ProblemList

    def run(self, earlier: set[str]) -> None:
        self._page()
        self._kind()
        self._options()
        self._conditions(self.question.show_if, "show_if", earlier)
        for number, rule in enumerate(self.question.limits, 1):
            self._limit(rule, f"limit.{number}")
        for option in self.question.options:
            if option.limit is not None:
                self._limit(option.limit, f"option.{option.id}.limit")
        for key, effect in self._effects():
            self._effect(effect, key)

    def _fault(self, key: str, code: str, value: object = "", /, **params: object) -> None:
        self.faults.add(f"{self.place}:{key}", code, value, **params)

    def _page(self) -> None:
        page = self.registry.pages_by_id.get(self.question.page)
        if page is None:
            self._fault("page", "registry_unknown_reference", self.question.page)
        elif self.question.fast and not page.fast:
            self._fault("fast", "registry_not_fast", page.id)

    def _kind(self) -> None:
        question, kind = self.question, self.question.kind
        chosen = kind in ("choice", "choices")
        only_for = {
            "minimum": kind in ("integer", "number"),
            "maximum": kind in ("integer", "number"),
            "bands": kind in ("integer", "number"),
            "max_items": kind in ("choices", "brands"),
            "disjoint_with": kind in ("choices", "brands"),
            "per_item": kind in ("choices", "brands", "choice"),
            "levels_of": chosen or kind == "brands",
            "options": chosen or kind == "boolean",
        }
        for key, fits in only_for.items():
            if not fits and getattr(question, key) not in (None, ()):
                self._fault(key, "registry_not_for_kind", kind, kind=kind)
        if chosen and not option_ids(question, self.registry):
            self._fault("option", "registry_few_levels", 0)
        low, high = question.minimum, question.maximum
        if low is not None and high is not None and low >= high:
            self._fault("minimum", "registry_bounds", low, low=low, high=high)
        for number, band in enumerate(question.bands, 1):
            if band.at_least is not None and band.at_most is not None and band.at_least > band.at_most:
                self._fault(f"band.{number}", "registry_bounds", band.at_least)
        self._disjoint()

    def _disjoint(self) -> None:
        other_id = self.question.disjoint_with
        if other_id is None:
            return
        other = self.registry.questions.get(other_id)
        if other is None or other.kind != self.question.kind or other_id == self.question.id:
            self._fault("disjoint_with", "registry_unknown_reference", other_id)

    def _options(self) -> None:
        question = self.question
        ids = [option.id for option in question.options]
        for option in question.options:
            if ids.count(option.id) > 1:
                self._fault(f"option.{option.id}", "registry_duplicate", option.id)
            if option.id in _RESERVED:
                self._fault(f"option.{option.id}", "registry_reserved", option.id)
            if question.kind == "boolean" and option.id not in ("true", "false"):
                self._fault(f"option.{option.id}", "registry_unknown_reference", option.id)
            if option.exclusive and question.kind != "choices":
                kind = question.kind
                self._fault(f"option.{option.id}.exclusive", "registry_not_for_kind", kind, kind=kind)
        if question.levels_of is not None:
            known = self.registry.attributes.get(question.levels_of)
            of_catalogue = known is not None and known.catalogue_levels
            if known is None or question.options or of_catalogue != (question.kind == "brands"):
                self._fault("levels_of", "registry_unknown_reference", question.levels_of)

    def _conditions(self, conditions: tuple[Condition, ...], key: str, askable: set[str] | None) -> None:
        """``askable``: the questions that stand before this one; None = all."""
        for condition in conditions:
            path = f"{key}.{condition.question}"
            other = self.registry.questions.get(condition.question)
            if other is None:
                self._fault(path, "registry_unknown_reference", condition.question)
                continue
            if askable is not None and other.id not in askable:
                self._fault(path, "registry_forward_reference", other.id)
            known = self._condition_values(other)
            for value in condition.values:
                if not any(value is item or (isinstance(value, str) and value == item) for item in known):
                    self._fault(path, "registry_unknown_reference", value)

    def _condition_values(self, other: Question) -> tuple[str | bool, ...]:
        if other.kind == "boolean":
            return (True, False, MISSING)
        return (*option_ids(other, self.registry), MISSING)

    def _limit(self, rule: LimitRule, key: str) -> None:
        self._conditions(rule.when, f"{key}.when", None)
        attribute = self.registry.attributes.get(rule.attribute)
        if attribute is None:
            self._fault(f"{key}.attribute", "registry_unknown_reference", rule.attribute)
            return
        if not attribute.limit:
            self._fault(f"{key}.attribute", "registry_not_limitable", rule.attribute)
        if rule.op not in ops_of(attribute):
            self._fault(f"{key}.op", "registry_op", rule.op, kind=attribute.kind)
        elif rule.value is None:
            self._answer_as_limit(rule, attribute, key)
        else:
            self._fixed_value(rule, attribute, key)
        if rule.percent != 100 and (attribute.kind != "number" or rule.percent <= 0):
            self._fault(f"{key}.percent", "registry_op", rule.percent, kind=attribute.kind)

    def _answer_as_limit(self, rule: LimitRule, attribute: Attribute, key: str) -> None:
        """Without a value the answer is the limit: it must be of the attribute's kind."""
        kind = self.question.kind
        if attribute.kind == "number":
            fits = kind in ("integer", "number")
        elif attribute.kind == "boolean":
            fits = kind == "boolean"
        elif attribute.catalogue_levels:
            fits = kind == "brands" and rule.op in _LIST_OPS
        else:
            many = kind == "choices"
            known = set(option_ids(self.question, self.registry)) <= set(attribute.level_ids)
            fits = kind in ("choice", "choices") and known and (many == (rule.op in _LIST_OPS))
        if not fits:
            self._fault(f"{key}.value", "registry_missing", rule.attribute, key="value")

    def _fixed_value(self, rule: LimitRule, attribute: Attribute, key: str) -> None:
        value = rule.value
        if attribute.kind == "boolean":
            fits = isinstance(value, bool)
        elif rule.op in _LIST_OPS:
            fits = isinstance(value, tuple) and bool(value) and self._levels(value, attribute)
        else:
            fits = isinstance(value, str) and self._levels((value,), attribute)
        if not fits:
            self._fault(f"{key}.value", "registry_unknown_reference", value)

    def _levels(self, values: tuple[str, ...], attribute: Attribute) -> bool:
        return attribute.catalogue_levels or set(values) <= set(attribute.level_ids)

    def _effects(self) -> Iterator[tuple[str, Effect]]:
        for number, band in enumerate(self.question.bands, 1):
            yield f"band.{number}", band.effect
        for item in option_ids(self.question, self.registry):
            yield f"option.{item}", item_effect(self.question, item)
        if self.question.kind == "brands":
            yield "per_item", item_effect(self.question, "any")

    def _effect(self, effect: Effect, key: str) -> None:
        segments = {segment.id for segment in self.registry.segments}
        for segment, ratio in effect.segments.items():
            if segment not in segments:
                self._fault(f"{key}.segments.{segment}", "registry_unknown_reference", segment)
            if ratio <= 0:
                self._fault(f"{key}.segments.{segment}", "registry_scale", ratio)
        for name in effect.part_worths:
            fault = column_fault(name, self.registry)
            if fault:
                self._fault(f"{key}.part_worths.{name}", fault, name)
        for name, factor in effect.multiply.items():
            if name not in self.registry.importances and name not in self.registry.attributes:
                self._fault(f"{key}.multiply.{name}", "registry_unknown_reference", name)
            if factor < 0:
                self._fault(f"{key}.multiply.{name}", "registry_scale", factor)
