"""The project's model under the public protocol script: ``make()`` for ``choice_protocol.py``.

``python -m bench.choice_adapter [DATASET...]`` runs ``choice_protocol.py`` of CHOICE_DATA_DIR with it (five
folds, cold and warm); by hand, from this folder: ``python CHOICE_DATA_DIR/choice_protocol.py run --model
choice_adapter:make --dataset us --protocol cold,warm``. The same columns files, design and models as
``recommender evaluate``; the variable MODEL names another one of its models.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from recommender.choice.choice_table import ChoiceTable
from recommender.choice.contenders import CONTENDERS, Contender, Encoded, encode
from recommender.choice.design import Design, fit_design
from recommender.registry.columns_file import ColumnsFile, read_columns_file
from recommender.storage.choice_files import read_choice_files

ROOT = Path(__file__).resolve().parent.parent
_PREFERRED = ("mixture", "latent_pool_spoken", "mnl_answers")


def model_name() -> str:
    """The model asked for by the variable MODEL, else the best that is there."""
    return os.environ.get("MODEL") or next(name for name in _PREFERRED if name in CONTENDERS)


def columns_of(choices: pd.DataFrame, people: pd.DataFrame | None) -> ColumnsFile:
    """The columns file of a data set, told from the columns present."""
    chinese = people is not None and "city" in people
    name = "california" if "fuel" in choices else "china" if chinese else "us"
    return read_columns_file(ROOT / "docs" / "columns" / f"{name}.toml")


class Adapter:
    """``fit(choices, people)`` and ``predict(target, people, history)`` on frames of the protocol script."""

    def fit(self, choices: pd.DataFrame, people: pd.DataFrame | None) -> Adapter:
        self.columns = columns_of(choices, people)
        table = self._table(choices, people)
        self.design: Design = fit_design(self.columns, table)
        self.model: Contender = CONTENDERS[model_name()](0)
        self.model.fit(encode(self.design, table))
        return self

    def predict(
        self, target: pd.DataFrame, people: pd.DataFrame | None, history: pd.DataFrame
    ) -> np.typing.NDArray[np.float64]:
        """Probability of each row of ``target``; ``history``: choices known of the same people."""
        keys = [self.columns.person, self.columns.task]
        # the choice asked for is not in the frame; the reader wants one in each task
        first = (~target.duplicated(keys)).astype(int)
        both = pd.concat([history, target.assign(chosen=first)], ignore_index=True)
        table = self._table(both, people)
        tasks = len(table.task_id)
        is_known = np.zeros(tasks, dtype=np.bool_)
        is_known[: len(history.drop_duplicates(keys))] = True
        encoded: Encoded = encode(self.design, table)
        return self.model.predict(encoded.of_tasks(~is_known), encoded.of_tasks(is_known))

    def _table(self, choices: pd.DataFrame, people: pd.DataFrame | None) -> ChoiceTable:
        with tempfile.TemporaryDirectory() as folder:
            files = Path(folder)
            choices.to_csv(files / "choices.csv", index=False)
            if people is not None:
                people.to_csv(files / "people.csv", index=False)
            answers = None if people is None else files / "people.csv"
            return read_choice_files(files / "choices.csv", answers, self.columns)


def make() -> Adapter:
    """What ``choice_protocol.py run --model choice_adapter:make`` calls for each fold."""
    return Adapter()


def main(datasets: list[str]) -> None:
    """Run the protocol script; says so when the data are not there."""
    folder = os.environ.get("CHOICE_DATA_DIR", "")
    script = Path(folder) / "choice_protocol.py"
    if not folder or not script.exists():
        print("set CHOICE_DATA_DIR to the folder of the public choice data")
        return
    for dataset in datasets or ["china", "us"]:
        print(f"{dataset}, {model_name()}", flush=True)
        arguments = ["run", "--model", "choice_adapter:make", "--dataset", dataset, "--protocol", "cold,warm"]
        subprocess.run([sys.executable, str(script), *arguments], cwd=Path(__file__).parent, check=True)  # noqa: S603


if __name__ == "__main__":
    main(sys.argv[1:])
