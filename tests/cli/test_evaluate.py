"""``recommender evaluate``: tables, JSON, predictions, exit status, problems."""

from __future__ import annotations

import csv
import errno
import json
from pathlib import Path

import numpy as np
import pytest

from recommender.choice.contenders import CONTENDERS, Encoded, Uniform
from tests.choice.small_choices import CHOICES, COLUMNS, simulated, write
from tests.cli.conftest import Ended, Program
from tests.cli.test_commands import errors, every_error
from tests.needs import ROOT

METRICS = ["tasks", "persons", "ll", "ll_se", "hit", "hit_se", "rho2", "brier", "ece", "d_ll", "d_ll_se"]


@pytest.fixture
def data(tmp_path: Path) -> tuple[str, ...]:
    """Options that name a small data set."""
    choices, people = simulated(24, 5)
    return options(tmp_path, choices=choices, people=people)


def options(folder: Path, **texts: str | None) -> tuple[str, ...]:
    columns, choices, people = write(folder, **texts)  # type: ignore[arg-type]  # texts as in write
    named = ("--columns", str(columns), "--choices", str(choices))
    return named if people is None else (*named, "--people", str(people))


def of_json(ended: Ended) -> dict[str, dict[str, dict[str, dict[str, float]]]]:
    assert ended.err == ""
    found: dict[str, dict[str, dict[str, dict[str, float]]]] = json.loads(ended.out)
    return found


def test_the_document_has_every_figure_of_the_contract(program: Program, data: tuple[str, ...]) -> None:
    ended = program(
        "evaluate", *data, "--model", "mnl_answers", "--protocol", "cold,warm,warm2", "--format", "json"
    )
    assert ended.status == 0
    found = of_json(ended)
    assert (found["dataset"], found["split"]) == ("tiny", "5 folds")
    assert list(found["protocols"]) == ["cold", "warm", "warm2"]
    for by_model in found["protocols"].values():
        assert list(by_model) == ["mnl", "mnl_answers"], "the baseline stands beside unasked"
        assert [list(metrics) for metrics in by_model.values()] == [METRICS, METRICS]
    cold = found["protocols"]["cold"]
    assert (cold["mnl"]["tasks"], cold["mnl"]["persons"]) == (120, 24)
    assert (cold["mnl"]["d_ll"], cold["mnl"]["d_ll_se"]) == (0.0, 0.0)
    assert cold["mnl_answers"]["d_ll"] == pytest.approx(cold["mnl_answers"]["ll"] - cold["mnl"]["ll"])
    pair = found["paired"]["cold"]["mnl_answers"]["mnl"]
    assert pair == {k: pytest.approx(cold["mnl_answers"][k]) for k in ("d_ll", "d_ll_se")}
    back = found["paired"]["cold"]["mnl"]["mnl_answers"]
    assert back["d_ll"] == pytest.approx(-pair["d_ll"])  # type: ignore[operator]  # a number in the document
    assert found["protocols"]["warm"]["mnl"]["tasks"] == 24, "one task of five each"
    assert [len(seconds) for seconds in found["fit_seconds"].values()] == [5, 5]
    assert sum(b["rows"] for b in found["calibration"]["cold"]["mnl"]) == 360  # type: ignore[index]  # a list
    again = program(
        "evaluate", *data, "--model", "mnl_answers", "--protocol", "cold,warm,warm2", "--format", "json"
    )
    assert of_json(again)["protocols"] == found["protocols"]


def test_the_table_is_for_people(program: Program, data: tuple[str, ...]) -> None:
    ended = program("evaluate", *data, "--model", "uniform,latent_pool_spoken", "--protocol", "curve")
    assert (ended.status, ended.err) == (0, "")
    for words in (
        "tiny: 5 folds, 24 people scored",
        "warm0: 24 choices",
        "warm12: 24",
        "uniform",
        "last fifth",
    ):
        assert words in ended.out
    assert max(map(len, ended.out.splitlines())) <= 100


