"""What has changed since a result was stored: versions, prices of its cars, cars no longer on sale."""

from __future__ import annotations

from dataclasses import dataclass

from recommender.registry.messages import format_value
from recommender.workspace import StoredResult, Workspace
from web.builds import is_offered
from web.document import Node
from web.i18n import gettext, language


@dataclass(frozen=True, slots=True)
class ChangedView:
    """``catalogue`` and ``model``: which of the two is another. ``cars``: one line for each changed car."""

    catalogue: bool
    model: bool
    cars: tuple[str, ...]


def changed_view(stored: StoredResult, document: Node, workspace: Workspace) -> ChangedView | None:
    """None while catalogue and model are those of the result."""
    market = workspace.market
    catalogue = market.catalogue.version != stored.catalogue_version
    model = market.model.artefact.version != stored.model_version
    if not catalogue and not model:
        return None
    lines = (_line(item, workspace) for item in document.nodes("recommendations"))
    return ChangedView(catalogue, model, tuple(line for line in lines if line))


def _line(item: Node, workspace: Workspace) -> str:
    """What is other about one car; "" when nothing is, or for a dealer's own unit."""
    market = workspace.market
    name = f"{item.text('brand')} {item.text('model')} {item.text('trim')}"
    row = market.catalogue.trim_index.get(item.text("trim_id"))
    if item.has("unit_id"):
        return ""
    if row is None:
        return gettext("{car}: no longer in the catalogue.").format(car=name)
    if not market.catalogue.trims[row].on_sale:
        return gettext("{car}: no longer on sale as a new car.").format(car=name)
    if not is_offered(item.text("config_id"), workspace):
        return gettext("{car}: no longer offered with these options.").format(car=name)
    build = market.row_of.get(item.text("config_id"))
    if build is None:
        return ""
    attribute = workspace.registry.attributes["price_cny"]
    before, value = item.whole("price_cny"), market.price_cny[build]
    now = None if value != value else round(float(value))
    if before == now:
        return ""
    return gettext("{car}: list price {before} then, {now} now.").format(
        car=name,
        before=format_value(attribute, before, language()),
        now=format_value(attribute, now, language()),
    )
