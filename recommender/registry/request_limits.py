"""The ``limits`` of a request: one object, one limit (or two: at_least and at_most)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from recommender.domain.limits import OPS, Limit, LimitValue, Op
from recommender.registry.check_questions import ops_of
from recommender.registry.model import Attribute, Registry
from recommender.registry.problem_list import ProblemList
from recommender.registry.raw import REFUSED, pointer
from recommender.registry.vocabulary import Vocabulary

_KEYS = ("attribute", "fixed", *OPS)
_BOUNDS = ("at_least", "at_most")


def read_limits(
    raw: object, registry: Registry, vocabulary: Vocabulary, problems: ProblemList
) -> tuple[Limit, ...]:
    """Limits of a plain JSON list in the order given; what is wrong is added to ``problems``."""
    if not isinstance(raw, list):
        if raw is not REFUSED:
            problems.add("/limits", "not_a_list", raw)
        return ()
    reader = _LimitReader(registry, vocabulary, problems)
    found: list[Limit] = []
    for number, item in enumerate(raw):
        path = pointer("/limits", number)
        for limit in reader.limits(item, path):
            found.append(limit)
            reader.contradiction(limit, path)
    return tuple(found)


class _LimitReader:
    def __init__(self, registry: Registry, vocabulary: Vocabulary, problems: ProblemList) -> None:
        self._registry = registry
        self._vocabulary = vocabulary
        self._problems = problems
        self._lowest: dict[str, tuple[float, LimitValue]] = {}
        self._highest: dict[str, tuple[float, LimitValue]] = {}

    def limits(self, item: object, path: str) -> Iterator[Limit]:
        if not isinstance(item, Mapping):
            if item is not REFUSED:
                self._problems.add(path, "not_an_object", item)
            return
        for key in item:
            if key not in _KEYS:
                nearest = self._problems.nearest(key, _KEYS)
                self._problems.add(pointer(path, key), "unknown_key", key, nearest=nearest)
        attribute = self._attribute(item, path)
        fixed = item.get("fixed", False)
        if not isinstance(fixed, bool):
            if fixed is not REFUSED:
                self._problems.add(f"{path}/fixed", "not_a_boolean", fixed)
            fixed = False
        for op in self._ops(item, path):
            if attribute is None:
                continue
            value = self._value(attribute, op, item[op], f"{path}/{op}")
            if value is not None:
                yield Limit(attribute.id, op, value, fixed=fixed)

    def _attribute(self, item: Mapping[str, object], path: str) -> Attribute | None:
        name = item.get("attribute", "")
        if "attribute" not in item:
            self._problems.add(path, "missing_key", "attribute", key="attribute")
        elif not isinstance(name, str):
            if name is not REFUSED:
                self._problems.add(f"{path}/attribute", "not_a_text", name)
        elif name not in self._registry.attributes:
            nearest = self._problems.nearest(name, self._registry.attributes)
            self._problems.add(f"{path}/attribute", "unknown_attribute", name, nearest=nearest)
        elif not self._registry.attributes[name].limit:
            self._problems.add(f"{path}/attribute", "not_limitable", name)
        else:
            return self._registry.attributes[name]
        return None

    def _ops(self, item: Mapping[str, object], path: str) -> tuple[Op, ...]:
        given = tuple(op for op in OPS if op in item)
        if not given:
            self._problems.add(path, "limit_without_rule", rules=OPS)
        elif len(given) > 1 and set(given) != set(_BOUNDS):
            self._problems.add(path, "limit_rules_mixed", ", ".join(given))
        return given

    def _value(self, attribute: Attribute, op: Op, raw: object, path: str) -> LimitValue | None:
        if raw is REFUSED:
            return None
        if op not in ops_of(attribute):
            params = {"attribute": attribute.id, "rules": ops_of(attribute)}
            self._problems.add(path, "rule_does_not_fit", op, **params)
            return None
        if attribute.kind == "number":
            return self._number(raw, path)
        if attribute.kind == "boolean":
            return self._boolean(raw, path)
        if op in ("one_of", "none_of"):
            return self._levels(attribute, raw, path)
        return self._level(attribute, raw, path)

    def _number(self, raw: object, path: str) -> int | float | None:
        if isinstance(raw, (int, float)) and not isinstance(raw, bool):
            return raw
        self._problems.add(path, "not_a_json_number", raw)
        return None

    def _boolean(self, raw: object, path: str) -> bool | None:
        if isinstance(raw, bool):
            return raw
        self._problems.add(path, "not_a_boolean", raw)
        return None

    def _levels(self, attribute: Attribute, raw: object, path: str) -> tuple[str, ...] | None:
        if not isinstance(raw, list):
            self._problems.add(path, "not_a_list", raw)
            return None
        if not raw:
            self._problems.add(path, "empty_list")
            return None
        found: dict[str, None] = {}
        for number, item in enumerate(raw):
            if item is REFUSED:
                continue
            level = self._level(attribute, item, pointer(path, number))
            if level is not None and level in found:
                self._problems.add(pointer(path, number), "duplicate_item", item)
            elif level is not None:
                found[level] = None
        return tuple(found) or None

    def _level(self, attribute: Attribute, raw: object, path: str) -> str | None:
        if not isinstance(raw, str):
            self._problems.add(path, "not_a_text", raw)
            return None
        known = attribute.level_ids
        if attribute.catalogue_levels:
            known = self._vocabulary.catalogue_levels.get(attribute.id, ())
        if raw in known:
            return raw
        by_name = self._vocabulary.brand(raw) if attribute.id == "brand" else None
        if by_name is None:
            nearest = self._problems.nearest(raw, known)
            self._problems.add(path, "unknown_level", raw, attribute=attribute.id, nearest=nearest)
        return by_name

    def contradiction(self, limit: Limit, path: str) -> None:
        """Add a problem where the highest at_least of an attribute is above its lowest at_most."""
        if limit.op not in _BOUNDS:
            return
        rank = self._rank(limit)
        low, high = self._lowest.get(limit.attribute), self._highest.get(limit.attribute)
        if limit.op == "at_least" and (low is None or rank > low[0]):
            low = self._lowest[limit.attribute] = (rank, limit.value)
        if limit.op == "at_most" and (high is None or rank < high[0]):
            high = self._highest[limit.attribute] = (rank, limit.value)
        if low is not None and high is not None and low[0] > high[0]:
            params = {"attribute": limit.attribute, "at_least": low[1], "at_most": high[1]}
            self._problems.add(path, "limit_contradiction", limit.value, **params)

    def _rank(self, limit: Limit) -> float:
        if isinstance(limit.value, str):
            return self._registry.attributes[limit.attribute].level_ids.index(limit.value)
        assert isinstance(limit.value, (int, float))  # noqa: S101  # _value lets only these through for bounds
        return limit.value
