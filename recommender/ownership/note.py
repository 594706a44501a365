"""A remark about cost, range or charging: the id of a sentence and what fills it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from recommender.domain.catalogue import Place
from recommender.registry.model import Registry, Text


@dataclass(frozen=True, slots=True)
class Note:
    """``message``: id of a sentence in ``messages_ownership.toml``. ``params``: numbers, plain strings, or a
    :class:`Place` or :class:`Text`, which are put into the reader's language. ``attribute``: what the
    remark is about. ``source``: source ids or "assumption", empty where it rests on the person's own
    answer.
    """

    message: str
    attribute: str
    params: Mapping[str, object] = field(default_factory=dict)
    source: str = ""


def note_text(note: Note, registry: Registry, lang: str) -> str:
    """The sentence in one language. Raises KeyError on an unknown id or a missing parameter."""
    params = {name: _in_language(value, lang) for name, value in note.params.items()}
    return registry.message(note.message, lang, **params)


def _in_language(value: object, lang: str) -> object:
    if isinstance(value, Place):
        return value.name(lang)
    if isinstance(value, Text):
        return value.get(lang)
    return value
