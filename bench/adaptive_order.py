"""Which of a person's real tasks to ask first: adaptive order beside the survey's and random ones.

Writes the section "adaptive_order" of docs/evaluation.json. Needs CHOICE_DATA_DIR.

    python -m bench.adaptive_order [--print]
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from bench.machine import describe_machine, pin_threads

pin_threads()

import numpy as np  # noqa: E402 - after the threads are pinned

from recommender.choice.artefact import Floats  # noqa: E402
from recommender.choice.choice_metrics import clustered  # noqa: E402
from recommender.choice.contenders import encode  # noqa: E402
from recommender.choice.design import fit_design  # noqa: E402
from recommender.choice.evaluation import WARM, Split, splits  # noqa: E402
from recommender.choice.informative_order import (  # noqa: E402
    Offered,
    ask_in_turn,
    foretold,
    log_likelihood,
    offered_tasks,
    shown_to_all,
)
from recommender.choice.mixture_logit import MixtureLogit  # noqa: E402
from recommender.choice.tasks import Places  # noqa: E402
from recommender.registry.columns_file import ColumnsFile  # noqa: E402
from recommender.services.evaluation_document import put_section  # noqa: E402
from recommender.storage.choice_files import read_data_set  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
DATASETS = ("china", "us")
Rows = list[list[object]]
FOLDS = 5
ANSWER_SCALE = 0.02
COUNTS = (0, 1, 2, 3, 4, 6, 8, 12)
COMPARED = (2, 4, 6, 8, 12)
GOAL = 0.6
"""Share of the questions of a fixed order that the adaptive one may need at most."""
BANK_TASKS = 120
ROUNDS = 3
"""Part-worths of a person for each kept draw of the population."""
RANDOM_ORDERS = 2
LEFT_OUT = 3
"""So many tasks in a row are judged, the other twelve can be asked."""
FIXED = ("survey", "random")
TITLE = "Adaptive order on real choices"
TEXT = (
    "Real people whom the model has not seen, five folds. Twelve of a person's fifteen tasks are revealed "
    "one at a time; what is judged is the log-likelihood of his choices in the other three. *last*: tasks 13 "
    "to 15 are judged. *each*: 1 to 3, 4 to 6 and so on are judged in turn, so that every choice is judged "
    "once and errors are smaller.",
    f"*survey*: in the order of the survey. *random*: mean of {RANDOM_ORDERS} random orders. *adaptive*: the "
    "task whose answer is expected to say most of the choice among the very cars that are judged comes next "
    "(mean mutual information), given his answers so far, as the pages ask about the head of a list: those "
    "cars are known, and no answer that was not asked for is looked at. *adaptive, any cars*: the same "
    f"for a bank of {BANK_TASKS} other tasks (of people trained on, as he would see them), for who does not "
    "know yet what will be chosen from. *adaptive, taste*: the task whose answer says most of his "
    "part-worths as a whole.",
    "The adaptive order can only pick among the same twelve tasks: after twelve all orders are equal.",
    "One mixture of normals with one component, answers, setting and what was said (shrinkage "
    f"{ANSWER_SCALE:g}), for all orders; ± is one standard error, clustered by respondent; differences are "
    "paired.",
)


@dataclass(frozen=True)
class Curves:
    """Log-likelihood [13, N, M] of the tasks judged by number of tasks known, for each order, people of all
    folds one after the other; NaN after numbers that are not in the tables."""

    by_order: Mapping[str, Floats]

    @property
    def adaptive(self) -> tuple[str, ...]:
        return tuple(order for order in self.by_order if order.startswith("adaptive"))

    def gain(self, order: str, count: int, other: str, other_count: int) -> tuple[float, float]:
        """Log-likelihood a choice above another order's, and its error."""
        difference = self.by_order[order][count] - self.by_order[other][other_count]
        people = np.repeat(np.arange(len(difference)), difference.shape[1])
        found = clustered(difference.ravel(), people)
        return found.value, found.error

    def means(self, order: str) -> Floats:
        return np.asarray(self.by_order[order].mean(axis=(1, 2)))


class Fold:
    """A fitted model, the people it has not seen with all their tasks, and the bank as they would see it."""

    def __init__(self, columns: ColumnsFile, part: Split, seed: int) -> None:
        design = fit_design(columns, part.train)
        train, test = encode(design, part.train), encode(design, part.test)
        shared = train.spoken.shape[1]
        self.model = MixtureLogit(answer_scale=ANSWER_SCALE, shared_columns=shared, random_state=0)
        table = train.table
        self.model.fit(train.all, table.chosen, task=table.task, person=table.person, Z=train.Z)
        self.tasks = offered_tasks(test.all, test.table, test.Z)
        self.rng = np.random.default_rng(seed)
        taken = np.zeros(len(part.train.task_id), dtype=np.bool_)
        taken[self.rng.choice(len(taken), BANK_TASKS, replace=False)] = True
        shown = encode(design, shown_to_all(part.train.of_tasks(taken), part.test))
        self.bank = offered_tasks(shown.all, shown.table, test.Z).X

    def curves(self, first: int, *, others: bool) -> dict[str, Floats]:
        """By order; judged are the tasks from ``first`` on, counted from 0. ``others``: the adaptive orders
        too that do not know which cars are judged."""
        judged = np.arange(first, first + LEFT_OUT)
        wanted, offered = self._part(judged), self._part(np.delete(np.arange(WARM + LEFT_OUT), judged))

        def fixed(ranks: Places, counts: Sequence[int]) -> Floats:
            found = np.full((WARM + 1, *wanted.chosen.shape), np.nan)
            for count in counts:
                found[count] = foretold(self.model, offered, ranks < count, wanted, rounds=ROUNDS)
            return found

        def adaptive(bank: Floats | None) -> Floats:
            turns = ask_in_turn(self.model, offered, bank, rounds=ROUNDS)
            return np.stack([log_likelihood(wanted, coef) for _, coef in turns])

        in_turn = np.broadcast_to(np.arange(WARM), offered.chosen.shape)
        survey = fixed(in_turn, COUNTS)
        shuffled = [self.rng.permuted(in_turn, axis=1) for _ in range(RANDOM_ORDERS)]
        random = np.mean([fixed(ranks, COUNTS[1:-1]) for ranks in shuffled], axis=0)
        random[[0, WARM]] = survey[[0, WARM]]  # with no task known, or all, every order is the same
        found = {"survey": survey, "random": random, "adaptive": adaptive(wanted.X)}
        if not others:
            return found
        return {**found, "adaptive, any cars": adaptive(self.bank), "adaptive, taste": adaptive(None)}

    def _part(self, places: Places) -> Offered:
        return Offered(self.tasks.X[:, places], self.tasks.chosen[:, places], self.tasks.Z)


