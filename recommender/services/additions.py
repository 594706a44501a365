"""What was added to the trim as sold: each option's name, what it costs and what it gains this person."""

from __future__ import annotations

import numpy as np

from recommender.configurator.builds import CONFIG_JOINER
from recommender.configurator.rules import OptionRules, bits, compile_rules
from recommender.domain.catalogue import Option
from recommender.domain.recommendation import Addition
from recommender.services.market import Market
from recommender.services.on_request import PRICED
from recommender.services.scoring import Scores


def additions_of(scores: Scores, row: int) -> tuple[Addition, ...]:
    """The options of one build, in the order of their ids; nothing for dealer units, whose price is theirs.

    ``utility``: terms of this build less those of the same build without the option (and without what needs
    it or came with it), money left out: what it costs stands beside it.
    """
    market = scores.market
    chosen = market.table.options[row]
    if not chosen or market.table.unit_ids[row] is not None:
        return ()
    rules = rules_of(market, int(market.table.trim_of[row]))
    mask = rules.mask_of(chosen)
    lesser = [_row(market, rules, without(rules, mask, bit)) for bit in bits(mask)]
    known = [place for place, found in enumerate(lesser) if found is not None]
    terms = scores.terms(np.array([row, *(found for found in lesser if found is not None)], dtype=np.intp))
    counted = np.array([attribute not in PRICED for attribute in scores.attributes])
    gains = dict(zip(known, ((terms[0] - terms[1:]) @ counted).tolist(), strict=True))
    paid = rules.paid(mask)
    lang = scores.person.request.lang
    return tuple(
        Addition(
            option_id=rules.options[bit].option_id,
            name=option_name(rules.options[bit], lang),
            price_cny=rules.options[bit].price_cny if paid >> bit & 1 else 0,
            utility=round(gains[place], 9) if place in gains else None,
        )
        for place, bit in enumerate(bits(mask))
    )


def rules_of(market: Market, trim: int) -> OptionRules:
    """The compiled rules of one trim (by number)."""
    trim_id = market.catalogue.trims[trim].trim_id
    return compile_rules(trim_id, [o for o in market.catalogue.options if o.trim_id == trim_id])


def without(rules: OptionRules, mask: int, bit: int) -> int:
    """The build without an option, without what needs it and without what only came along with it."""
    own = 1 << bit
    kept = sum(1 << other for other in bits(mask) if not rules.needs[other] & own)
    return sum(1 << other for other in bits(kept) if rules.packages[other] & mask != own)


def _row(market: Market, rules: OptionRules, mask: int) -> int | None:
    return market.row_of.get(CONFIG_JOINER.join((rules.trim_id, *rules.ids(mask))))


def option_name(option: Option, lang: str) -> str:
    return option.name_zh if lang == "zh" and option.name_zh else option.name
