"""A recommendation for people at a terminal: readable in 100 columns, in zh or en."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from recommender.cli.output import console, grid

if TYPE_CHECKING:
    from recommender.domain.recommendation import Item, Recommendation, Scalar
    from recommender.registry.model import Registry

_HEADINGS = ("rank", "car", "price", "total", "probability")
_NUMBERS = (0, 2, 3, 4)


def print_recommendation(found: Recommendation, registry: Registry, lang: str) -> None:
    """Whom it looks like, the limits used, the cars with reasons and drawbacks, and what may be changed."""
    words = Words(registry, lang)
    out = console()
    for line in words.summary(found):
        out.print(line)
    if found.items:
        headings = [words.say(f"table.{name}") for name in _HEADINGS]
        out.print(grid(headings, (words.row(item) for item in found.items), numbers=_NUMBERS))
    if any(item.tied_with_next for item in found.items):
        out.print(words.say("table.level"))
    for number, relaxation in enumerate(found.relaxations, start=1):
        if number == 1:
            out.print(words.say("table.relaxations"))
        out.print(f"  {number}. {relaxation.text}")
    out.print(words.say("table.versions", catalogue=found.catalogue_version[:19], model=found.model_version))


class Words:
    """Core values in the words of one language."""

    def __init__(self, registry: Registry, lang: str) -> None:
        self._registry = registry
        self._lang = lang

    def say(self, sentence: str, **params: object) -> str:
        return self._registry.message(sentence, self._lang, **params)

    def value(self, attribute: str, value: Scalar) -> str:
        from recommender.registry.messages import format_value  # keeps `recommender --help` light

        return format_value(self._registry.attributes[attribute], value, self._lang)

    def summary(self, found: Recommendation) -> Iterator[str]:
        """Lines before the table."""
        segments = {segment.id: segment.label.get(self._lang) for segment in self._registry.segments}
        shares = [
            self.say(
                "table.segment",
                segment=segments[share.segment],
                percent=round(100 * share.probability),
                low=round(100 * share.low),
                high=round(100 * share.high),
            )
            for share in found.segments
        ]
        yield self.say("table.segments", segments=self.say("table.comma").join(shares))
        limits = [self._limit(limit.attribute, limit.op, limit.value) for limit in found.limits]
        if limits:
            yield self.say("table.limits", limits=self.say("table.comma").join(limits))
        yield self.say("table.considered", count=found.consideration_set_size, unknown=found.left_out_unknown)
        yield found.confidence.text

    def row(self, item: Item) -> tuple[str, ...]:
        """Cells of one car, in the order of the headings."""
        name = " ".join([item.brand, item.model, item.trim])
        identity = [self._year(item), item.unit_id or item.config_id]
        reasons = [self.say("table.reason", text=reason.text) for reason in item.reasons]
        drawbacks = [self.say("table.drawback", text=drawback.text) for drawback in item.drawbacks]
        return (
            str(item.rank),
            "\n".join(
                [name, *(f"  {o}" for o in item.options), " ".join(identity), *reasons, *drawbacks, ""]
            ),
            f"{self.value('price_cny', item.price_cny)}\n{item.attributes.get('price_date') or ''}".rstrip(),
            self.value("total_price_cny", item.total_price_cny),
            f"{100 * item.choice_probability:.0f} %" + ("\n≈" if item.tied_with_next else ""),
        )

    def _year(self, item: Item) -> str:
        year = item.attributes.get("model_year")
        return "" if year is None else self.say("table.year", year=year)

    def _limit(self, attribute: str, op: str, value: object) -> str:
        label = self._registry.attributes[attribute].label.get(self._lang)
        members = value if isinstance(value, tuple) else (value,)
        shown = "/".join(self.value(attribute, member) for member in members)
        return self.say(f"table.limit_{op}", label=label, value=shown)
