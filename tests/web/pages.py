"""A page as a test sees it: its elements, its forms, and what every page must obey."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise

VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)
SHAPES = frozenset(["rect", "line", "path", "circle"])
TEXTLESS = frozenset({"hidden", "submit", "button"})


@dataclass
class Element:
    tag: str
    attrs: Mapping[str, str | None]
    parent: Element | None
    children: list[Element | str] = field(default_factory=list)

    def get(self, name: str) -> str:
        return self.attrs.get(name) or ""

    def text(self) -> str:
        parts = (child if isinstance(child, str) else child.text() for child in self.children)
        return " ".join("".join(parts).split())

    def walk(self) -> Iterator[Element]:
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.walk()

    def inside(self, *tags: str) -> bool:
        return self.parent is not None and (self.parent.tag in tags or self.parent.inside(*tags))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Element("#document", {}, None)
        self.here = self.root
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = Counter(name for name, _ in attrs)
        self.faults += [f"<{tag}> has {name} twice" for name, count in names.items() if count > 1]
        element = Element(tag, dict(attrs), self.here)
        self.here.children.append(element)
        if tag not in VOID:
            self.here = element

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID and tag not in SHAPES:
            self.faults.append(f"<{tag}/> closes itself")
        self.here.children.append(Element(tag, dict(attrs), self.here))

    def handle_endtag(self, tag: str) -> None:
        if self.here.tag != tag or self.here.parent is None:
            self.faults.append(f"</{tag}> inside <{self.here.tag}>")
            return
        self.here = self.here.parent

    def handle_data(self, data: str) -> None:
        self.here.children.append(data)


class Page:
    def __init__(self, html: str, status: int, headers: Mapping[str, str]) -> None:
        reader = _Reader()
        reader.feed(html)
        reader.close()
        self.html, self.status, self.headers = html, status, headers
        self.root = reader.root
        self.faults = reader.faults + ([f"<{reader.here.tag}> stays open"] if reader.here.parent else [])

    def all(self, tag: str, **attrs: str) -> list[Element]:
        wanted = {key.rstrip("_").replace("_", "-"): value for key, value in attrs.items()}
        return [e for e in self.root.walk() if e.tag == tag and all(e.get(k) == v for k, v in wanted.items())]

    def one(self, tag: str, **attrs: str) -> Element:
        found = self.all(tag, **attrs)
        assert len(found) == 1, f"{len(found)} of <{tag} {attrs}>"
        return found[0]

    def text(self) -> str:
        return self.one("main").text()

    def token(self) -> str:
        return self.all("input", name="csrf_token")[0].get("value")

    def title(self) -> str:
        return self.one("title").text()


def complaints(page: Page) -> list[str]:
    """What is wrong with a page; nothing when it obeys the rules of every page."""
    return [*page.faults, *_frame(page), *_ids(page), *_controls(page), *_policy(page)]


def _frame(page: Page) -> Iterator[str]:
    if not page.html.startswith("<!doctype html>"):
        yield "no doctype"
    for tag in ("title", "h1", "main"):
        if len(page.all(tag)) != 1 or not page.all(tag)[0].text():
            yield f"not exactly one <{tag}> with text"
    if page.one("html").get("lang") not in ("zh-CN", "en"):
        yield "no lang"
    levels = [int(e.tag[1]) for e in page.root.walk() if re.fullmatch("h[1-6]", e.tag)]
    for before, after in pairwise(levels):
        if after > before + 1:
            yield f"heading h{after} after h{before}"
    if len(page.html.encode()) > 60_000:
        yield f"page of {len(page.html.encode())} bytes"


def _ids(page: Page) -> Iterator[str]:
    ids = Counter(e.get("id") for e in page.root.walk() if "id" in e.attrs)
    yield from (f"id {i!r} {n} times" for i, n in ids.items() if n > 1 or not i or " " in i)
    for element in page.root.walk():
        for attribute in ("aria-describedby", "aria-labelledby", "for", "list"):
            for name in element.get(attribute).split():
                if name not in ids:
                    yield f"{attribute}={name} points nowhere"
        href = element.get("href")
        if href.startswith("#") and href[1:] not in ids:
            yield f"link {href} points nowhere"


def _controls(page: Page) -> Iterator[str]:
    labelled = {e.get("for") for e in page.all("label") if e.text()}
    for control in [*page.all("input"), *page.all("select"), *page.all("textarea")]:
        if control.get("type") not in TEXTLESS and control.get("id") not in labelled:
            yield f"no label for {control.get('name')}"
    for element in [*page.all("button"), *page.all("a"), *page.all("summary"), *page.all("legend")]:
        if not element.text() and not element.get("aria-label"):
            yield f"<{element.tag}> without words"
    for form in page.all("form", method="post"):
        if not [e for e in form.walk() if e.get("name") == "csrf_token"]:
            yield f"form {form.get('action')} has no token"
    for radio in [*page.all("input", type="radio"), *page.all("input", type="checkbox")]:
        if not radio.inside("fieldset"):
            yield f"{radio.get('name')} stands outside a fieldset"


def _policy(page: Page) -> Iterator[str]:
    policy = page.headers.get("Content-Security-Policy", "")
    found = re.search(r"'nonce-([A-Za-z0-9_-]{20,})'", policy)
    if not found or "unsafe" in policy or "http" in policy:
        yield f"policy {policy!r}"
    for script in page.all("script"):
        if not found or script.get("nonce") != found[1]:
            yield "script without the nonce"
        if script.text():
            yield "script in the page"
    for element in page.root.walk():
        if (
            element.tag == "style"
            or "style" in element.attrs
            or any(a.startswith("on") for a in element.attrs)
        ):
            yield f"<{element.tag}> with inline style or handler"
        for attribute in ("src", "action") if element.tag != "a" else ():
            if "//" in element.get(attribute):
                yield f"{attribute} of another site: {element.get(attribute)}"
        if element.tag == "link" and "//" in element.get("href"):
            yield f"file of another site: {element.get('href')}"
