"""A small registry and vocabulary for the tests of this room, and the tools to break it."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

from recommender.domain.buyer import Request
from recommender.domain.catalogue import Place
from recommender.domain.errors import Problem, Rejected
from recommender.registry.answers import Vocabulary, parse_request
from recommender.registry.model import Registry

SMALL = Path(__file__).parent / "small"
TODAY = dt.date(2026, 11, 22)
VOCABULARY = Vocabulary(
    brands={"BYD": "比亚迪", "Li Auto": "理想", "Nio": "蔚来"},
    places=(
        Place("100000", "country", "中国", "China", ""),
        Place("110000", "province", "北京市", "Beijing", ""),
        Place("110100", "city", "北京市", "Beijing", "110000"),
        Place("150000", "province", "内蒙古自治区", "Inner Mongolia", ""),
        Place("222400", "city", "延边朝鲜族自治州", "Yanbian", "220000"),
        Place("220000", "province", "吉林省", "Jilin", ""),
        Place("220200", "city", "吉林市", "Jilin", "220000"),
        Place("321200", "city", "泰州市", "Taizhou (Jiangsu)", "320000"),
        Place("331000", "city", "台州市", "Taizhou (Zhejiang)", "330000"),
        Place("450000", "province", "广西壮族自治区", "Guangxi", ""),
        Place("610100", "city", "西安市", "Xi'an", "610000"),
    ),
    config_ids=frozenset({"T1", "T1~OPT", "T2"}),
    catalogue_levels={"brand": ("BYD", "Li Auto", "Nio")},
)


def copy_to(folder: Path, edits: dict[str, list[tuple[str, str]]] | None = None) -> Path:
    """The small registry in ``folder`` with some text replaced, once each; the old text must be there."""
    shutil.copytree(SMALL, folder, dirs_exist_ok=True)
    for name, replacements in (edits or {}).items():
        text = (folder / name).read_text(encoding="utf-8")
        for old, new in replacements:
            assert old in text, old
            text = text.replace(old, new, 1)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def parse(raw: object, registry: Registry, **overrides: object) -> Request:
    """``parse_request`` with the small vocabulary; any raw value."""
    return parse_request(raw, registry, VOCABULARY, TODAY, overrides=overrides)  # type: ignore[arg-type]


def problems_of(raw: object, registry: Registry, **overrides: object) -> tuple[Problem, ...]:
    """All problems of a request; empty when it is accepted."""
    try:
        parse(raw, registry, **overrides)
    except Rejected as refused:
        return refused.problems
    return ()


def codes_of(raw: object, registry: Registry, **overrides: object) -> set[tuple[str, str]]:
    """(path, code) of all problems."""
    return {(problem.path, problem.code) for problem in problems_of(raw, registry, **overrides)}
