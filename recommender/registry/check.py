"""Cross-checks of a loaded registry: references, order, bounds, encodings, sentences. All faults at once."""

from __future__ import annotations

import datetime as dt
import string

from recommender.domain.buyer import SEGMENT_IDS
from recommender.registry.check_questions import Places, check_questions, column_fault
from recommender.registry.model import Attribute, Encoding, Policy, PriorPartWorth, Registry
from recommender.registry.problem_list import ProblemList

_SHARE_SLACK = 1e-9


def check_registry(registry: Registry, places: Places, faults: ProblemList) -> None:
    """Add every fault that shows only when the files are seen together."""
    for attribute in registry.attributes.values():
        _check_attribute(attribute, registry, places["attribute", attribute.id], faults)
    for importance in registry.importances:
        if importance in registry.attributes:
            faults.add(f"{places['importance', importance]}:id", "registry_duplicate", importance)
    check_questions(registry, places, faults)
    _check_segments(registry, places, faults)
    _check_part_worths(registry, places, faults)
    _check_policies(registry.policies, places, faults)
    _check_sentences(registry, faults)


def _check_attribute(attribute: Attribute, registry: Registry, place: str, faults: ProblemList) -> None:
    if attribute.importance is not None and attribute.importance not in registry.importances:
        faults.add(f"{place}:importance", "registry_unknown_reference", attribute.importance)
    if attribute.kind == "number":
        _check_number(attribute, place, faults)
    else:
        _check_levels(attribute, place, faults)


def _check_number(attribute: Attribute, place: str, faults: ProblemList) -> None:
    if attribute.levels or attribute.catalogue_levels or attribute.unknown_level is not None:
        faults.add(f"{place}:levels", "registry_not_for_kind", attribute.kind, kind=attribute.kind)
    low, high = attribute.minimum, attribute.maximum
    if low is not None and high is not None and low >= high:
        faults.add(f"{place}:minimum", "registry_bounds", low, low=low, high=high)
    if attribute.encoding is not None:
        _check_encoding(attribute.encoding, f"{place}:encoding", faults)


def _check_encoding(encoding: Encoding, path: str, faults: ProblemList) -> None:
    if encoding.scale <= 0:
        faults.add(f"{path}.scale", "registry_scale", encoding.scale)
    if encoding.low >= encoding.high:
        faults.add(f"{path}.low", "registry_bounds", encoding.low, low=encoding.low, high=encoding.high)
        return
    for key, figure in (("reference", encoding.reference), ("unknown", encoding.unknown)):
        if not encoding.low <= figure <= encoding.high:
            faults.add(f"{path}.{key}", "registry_outside", figure, low=encoding.low, high=encoding.high)
    if encoding.transform == "log" and encoding.low <= 0:
        faults.add(f"{path}.low", "registry_log", encoding.low)


def _check_levels(attribute: Attribute, place: str, faults: ProblemList) -> None:
    wants_levels = attribute.kind in ("level", "ordered") and not attribute.catalogue_levels
    if wants_levels and len(attribute.levels) < 2:
        faults.add(f"{place}:levels", "registry_few_levels", len(attribute.levels))
    if not wants_levels and attribute.levels:
        faults.add(f"{place}:levels", "registry_not_for_kind", attribute.kind, kind=attribute.kind)
    if attribute.catalogue_levels and attribute.kind != "level":
        faults.add(f"{place}:catalogue_levels", "registry_not_for_kind", attribute.kind, kind=attribute.kind)
    for level in sorted({i for i in attribute.level_ids if attribute.level_ids.count(i) > 1}):
        faults.add(f"{place}:levels.{level}", "registry_duplicate", level)
    for key in ("encoding", "minimum", "maximum"):
        if getattr(attribute, key) is not None:
            faults.add(f"{place}:{key}", "registry_not_for_kind", attribute.kind, kind=attribute.kind)
    known = ("true", "false") if attribute.kind == "boolean" else attribute.level_ids
    if attribute.unknown_level is not None and attribute.unknown_level not in known:
        faults.add(f"{place}:unknown_level", "registry_unknown_reference", attribute.unknown_level)


