"""All estimators on both surveys, five folds: writes the section "estimators" of docs/evaluation.json.

``python -m bench.evaluation [MODEL,...]``: with names, only these are fitted and the page is not written.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from bench.machine import describe_machine, pin_threads

pin_threads()

from recommender.choice.contenders import CONTENDERS  # noqa: E402 - after the threads are pinned
from recommender.services.evaluate import evaluate_choices, make_plan  # noqa: E402
from recommender.services.evaluation_document import put_section  # noqa: E402
from recommender.storage.choice_files import read_data_set  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
PROTOCOLS = "cold,warm,curve"
DATASETS = ("china", "us")
GOALS = {"china": {"cold": 0.030, "warm": 0.100}, "us": {"cold": 0.050, "warm": 0.140}}
"""Gain over the pooled logit that the issue sets as goal."""
MOST_ECE = 0.015
MODELS = {
    "uniform": "equal shares",
    "mnl": "pooled conditional logit: one taste for all",
    "mnl_answers": "conditional logit × all answers and what was said of the very alternative; ridge tried "
    "out on these folds",
    "latent_class": "latent classes, panel likelihood, membership on all answers",
    "latent_pool": "average of latent class fits with several numbers of classes",
    "latent_pool_spoken": "the same, with columns for what was said of the very alternative",
    "latent_setting": "average of latent class fits, with the setting: best and worst of its task, place",
    "latent_all": "the same, with the setting and what was said of the very alternative",
    "taste_plain": "mixture of normals by Gibbs sampling, answers on means and membership, shrinkage and "
    "number of components by nested cross-validation",
    "taste_unspoken": "the same, with the setting",
    "taste": "the same, with the setting, and what was said of the very alternative as part-worths of all",
    "taste_tails": "the same, with Student tails (5 degrees of freedom)",
    "mixture": "average of taste, taste_unspoken and latent_setting, in equal parts",
}


def slim(document: Mapping[str, object]) -> dict[str, object]:
    """The document without what the page does not show: pairs and bins of the learning curve."""
    kept = {}
    for name, found in document.items():
        by_protocol = found if name in ("paired", "calibration") and isinstance(found, Mapping) else None
        shown = ("cold", "warm") if name == "paired" else ("cold",)
        kept[name] = found if by_protocol is None else {p: by_protocol[p] for p in shown}
    return kept


def main(arguments: list[str]) -> None:
    """Evaluate and write; says so when the data are not there."""
    folder = Path(os.environ.get("CHOICE_DATA_DIR", ""))
    if not (folder / "china_choices.csv").exists():
        print("set CHOICE_DATA_DIR to the folder of the public choice data")
        return
    models = arguments[0].split(",") if arguments else [name for name in MODELS if name in CONTENDERS]
    datasets = {}
    for dataset in DATASETS:
        columns = ROOT / "docs" / "columns" / f"{dataset}.toml"
        choices, people = folder / f"{dataset}_choices.csv", folder / f"{dataset}_people.csv"
        data = read_data_set(columns, choices, people)
        plan = make_plan(",".join(models), PROTOCOLS)
        found = evaluate_choices(data.columns, data.table, None, plan)
        datasets[dataset] = slim(found.document)
        for protocol in ("cold", "warm"):
            for name, m in found.metrics[protocol].items():
                gain = f"{m['d_ll']:+.4f} ± {m['d_ll_se']:.4f}"
                print(f"{dataset} {protocol} {name:14} {m['ll']:.4f} {gain} ece {m['ece']:.4f}", flush=True)
    if arguments:
        return
    section = {
        "models": {name: MODELS[name] for name in models},
        "chosen": "mixture",
        "goals": GOALS,
        "most_ece": MOST_ECE,
        "datasets": datasets,
        "measured": describe_machine(),
    }
    put_section("estimators", section, ROOT / "docs" / "evaluation.json")


if __name__ == "__main__":
    main(sys.argv[1:])