def test_predictions_are_the_last_models_and_score_the_same(
    program: Program, data: tuple[str, ...], tmp_path: Path
) -> None:
    target = tmp_path / "new" / "predictions.csv"
    ended = program(
        *("evaluate", *data, "--model", "mnl,mnl_answers", "--protocol", "cold,warm"),
        *("--predictions", str(target), "--format", "json"),
    )
    assert ended.status == 0
    with target.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["protocol", "person_id", "task", "alt", "prob", "model"]
    assert {row["model"] for row in rows} == {"mnl_answers"}
    assert len({(r["protocol"], r["person_id"], r["task"], r["alt"]) for r in rows}) == len(rows) == 360 + 72
    chosen = {
        (r["who"], r["question"], r["option"])
        for r in csv.DictReader((tmp_path / "choices.csv").read_text(encoding="utf-8").splitlines())
        if r["taken"] == "1"
    }
    picked = [float(r["prob"]) for r in rows if (r["person_id"], r["task"], r["alt"]) in chosen]
    cold = of_json(ended)["protocols"]["cold"]["mnl_answers"]["ll"]
    assert float(np.log(picked[:120]).mean()) == pytest.approx(cold)
    assert not list(target.parent.glob(".*"))


def test_held_out_people_are_scored_by_a_model_of_the_others(
    program: Program, data: tuple[str, ...], tmp_path: Path
) -> None:
    other = tmp_path / "test"
    other.mkdir()
    choices, people = simulated(7, 4, seed=1)
    choices = choices.replace("\np", "\nq").replace("hybrid", "fuel cell")
    _, test_choices, test_people = write(other, choices=choices, people=people.replace("\np", "\nq"))
    held_out = ("--test-choices", str(test_choices), "--test-people", str(test_people))
    ended = program("evaluate", *data, *held_out, "--model", "mnl", "--protocol", "cold", "--format", "json")
    found = of_json(ended)
    assert (found["split"], found["people"]) == ("held out", {"fitted": 24, "scored": 7})
    assert found["protocols"]["cold"]["mnl"]["tasks"] == 28
    assert "power=fuel cell: not seen in training, counted as nothing" in found["notes"]
    same = ("--test-choices", data[3], "--test-people", data[5])
    found = of_json(program("evaluate", *data, *same, "--model", "mnl", "--format", "json"))
    assert "24 people stand in both files: their figures are not of new people" in found["notes"]


def test_a_model_worse_than_equal_shares_ends_with_one(
    program: Program, data: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Sure(Uniform):
        def predict(self, asked: Encoded, known: Encoded) -> np.typing.NDArray[np.float64]:
            return np.where(np.diff(asked.table.task, prepend=-1) > 0, 0.98, 0.01)

    monkeypatch.setitem(CONTENDERS, "sure", lambda seed: Sure())  # type: ignore[arg-type]  # a dict behind
    ended = program("evaluate", *data, "--model", "sure,mnl", "--protocol", "cold")
    assert (ended.status, ended.err) == (1, "")
    assert "cold: sure predicts worse than equal shares" in ended.out
    beside = program("evaluate", *data, "--model", "uniform", "--protocol", "cold", "--format", "json")
    assert beside.status == 0, "equal shares are not below themselves"


# ------------------------------------------------------------------------------------------ bad input
@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        (("--model", "mnl,magic"), {"--model": "evaluate_model_unknown"}),
        (("--model", ","), {"--model": "evaluate_model_unknown"}),
        (("--protocol", "cold,hot"), {"--protocol": "evaluate_protocol_unknown"}),
        (("--protocol", ""), {"--protocol": "evaluate_protocol_unknown"}),
        (("--folds", "25"), {"--folds": "evaluate_too_few_people"}),
        (("--folds", "1"), {"--folds": "usage"}),
        (("--test-people", "x.csv"), {"--test-people": "usage"}),
        (("--test-choices", "x.csv", "--folds", "3"), {"--folds": "usage"}),
        (("--predictions", "."), {".": "evaluate_target_is_folder"}),
        (("--test-choices", "x.csv"), {"x.csv": "file_unreadable"}),
    ],
)
def test_a_wrong_option_is_named(
    program: Program, data: tuple[str, ...], extra: tuple[str, ...], expected: dict[str, str]
) -> None:
    model = () if "--model" in extra else ("--model", "mnl")
    ended = program("evaluate", *data, *model, *extra, "--format", "json")
    assert (ended.status, ended.out) == (2, "")
    assert errors(ended.err) == expected


def test_no_input_is_overwritten(program: Program, data: tuple[str, ...]) -> None:
    files = [Path(data[place]) for place in (1, 3, 5)]
    before = [path.read_bytes() for path in files]
    for path in files:
        other_way = path.parent / ".." / path.parent.name / path.name
        ended = program("evaluate", *data, "--predictions", str(other_way), "--format", "json")
        assert (ended.status, ended.out) == (2, "")
        assert errors(ended.err) == {str(other_way): "evaluate_target_is_input"}
    assert [path.read_bytes() for path in files] == before