def curves_of(dataset: str, folder: Path) -> dict[str, Curves]:
    """All folds of one survey: *last* and *each*."""
    columns = ROOT / "docs" / "columns" / f"{dataset}.toml"
    data = read_data_set(columns, folder / f"{dataset}_choices.csv", folder / f"{dataset}_people.csv")
    last: list[dict[str, Floats]] = []
    each: list[dict[str, Floats]] = []
    for number, part in enumerate(splits(data.table, data.columns.dataset, FOLDS)):
        fold = Fold(data.columns, part, number)
        starts = range(0, WARM + LEFT_OUT, LEFT_OUT)
        found = [fold.curves(first, others=first == WARM) for first in starts]
        last.append(found[-1])
        each.append({order: np.concatenate([one[order] for one in found], axis=2) for order in found[0]})
    return {"last": _joined(last), "each": _joined(each)}


def _joined(folds: Sequence[Mapping[str, Floats]]) -> Curves:
    return Curves({order: np.concatenate([fold[order] for fold in folds], axis=1) for order in folds[0]})


def questions_needed(adaptive: Floats, wanted: float) -> tuple[int, float]:
    """Fewest adaptive questions that reach a log-likelihood, and the same between whole numbers (straight
    lines). The last value of both orders is the same, so there is always one."""
    count = int(np.flatnonzero(adaptive >= wanted)[0])
    if count == 0:
        return 0, 0.0
    low, high = adaptive[count - 1], adaptive[count]
    return count, count - 1 + float((wanted - low) / (high - low))


def curve_table(name: str, curves: Curves) -> dict[str, object]:
    people, tasks = curves.by_order["survey"].shape[1:]
    start = curves.means("survey")[0]
    rows = [
        [order, *(_with_error(curves.gain(order, count, "survey", 0)) for count in COUNTS)]
        for order in curves.by_order
    ]
    return {
        "caption": f"{name}, {people * tasks} choices of {people} people: log-likelihood a choice above "
        f"that without any task known ({start:.4f}), by tasks known:",
        "columns": ["order", *map(str, COUNTS)],
        "rows": rows,
    }


def needed_table(name: str, curves: Curves) -> dict[str, object]:
    rows = []
    for fixed in FIXED:
        for count in COMPARED:
            cells: list[object] = [fixed, count]
            for adaptive in curves.adaptive:
                whole, between = questions_needed(curves.means(adaptive), float(curves.means(fixed)[count]))
                cells.append(f"{whole} ({whole / count:.0%}; {between:.1f})")
            allowed = int(GOAL * count)
            gain = curves.gain("adaptive", allowed, fixed, count)
            cells += [f"{_with_error(gain)} ({allowed})", "reached" if gain[0] >= 0.0 else "not reached"]
            rows.append(cells)
    return {
        "caption": f"{name}: adaptive questions after which the log-likelihood is no lower than after so "
        "many of another order (share; between whole numbers), and adaptive after 60 % of the questions (how "
        "many, rounded down) less the other order after all of them:",
        "columns": ["order", "questions", *curves.adaptive, f"adaptive at {GOAL:.0%}", "goal"],
        "rows": rows,
    }


def same_count_table(name: str, curves: Curves) -> dict[str, object]:
    rows = [
        [f"{adaptive} less {fixed}", *(_with_error(curves.gain(adaptive, n, fixed, n)) for n in COUNTS[1:-1])]
        for adaptive in curves.adaptive
        for fixed in FIXED
    ]
    return {
        "caption": f"{name}: difference after equally many tasks:",
        "columns": ["", *map(str, COUNTS[1:-1])],
        "rows": rows,
    }


def _with_error(found: tuple[float, float]) -> str:
    return f"{found[0]:+.4f} ± {found[1]:.4f}"


def main(arguments: list[str]) -> None:
    """Measure and write; says so when the data are not there."""
    folder = Path(os.environ.get("CHOICE_DATA_DIR", ""))
    if not (folder / "china_choices.csv").exists():
        print("set CHOICE_DATA_DIR to the folder of the public choice data")
        return
    tables: list[dict[str, object]] = []
    for dataset in DATASETS:
        for judged, curves in curves_of(dataset, folder).items():
            name = f"{dataset}, *{judged}*"
            found = [make(name, curves) for make in (curve_table, same_count_table, needed_table)]
            for table in found:
                print(table["caption"], table["columns"], *cast(Rows, table["rows"]), sep="\n", flush=True)
            tables += found
    if "--print" not in arguments:
        section = {"title": TITLE, "text": list(TEXT), "tables": tables, "measured": describe_machine()}
        put_section("adaptive_order", section, ROOT / "docs" / "evaluation.json")


if __name__ == "__main__":
    main(sys.argv[1:])
