"""``python -m recommender`` is the ``recommender`` command."""

from __future__ import annotations

from recommender.cli import main

main()
