"""View-model of one trim, option by option, and of what each step of its price buys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for

from recommender.registry.messages import format_value
from recommender.services.configure import Configuration, OptionLine, Rung
from recommender.workspace import StoredResult, Workspace
from web.builds import options_of
from web.i18n import gettext, language
from web.result_view import join_words
from web.said import additions_words, item_node, price_words
from web.why_view import points_words

_RUNGS = 12
_PRICED = ("chosen", "free", "blocked")


@dataclass(frozen=True, slots=True)
class OptionView:
    name: str
    state: str
    price: str
    reason: str


@dataclass(frozen=True, slots=True)
class RungView:
    build: str
    total: str
    gain: str
    """Points above the first rung."""
    address: str


@dataclass(frozen=True, slots=True)
class ConfigureView:
    title: str
    fits: bool
    total: str
    additions: tuple[str, ...]
    options: tuple[OptionView, ...]
    ladder: tuple[RungView, ...]
    rungs_left_out: int
    why_address: str
    adjust_address: str
    facts_address: str
    back_address: str


def configure_view(
    stored: StoredResult, found: Configuration, row: int, workspace: Workspace
) -> ConfigureView:
    """``row``: number of the trim in the catalogue."""
    catalogue, registry, token = workspace.market.catalogue, workspace.registry, stored.token
    line, lang = catalogue.line_of(row), language()
    best = None if found.best is None else item_node(found.best)
    config_id = found.trim_id if found.best is None else found.best.config_id
    shown = _thinned(found.ladder)
    return ConfigureView(
        title=f"{line.brand_name(lang)} {line.model_name(lang)} {catalogue.trims[row].name(lang)}",
        fits=best is not None,
        total=_money(best.whole("total_price_cny"), workspace) if best else "",
        additions=additions_words(best, registry) if best else (),
        options=tuple(_option(option, workspace) for option in found.options),
        ladder=tuple(_rung(rung, shown[0], found, token, workspace) for rung in shown),
        rungs_left_out=len(found.ladder) - len(shown),
        why_address=url_for("decision.why", token=token, config=config_id),
        adjust_address=url_for("decision.adjust_car", token=token, config=config_id),
        facts_address=url_for("cars.show", trim_id=found.trim_id),
        back_address=url_for("results.show", token=token),
    )


def _thinned(ladder: Sequence[Rung]) -> tuple[Rung, ...]:
    """Of many rungs twelve, evenly apart, the first and the last among them."""
    last = len(ladder) - 1
    if last < _RUNGS:
        return tuple(ladder)
    return tuple(ladder[round(step * last / (_RUNGS - 1))] for step in range(_RUNGS))


def _option(option: OptionLine, workspace: Workspace) -> OptionView:
    registry = workspace.registry
    return OptionView(
        name=option.name,
        state=registry.message(f"configure.table_{option.state}", language()),
        price=price_words(option.price_cny, registry) if option.state in _PRICED else "",
        reason=option.reason,
    )


def _rung(rung: Rung, first: Rung, found: Configuration, token: str, workspace: Workspace) -> RungView:
    names = {option.option_id: option.name for option in found.options}
    added = [names.get(option, option) for option in options_of(rung.config_id)]
    return RungView(
        build=join_words(added) if added else gettext("As sold"),
        total=_money(rung.total_price_cny, workspace),
        gain=points_words(rung.utility - first.utility) if rung is not first else "",
        address=url_for("decision.why", token=token, config=rung.config_id),
    )


def _money(total_cny: int | None, workspace: Workspace) -> str:
    return format_value(workspace.registry.attributes["total_price_cny"], total_cny, language())
