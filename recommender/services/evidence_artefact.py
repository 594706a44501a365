"""The shipped preference model: cited evidence of the registry, unknown values estimated on a catalogue."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import numpy as np

from recommender.choice.artefact import Artefact, Floats
from recommender.choice.prior import build_prior
from recommender.domain.catalogue import Catalogue
from recommender.registry.model import Registry
from recommender.services.prior_card import prior_card

_DECIMALS = 6
"""The last bits of a sum differ between machines; what is written, and its version, must not."""
_HASH_CHARACTERS = 10


def evidence_artefact(registry: Registry, catalogue: Catalogue, seed: int = 0) -> Artefact:
    """The model before any choice has been seen; its version names its content (``evidence-<hash>``).

    Pure: the same registry, catalogue and seed give the same version and the same tables.
    """
    drafted = build_prior(registry, catalogue.columns, "evidence", seed)
    rounded = replace(
        drafted,
        columns=tuple(replace(spec, unknown=_rounded(spec.unknown)) for spec in drafted.columns),
        membership={key: _rounded(ratios) for key, ratios in drafted.membership.items()},
        metrics={"kind": "evidence", "catalogue_version": catalogue.version, "trims": len(catalogue.trims)},
    )
    named = replace(rounded, version=f"evidence-{content_hash(rounded)}")
    return replace(named, card=prior_card(named))


def content_hash(artefact: Artefact) -> str:
    """Ten hex digits of the sha256 over everything but version and card."""
    content = {
        "fingerprint": artefact.registry_fingerprint,
        "seed": artefact.seed,
        "segments": artefact.segments,
        "columns": [
            [c.name, c.cumulative, None if c.encoding is None else repr(c.encoding), c.unknown.tolist()]
            for c in artefact.columns
        ],
        "classes": [
            artefact.classes.knots_cny.tolist(),
            sorted(artefact.classes.lines.items()),
            artefact.classes.lengths_mm.tolist(),
            artefact.classes.lengths_cny.tolist(),
        ],
        "means": artefact.means.tolist(),
        "sds": artefact.sds.tolist(),
        "sources": [artefact.sources, artefact.citations],
        "shares": artefact.shares.tolist(),
        "membership": [[*key, ratios.tolist()] for key, ratios in artefact.membership.items()],
        "metrics": artefact.metrics,
    }
    text = json.dumps(content, ensure_ascii=True, sort_keys=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:_HASH_CHARACTERS]


def _rounded(values: Floats) -> Floats:
    # adding 0.0 turns -0.0 into 0.0
    return np.round(values, _DECIMALS) + 0.0
