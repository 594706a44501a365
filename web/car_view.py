"""View-models of a trim's facts and of the sources behind the catalogue."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

from recommender.domain.catalogue import Catalogue, Option, ValueNote
from recommender.domain.recommendation import Scalar
from recommender.registry.messages import format_value
from recommender.registry.model import Attribute, Registry
from recommender.workspace import Workspace
from web.i18n import gettext, language
from web.source_words import SourceLink, source_links, with_titles


@dataclass(frozen=True, slots=True)
class ValueView:
    label: str
    value: str
    known: bool
    sources: tuple[SourceLink, ...]
    date: str
    note: str


@dataclass(frozen=True, slots=True)
class GroupView:
    title: str
    values: tuple[ValueView, ...]


@dataclass(frozen=True, slots=True)
class OptionView:
    name: str
    state: str
    price: str


@dataclass(frozen=True, slots=True)
class CarPageView:
    name: str
    trim: str
    on_sale: bool
    groups: tuple[GroupView, ...]
    options: tuple[OptionView, ...]
    rejected: tuple[ValueView, ...]


def car_view(row: int, workspace: Workspace) -> CarPageView:
    catalogue, registry = workspace.market.catalogue, workspace.registry
    trim, line, lang = catalogue.trims[row], catalogue.line_of(row), language()
    notes = {n.attribute: n for n in catalogue.value_notes if n.trim_id == trim.trim_id and n.kept}
    shown = [a for a in registry.attributes.values() if a.show and not a.personal]
    groups = dict.fromkeys(attribute.group for attribute in shown)
    return CarPageView(
        name=f"{line.brand_name(lang)} {line.model_name(lang)}",
        trim=trim.name(lang),
        on_sale=trim.on_sale,
        groups=tuple(
            GroupView(
                _group_title(group),
                tuple(_value(a, row, _note_of(a.id, notes), workspace) for a in shown if a.group == group),
            )
            for group in groups
        ),
        options=tuple(_option(o, registry) for o in catalogue.options if o.trim_id == trim.trim_id),
        rejected=tuple(
            _noted(note, registry, catalogue)
            for note in catalogue.value_notes
            if note.trim_id == trim.trim_id and not note.kept
        ),
    )


def _note_of(attribute_id: str, notes: Mapping[str, ValueNote]) -> ValueNote | None:
    """What the catalogue says of one value. The date of a price comes from where the price comes from."""
    if attribute_id == "price_date" and attribute_id not in notes and "price_cny" in notes:
        return replace(notes["price_cny"], note="")
    return notes.get(attribute_id)


def value_words(attribute: Attribute, value: Scalar, workspace: Workspace) -> str:
    """A value for people; makes and model lines have their names in the catalogue, not in the registry."""
    catalogue, lang = workspace.market.catalogue, language()
    if attribute.id == "brand" and isinstance(value, str):
        return (lang == "zh" and catalogue.brands.get(value)) or value
    if attribute.id == "model_line" and value in catalogue.models:
        return catalogue.models[str(value)].model_name(lang)
    return format_value(attribute, value, lang)


def _value(attribute: Attribute, row: int, note: ValueNote | None, workspace: Workspace) -> ValueView:
    catalogue = workspace.market.catalogue
    trim = catalogue.trims[row]
    column = catalogue.columns.get(attribute.id)
    value = column.value(row) if column is not None else None
    source_id = note.source_id if note else trim.source_id
    known = value is not None
    return ValueView(
        label=attribute.label.get(language()),
        value=value_words(attribute, value, workspace),
        known=known,
        sources=source_links(source_id, catalogue) if known else (),
        date=_iso(note.source_date if note else trim.source_date) if known else "",
        note=with_titles(note.note, catalogue) if note else "",
    )


def _noted(note: ValueNote, registry: Registry, catalogue: Catalogue) -> ValueView:
    attribute = registry.attributes.get(note.attribute)
    return ValueView(
        label=attribute.label.get(language()) if attribute else note.attribute,
        value=note.value,
        known=True,
        sources=source_links(note.source_id, catalogue),
        date=_iso(note.source_date),
        note=with_titles(note.note, catalogue),
    )


def _option(option: Option, registry: Registry) -> OptionView:
    states = {
        "standard": gettext("● standard"),
        "optional": gettext("○ option"),
        "not_available": gettext("– not available"),
    }
    price = format_value(registry.attributes["price_cny"], option.price_cny, language())
    return OptionView(
        name=option.name_zh if language() == "zh" and option.name_zh else option.name,
        state=states.get(option.state, option.state),
        price=price if option.state == "optional" else "",
    )


def _group_title(group: str) -> str:
    titles = {
        "identity": gettext("What it is"),
        "cost": gettext("Price"),
        "energy": gettext("Battery, range, charging"),
        "size": gettext("Size and space"),
        "off_road": gettext("Off the road"),
        "assistance": gettext("Driver assistance"),
        "cockpit": gettext("Cockpit"),
        "comfort": gettext("Comfort"),
        "safety": gettext("Safety"),
        "performance": gettext("Performance"),
        "used": gettext("If used"),
    }
    return titles.get(group, group)


def _iso(day: dt.date | None) -> str:
    return day.isoformat() if day else ""
