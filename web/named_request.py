"""Bodies of the decision routes: ANSWERS.json and one key more that names what is asked about.

The three routes take the same requests as ``/recommendations``, and the one parser refuses the same; the key
is taken out before and everything that is wrong with either is told at once.
"""

from __future__ import annotations

from collections.abc import Callable

from recommender.domain.buyer import Request
from recommender.domain.errors import Problem, Rejected
from recommender.registry.problem_list import ProblemList
from recommender.registry.raw import REFUSED, plain_document, pointer
from recommender.workspace import Workspace

_MISSING = object()
Check = Callable[[object, str, ProblemList], None]
"""Adds what is wrong with the value under a key."""


def request_and_text(raw: bytes, key: str, workspace: Workspace) -> tuple[Request, str]:
    """The request and the text under ``key``. Raises Rejected with every problem of both."""
    asked, value = _request_and_value(raw, key, workspace, _text_problems)
    return asked, str(value)


def request_and_texts(raw: bytes, key: str, workspace: Workspace) -> tuple[Request, tuple[str, ...]]:
    """The request and the list of texts under ``key``. Raises Rejected with every problem of both."""
    asked, value = _request_and_value(raw, key, workspace, _list_problems)
    return asked, tuple(str(item) for item in value) if isinstance(value, list) else ()


def _request_and_value(raw: bytes, key: str, workspace: Workspace, check: Check) -> tuple[Request, object]:
    found = ProblemList()
    document = plain_document(raw, found)
    value = document.get(key, _MISSING)
    own = ProblemList()
    if document or not found:
        check(value, key, own)
    if found:
        # Some values are refused already: the parser reads the bytes again and names these and all others.
        raise Rejected((*_of_request(raw, key, workspace), *own.problems))
    try:
        asked = workspace.parse({name: item for name, item in document.items() if name != key})
    except Rejected as refusal:
        raise Rejected((*refusal.problems, *own.problems)) from refusal
    own.raise_if_any()
    return asked, value


def _of_request(raw: bytes, key: str, workspace: Workspace) -> tuple[Problem, ...]:
    """All problems of a request that holds refused values; the route's own key is none of them."""
    try:
        workspace.parse(raw)
    except Rejected as refusal:
        mine = (pointer("", key), "unknown_key")
        return tuple(problem for problem in refusal.problems if (problem.path, problem.code) != mine)
    return ()


def _text_problems(value: object, key: str, problems: ProblemList) -> None:
    if value is _MISSING:
        problems.add("", "missing_key", key, key=key)
    elif value is not REFUSED and not isinstance(value, str):
        problems.add(pointer("", key), "not_a_text", value)


def _list_problems(value: object, key: str, problems: ProblemList) -> None:
    if value is _MISSING:
        problems.add("", "missing_key", key, key=key)
    elif not isinstance(value, list):
        if value is not REFUSED:
            problems.add(pointer("", key), "not_a_list", value)
    else:
        for number, item in enumerate(value):
            if item is not REFUSED and not isinstance(item, str):
                problems.add(pointer(pointer("", key), number), "not_a_text", item)
