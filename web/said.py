"""Words that the pages about single cars share: names, reasons with their source, additions, prices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from recommender.domain.recommendation import Item
from recommender.registry.messages import format_value
from recommender.registry.model import Registry
from recommender.services.documents import item_document
from web.document import Node
from web.i18n import gettext, language


@dataclass(frozen=True, slots=True)
class SaidView:
    """A sentence and where it comes from, "" where that is not told."""

    text: str
    source: str


def said(nodes: Sequence[Node]) -> tuple[SaidView, ...]:
    return tuple(SaidView(node.text("text"), node.text("source_text")) for node in nodes)


def car_name(item: Node) -> str:
    return f"{item.text('brand')} {item.text('model')} {item.text('trim')}".strip()


def year_words(item: Node) -> str:
    """2025款, or model year 2025; "" where it is not known."""
    year = item.node("attributes").whole("model_year")
    return "" if year is None else gettext("model year {year}").format(year=year)


def dated_name(item: Node) -> str:
    """Name with the model year: trims of two years often bear the same name."""
    return " · ".join(filter(None, (car_name(item), year_words(item))))


def item_node(item: Item) -> Node:
    """An item as the pages read it, the same whether it was stored or is new."""
    return Node(item_document(item))


def price_words(price_cny: int | None, registry: Registry) -> str:
    """A price of an option; one that nobody prints is on request, never zero."""
    if price_cny is None:
        return gettext("price on request")
    return format_value(registry.attributes["price_cny"], price_cny, language())


def additions_words(item: Node, registry: Registry) -> tuple[str, ...]:
    """What was added to the trim as sold, each with what it costs."""
    return tuple(_addition(addition, registry) for addition in item.nodes("additions"))


def _addition(addition: Node, registry: Registry) -> str:
    name, price = addition.text("name"), addition.whole("price_cny")
    if price == 0:
        return gettext("{option}: comes with another option").format(option=name)
    sign = "" if price is None else "+"
    return gettext("{option}: {price}").format(option=name, price=sign + price_words(price, registry))
