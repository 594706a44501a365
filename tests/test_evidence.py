"""Every source that a figure of the registry names can be looked up in docs/evidence.md."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_every_cited_source_is_listed() -> None:
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "recommender" / "registry").glob("*.toml")]
    cited = {source for text in texts for source in re.findall(r"\b[PS]\d{2,3}\b", text)}
    page = (ROOT / "docs" / "evidence.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| ([PS]\d{2,3}) \|", page, flags=re.MULTILINE))
    assert cited, "the registry cites sources"
    assert cited <= listed, f"not in docs/evidence.md: {sorted(cited - listed)}"