def test_a_place_that_takes_no_file_is_named(
    program: Program, data: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    too_long = tmp_path / ("x" * 300)
    ended = program("evaluate", *data, "--model", "mnl", "--predictions", str(too_long), "--format", "json")
    assert (ended.status, errors(ended.err)) == (2, {str(too_long): "evaluate_target_unwritable"})
    monkeypatch.setattr("recommender.storage.prediction_file.write_predictions", full)
    target = tmp_path / "p.csv"
    ended = program("evaluate", *data, "--model", "mnl", "--predictions", str(target), "--format", "json")
    assert (ended.status, errors(ended.err)) == (2, {str(target): "evaluate_target_unwritable"})


def test_both_a_model_and_a_protocol_are_named_in_both_languages(
    program: Program, data: tuple[str, ...]
) -> None:
    for lang, words in (("zh", "没有叫“magic”的模型"), ("en", 'There is no model "magic"')):
        ended = program("evaluate", *data, "--model", "magic", "--protocol", "hot", "--lang", lang)
        assert ended.status == 2
        assert words in ended.err
        assert len(ended.err.splitlines()) == 2
        assert "mnl_answers" in ended.err, "the list of names"


def test_faults_of_all_files_come_at_once(program: Program, tmp_path: Path) -> None:
    other = tmp_path / "test"
    other.mkdir()
    _, test_choices, _ = write(other, choices=CHOICES.replace("a,1,x,1,10", "a,1,x,0,NaN"), people=None)
    named = options(tmp_path, choices=CHOICES.replace(",15,electric", ",inf,electric"))
    ended = program(
        "evaluate", *named, "--test-choices", str(test_choices), "--model", "mnl", "--format", "json"
    )
    assert ended.status == 2
    assert every_error(ended.err) == [
        ("choices.csv:5:price", "choice_number"),
        ("--test-people", "choice_people_needed"),
        ("choices.csv:2:taken", "choice_none_chosen"),
        ("choices.csv:2:price", "choice_number"),
    ]


def test_a_columns_file_with_slips_is_named(program: Program, tmp_path: Path) -> None:
    named = options(tmp_path, columns=COLUMNS.replace('reference = "petrol"', 'reference = "diesel"'))
    ended = program("evaluate", *named, "--model", "mnl", "--folds", "2", "--format", "json")
    assert errors(ended.err) == {"tiny.toml:[[attribute]] 2:reference": "columns_level_unknown"}
    ended = program(
        "evaluate", *options(tmp_path, columns=COLUMNS + "\nx = 1"), "--model", "mnl", "--format", "json"
    )
    assert errors(ended.err) == {"tiny.toml:[[person]] 3:x": "registry_unknown_key"}


def test_one_task_each_has_no_warm(program: Program, tmp_path: Path) -> None:
    choices, people = simulated(6, 1)
    named = options(tmp_path, choices=choices, people=people)
    ended = program("evaluate", *named, "--model", "mnl", "--format", "json")
    assert errors(ended.err) == {"--protocol": "evaluate_no_warm"}
    assert program("evaluate", *named, "--model", "mnl", "--protocol", "cold").status in (0, 1)


# ------------------------------------------------------------------------------------------ public data
@pytest.mark.choice_data
def test_the_figures_of_the_pooled_logit_are_the_published_ones(
    program: Program, choice_data_dir: Path
) -> None:
    """Pooled MNL, five folds, cold and warm, as the protocol script prints them."""
    for dataset, cold, warm in (("china", -0.9986, -0.9946), ("us", -0.8074, -0.8167)):
        ended = program(
            *("evaluate", "--choices", str(choice_data_dir / f"{dataset}_choices.csv")),
            *("--people", str(choice_data_dir / f"{dataset}_people.csv")),
            *("--columns", str(ROOT / "docs" / "columns" / f"{dataset}.toml")),
            *("--model", "mnl", "--protocol", "cold,warm", "--format", "json"),
        )
        found = of_json(ended)["protocols"]
        assert [round(found[name]["mnl"]["ll"], 4) for name in ("cold", "warm")] == [cold, warm]
        assert found["cold"]["mnl"]["ll_se"] == pytest.approx(
            {"china": 0.0085, "us": 0.0144}[dataset], abs=1e-4
        )