def _check_segments(registry: Registry, places: Places, faults: ProblemList) -> None:
    ids = tuple(segment.id for segment in registry.segments)
    if ids != SEGMENT_IDS:
        faults.add("segments.toml", "registry_segments", ", ".join(ids), wanted=SEGMENT_IDS)
        return
    for segment in registry.segments:
        if not 0 < segment.share < 1:
            path = f"{places['segment', segment.id]}:share"
            faults.add(path, "registry_outside", segment.share, low=0, high=1)
    total = sum(segment.share for segment in registry.segments)
    if abs(total - 1) > _SHARE_SLACK:
        faults.add("segments.toml", "registry_shares", total)


def _check_part_worths(registry: Registry, places: Places, faults: ProblemList) -> None:
    seen: set[tuple[str, str | None]] = set()
    for number, part_worth in enumerate(registry.part_worths):
        place = places["part_worth", str(number)]
        key = (part_worth.attribute, part_worth.level)
        name = part_worth.attribute + ("" if part_worth.level is None else f"={part_worth.level}")
        fault = column_fault(name, registry)
        if fault:
            faults.add(f"{place}:attribute", fault, name)
        if key in seen:
            faults.add(f"{place}:attribute", "registry_duplicate", name)
        seen.add(key)
        if set(part_worth.means) != set(SEGMENT_IDS):
            faults.add(f"{place}:means", "registry_segments", ", ".join(part_worth.means), wanted=SEGMENT_IDS)
        if part_worth.sd <= 0:
            faults.add(f"{place}:sd", "registry_scale", part_worth.sd)
        surveyed = () if part_worth.survey is None else part_worth.survey.segments
        if part_worth.survey is not None and not (surveyed and set(surveyed) <= set(SEGMENT_IDS)):
            faults.add(
                f"{place}:survey.segments", "registry_segments", ", ".join(surveyed), wanted=SEGMENT_IDS
            )
        for field, figure in _positive_figures(part_worth):
            if figure <= 0:
                faults.add(f"{place}:{field}", "registry_scale", figure)


def _positive_figures(part_worth: PriorPartWorth) -> list[tuple[str, float]]:
    figures: list[tuple[str, float]] = []
    if part_worth.survey is not None:
        survey = part_worth.survey
        figures += [("survey.error", survey.error), ("survey.steps", survey.steps)]
    if part_worth.market is not None:
        figures.append(("market.error", part_worth.market.error))
    return figures


def _check_policies(policies: tuple[Policy, ...], places: Places, faults: ProblemList) -> None:
    """Periods of one id must not overlap, or the figure of a day would depend on the order of the file."""
    for number, policy in enumerate(policies):
        place = places["policy", str(number)]
        start, end = _period(policy)
        if start > end:
            faults.add(f"{place}:valid_to", "registry_bounds", end, low=start, high=end)
        for other in policies[:number]:
            other_start, other_end = _period(other)
            if other.id == policy.id and start <= other_end and other_start <= end:
                faults.add(f"{place}:valid_from", "registry_overlap", policy.id)


def _period(policy: Policy) -> tuple[dt.date, dt.date]:
    return policy.valid_from or dt.date.min, policy.valid_to or dt.date.max


def _check_sentences(registry: Registry, faults: ProblemList) -> None:
    """Both languages name the same parameters, and only plain ones."""
    for sentence_id, text in registry.messages.items():
        in_zh, in_en = _placeholders(text.zh), _placeholders(text.en)
        if in_zh is None or in_en is None or in_zh != in_en:
            faults.add(f"messages:{sentence_id}", "registry_placeholders", sentence_id)


def _placeholders(sentence: str) -> frozenset[str] | None:
    """Names in braces; None where the braces do not close or hold more than a name."""
    try:
        fields = [name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None]
    except ValueError:
        return None
    return frozenset(fields) if all(name.isidentifier() for name in fields) else None
