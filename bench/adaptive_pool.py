"""How many questions an adaptive order could save at best: the same surveys, answered by the model itself.

Writes the section "adaptive_pool" of docs/evaluation.json. Needs CHOICE_DATA_DIR. Beside
``bench.adaptive_order``, which has the answers of the people themselves.

    python -m bench.adaptive_pool [--print]
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import cast

from bench.machine import describe_machine, pin_threads

pin_threads()

import numpy as np  # noqa: E402 - after the threads are pinned

from bench.adaptive_order import (  # noqa: E402
    COMPARED,
    DATASETS,
    FOLDS,
    GOAL,
    ROOT,
    ROUNDS,
    Fold,
    Rows,
    questions_needed,
)
from recommender.choice.artefact import Floats  # noqa: E402
from recommender.choice.choice_metrics import clustered  # noqa: E402
from recommender.choice.evaluation import WARM, splits  # noqa: E402
from recommender.choice.informative_order import Offered, ask_in_turn, task_shares  # noqa: E402
from recommender.services.evaluation_document import put_section  # noqa: E402
from recommender.storage.choice_files import read_data_set  # noqa: E402

COUNTS = (0, 1, 2, 3, 4, 6, 8, 10, 12)
POOLS = (12, 60)
"""A person's own first twelve tasks, and with tasks of other people besides."""
WORTH_TASKS, JUDGED_TASKS = 40, 32
TITLE = "Adaptive order if the model were right"
TEXT = (
    'The same folds, people and tasks as in "Adaptive order on real choices", but everybody answers by the '
    "model: his part-worths are one draw of what his fifteen real choices say of them. Judged is "
    f"the expected log-likelihood in {JUDGED_TASKS} tasks of other people. It shows what an order can "
    "save when nothing is wrong with the model: of twelve given tasks there is little to pick from, of sixty "
    "(a person's twelve and 48 of other people) there is more; the pairs of a catalogue are thousands.",
)


def curves_of_fold(fold: Fold, seed: int) -> dict[str, Floats]:
    """Expected log-likelihood of each person's choices [13, N] by order."""
    tasks, rng = fold.tasks, np.random.default_rng(seed)
    all_known = tasks.known(np.ones(tasks.chosen.shape, dtype=np.bool_))
    drawn = fold.model.sample_coef(tasks.Z, known=all_known)
    people = np.arange(len(tasks.Z))
    true = drawn[rng.integers(len(drawn), size=len(people)), people][None]
    worth, judged, spare = np.split(fold.bank, [WORTH_TASKS, WORTH_TASKS + JUDGED_TASKS], axis=1)
    truth = task_shares(judged, true)[0]

    def answered(X: Floats) -> Offered:  # noqa: N803 - the field's letter
        shares = task_shares(X, true)[0]
        luck = rng.random((*shares.shape[:2], 1))
        return Offered(
            X, np.minimum((shares.cumsum(axis=2) < luck).sum(axis=2), shares.shape[2] - 1), tasks.Z
        )

    def score(coef: Floats) -> Floats:
        return np.asarray((truth * np.log(task_shares(judged, coef).mean(axis=0))).sum(axis=2).mean(axis=1))

    def adaptive(offered: Offered) -> Iterator[Floats]:
        for turn, (_, coef) in enumerate(ask_in_turn(fold.model, offered, worth, rounds=ROUNDS)):
            yield score(coef)
            if turn == WARM:
                return

    pool = answered(np.concatenate([tasks.X[:, :WARM], spare[:, : POOLS[1] - WARM]], axis=1))
    own = Offered(pool.X[:, :WARM], pool.chosen[:, :WARM], pool.Z)
    in_turn = np.broadcast_to(np.arange(WARM), own.chosen.shape)
    fixed = [
        score(fold.model.sample_coef(own.Z, known=own.known(in_turn < count), rounds=ROUNDS))
        for count in range(WARM + 1)
    ]
    by_pool = {f"adaptive of {size}": offered for size, offered in zip(POOLS, (own, pool), strict=True)}
    return {
        "survey": np.stack(fixed),
        **{name: np.stack(list(adaptive(offered))) for name, offered in by_pool.items()},
    }


def tables_of(dataset: str, curves: dict[str, Floats]) -> list[dict[str, object]]:
    people = np.arange(curves["survey"].shape[1])
    means = {order: found.mean(axis=1) for order, found in curves.items()}
    adaptive = [order for order in curves if order != "survey"]
    rows = []
    for order, found in curves.items():
        gains = [clustered(found[count] - found[0], people) for count in COUNTS]
        rows.append([order, *(f"{gain.value:+.4f} ± {gain.error:.4f}" for gain in gains)])
    needed = []
    for count in COMPARED:
        cells: list[object] = [count]
        for order in adaptive:
            whole, between = questions_needed(means[order], float(means["survey"][count]))
            word = "reached" if whole <= GOAL * count else "not reached"
            cells += [f"{whole} ({whole / count:.0%}; {between:.1f})", word]
        needed.append(cells)
    heads = [head for order in adaptive for head in (order, f"goal {GOAL:.0%}")]
    return [
        {
            "caption": f"{dataset}, {len(people)} people: expected log-likelihood a choice above that "
            "without any task known, by tasks known:",
            "columns": ["order", *map(str, COUNTS)],
            "rows": rows,
        },
        {
            "caption": f"{dataset}: adaptive questions that do what so many in the order of the survey do "
            "(share; between whole numbers):",
            "columns": ["survey", *heads],
            "rows": needed,
        },
    ]


def main(arguments: list[str]) -> None:
    """Measure and write; says so when the data are not there."""
    folder = Path(os.environ.get("CHOICE_DATA_DIR", ""))
    if not (folder / "china_choices.csv").exists():
        print("set CHOICE_DATA_DIR to the folder of the public choice data")
        return
    tables: list[dict[str, object]] = []
    for dataset in DATASETS:
        columns = ROOT / "docs" / "columns" / f"{dataset}.toml"
        data = read_data_set(columns, folder / f"{dataset}_choices.csv", folder / f"{dataset}_people.csv")
        parts = enumerate(splits(data.table, data.columns.dataset, FOLDS))
        folds = [curves_of_fold(Fold(data.columns, part, number), number) for number, part in parts]
        joined = {order: np.concatenate([one[order] for one in folds], axis=1) for order in folds[0]}
        for table in tables_of(dataset, joined):
            print(table["caption"], table["columns"], *cast(Rows, table["rows"]), sep="\n", flush=True)
            tables.append(table)
    if "--print" not in arguments:
        section = {"title": TITLE, "text": list(TEXT), "tables": tables, "measured": describe_machine()}
        put_section("adaptive_pool", section, ROOT / "docs" / "evaluation.json")


if __name__ == "__main__":
    main(sys.argv[1:])
