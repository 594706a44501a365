"""Names and phrases that several sentences share: a car, a limit, a list."""

from __future__ import annotations

import re
from collections.abc import Iterable

from recommender.domain.limits import Limit
from recommender.registry.messages import format_value
from recommender.registry.model import Attribute, Question, Registry
from recommender.services.additions import option_name
from recommender.services.scoring import Scores

_BRACKETS = re.compile(r"\s*[(（][^()（）]*[)）]$")


def car_name(scores: Scores, row: int) -> str:
    """Brand, line and trim of a row, with the names of what was added to it."""
    market, lang = scores.market, scores.person.request.lang
    trim = market.catalogue.trims[market.table.trim_of[row]]
    line = market.catalogue.models[trim.model_id]
    name = f"{line.brand_name(lang)} {line.model_name(lang)} {trim.name(lang)}".strip()
    chosen = market.table.options[row]
    if not chosen:
        return name
    known = {o.option_id: option_name(o, lang) for o in market.catalogue.options if o.trim_id == trim.trim_id}
    return " + ".join([name, *(known.get(option_id, option_id) for option_id in chosen)])


def short_label(attribute: Attribute, lang: str) -> str:
    """The label without what stands in brackets at its end, for where many labels stand in one line."""
    label = attribute.label.get(lang)
    return _BRACKETS.sub("", label) or label


def question_words(question: Question, registry: Registry, lang: str) -> str:
    """As it is asked; a follow-up ("Which of these?") says nothing without the title of its page."""
    text = question.text.get(lang)
    if not question.show_if:
        return text
    page = registry.pages_by_id[question.page].title.get(lang)
    return registry.message("next_answer.follow_up", lang, page=page, question=text)


def limit_text(limit: Limit, registry: Registry, lang: str) -> str:
    """A limit in words: "seats at least 6"."""
    attribute = registry.attributes[limit.attribute]
    members = limit.value if isinstance(limit.value, tuple) else (limit.value,)
    value = joined((format_value(attribute, member, lang) for member in members), registry, lang)
    return registry.message(f"limit.{limit.op}", lang, label=attribute.label.get(lang), value=value)


def joined(pieces: Iterable[str], registry: Registry, lang: str) -> str:
    return registry.message("list.joiner", lang).join(pieces)
