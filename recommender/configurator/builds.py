"""From trims to the table of builds."""

from __future__ import annotations

import numpy as np

from recommender.domain.catalogue import Catalogue
from recommender.domain.table import BuildTable


def enumerate_builds(catalogue: Catalogue) -> BuildTable:
    """One row a trim as sold without options (``config_id`` = ``trim_id``), in catalogue order."""
    count = len(catalogue.trims)
    return BuildTable(
        columns=catalogue.columns,
        trim_of=np.arange(count, dtype=np.int32),
        config_ids=tuple(trim.trim_id for trim in catalogue.trims),
        options=((),) * count,
        unit_ids=(None,) * count,
    )
