"""From columns of a file to columns of a model."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from recommender.choice.design import column_problems, fit_design, in_order
from recommender.storage.choice_files import read_data_set
from tests.choice.small_choices import CHOICES, COLUMNS, PEOPLE, read
from tests.needs import ROOT


def test_alternatives_by_hand(tmp_path: Path) -> None:
    columns, table = read(tmp_path)
    design = fit_design(columns, table)
    assert design.names == ("price", "power=electric", "power=hybrid", "range (power=electric)=400")
    assert design.alternatives(table).tolist() == [
        [0.0, 0.0, 0.0, 0.0],
        [2.0, 1.0, 0.0, 0.0],
        [1.0, 0.0, 0.0, 0.0],
        [1.0, 1.0, 0.0, 1.0],
        [-1.0, 1.0, 0.0, 1.0],
        [0.0, 0.0, 1.0, 0.0],
    ]


def test_people_by_hand(tmp_path: Path) -> None:
    columns, table = read(tmp_path)
    design = fit_design(columns, table)
    # one person has no thrift: no spread to learn from, and half of the people miss it
    assert design.person_names == ("age", "likes=Electric", "likes=petrol", "thrift not known")
    assert design.people(table).tolist() == [[1.0, -0.5, 0.5, -0.5], [-1.0, 0.5, -0.5, 0.5]]
    assert design.spoken_names == (
        *("likes names power", "thrift about price", "thrift about power=electric"),
    )
    said = design.spoken(table)
    assert said[:, 0].tolist() == [1.0, 0.0, 1.0, 0.0, 1.0, 0.0], "Electric names electric"
    assert not said[:, 1:].any(), "the same thrift for all says nothing"


def test_what_a_person_said_of_a_number_and_of_a_level(tmp_path: Path) -> None:
    columns, table = read(tmp_path, people=PEOPLE.replace("Electric,9", "Electric,2"))
    design = fit_design(columns, table)
    said = design.spoken(table)
    thrift = np.array([1.0, 1.0, 1.0, 1.0, -1.0, -1.0])
    assert said[:, 1].tolist() == (thrift * design.alternatives(table)[:, 0]).tolist()
    assert said[:, 2].tolist() == (thrift * design.alternatives(table)[:, 1]).tolist()


def test_people_not_trained_on_are_measured_by_those_who_were(tmp_path: Path) -> None:
    columns, table = read(tmp_path, people=PEOPLE.replace("Electric,9", "Electric,2"))
    first = table.of_people(np.array([True, False]))
    design = fit_design(columns, first)
    assert design.names == ("price", "power=electric", "range (power=electric)=400")
    assert design.unseen(first) == ()
    assert design.unseen(table) == ("power=hybrid",)
    assert design.alternatives(table)[5].tolist() == [0.0, 0.0, 0.0], "nothing is known of hybrids"
    assert design.person_names == (), "one person does not vary"
    assert design.people(table).shape == (2, 0)


def test_without_a_reference_the_first_level_is_left_out(tmp_path: Path) -> None:
    plain = COLUMNS.replace('reference = "petrol"\n', "").replace("reference = 200\n", "")
    columns, table = read(tmp_path, columns=plain)
    design = fit_design(columns, table)
    assert design.names[1:] == (
        *("power=hybrid", "power=petrol", "range (power=electric)=200", "range (power=electric)=400"),
    )
    assert design.unseen(table) == ()


SETTING = """
[choices]
position = true

[[attribute]]
column = "price"
kind = "number"
reference = 10
scale = 5
better = "less"

[[attribute]]
column = "range"
kind = "number"
better = "more"

[[attribute]]
column = "range"
kind = "number"
within = "power=electric"
better = "more"
"""
TASKS = """person_id,task,alt,chosen,price,power,range
a,1,left,1,10,petrol,600
a,1,middle,0,20,electric,400
a,1,right,0,10,electric,300
a,2,left,0,15,petrol,500
a,2,right,1,15,electric,500
b,1,right,1,5,electric,0
b,1,middle,0,10,petrol,700
"""


def test_leads_and_trails_within_a_task_by_hand(tmp_path: Path) -> None:
    columns, table = read(tmp_path, columns=SETTING, choices=TASKS, people=None)
    design = fit_design(columns, table)
    assert design.setting_names == ("best of its task", "worst of its task", "alt=middle", "alt=right")
    found = design.setting(table)
    # the lowest price is shared by two, who both lead; a price or range that does not differ counts for none;
    # the range of electric cars is compared with all others of the task, and counts for electric cars only
    assert found[:, 0].tolist() == [2.0, 0.0, 1.0, 0.0, 0.0, 1.0, 1.0]
    assert found[:, 1].tolist() == [0.0, 1.0, 2.0, 0.0, 0.0, 2.0, 1.0]
    assert found[:, 2:].tolist() == [
        *([0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 0.0], [0.0, 1.0], [0.0, 1.0], [1.0, 0.0]),
    ]


def test_the_setting_of_a_task_does_not_depend_on_the_others(tmp_path: Path) -> None:
    columns, table = read(tmp_path, columns=SETTING, choices=TASKS, people=None)
    design, kept = fit_design(columns, table), np.array([False, True, True])
    rows = kept[table.task]
    assert design.setting(table.of_tasks(kept)).tolist() == design.setting(table)[rows].tolist()


def test_without_better_and_position_there_is_no_setting(tmp_path: Path) -> None:
    plain = SETTING.replace('better = "less"\n', "").replace('better = "more"\n', "")
    columns, table = read(tmp_path, columns=plain, choices=TASKS, people=None)
    places = fit_design(columns, table)
    assert places.setting_names == ("alt=middle", "alt=right")
    columns, table = read(tmp_path, columns=plain.replace("position = true", ""), choices=TASKS, people=None)
    nothing = fit_design(columns, table)
    assert (nothing.setting_names, nothing.setting(table).shape) == ((), (7, 0))


def test_a_place_not_seen_in_training_counts_as_the_first(tmp_path: Path) -> None:
    columns, table = read(tmp_path, columns=SETTING, choices=TASKS, people=None)
    design = fit_design(columns, table.of_tasks(np.array([False, True, False])))
    assert design.setting_names[2:] == ("alt=right",)
    assert design.setting(table)[1, 2:].tolist() == [0.0], "the middle one"


def test_levels_that_no_row_has_are_slips_of_the_pen(tmp_path: Path) -> None:
    slips = COLUMNS.replace('"petrol"', '"diesel"').replace('within = "power=electric"', 'within = "power=x"')
    columns, table = read(tmp_path, columns=slips.replace('"price", "power=electric"', '"power=y"'))
    assert {(problem.path, problem.value) for problem in column_problems(columns, table)} == {
        ("tiny.toml:[[attribute]] 2:reference", "diesel"),
        ("tiny.toml:[[attribute]] 3:reference", "200"),
        ("tiny.toml:[[attribute]] 3:within", "x"),
        ("tiny.toml:[[person]] 3:about", "y"),
    }
    assert column_problems(*read(tmp_path)) == ()


def test_numbers_go_by_size_and_before_words() -> None:
    assert in_order({"120", "15", "b", "a", "-1"}) == ["-1", "15", "120", "a", "b"]
    for levels in itertools.permutations(["2", "nan", "10", "inf", "a"]):
        assert in_order(levels) == ["2", "10", "inf", "a", "nan"], "however the rows stand"


def test_few_missing_answers_have_no_column(tmp_path: Path) -> None:
    people = "who,age,likes,thrift\n" + "".join(
        f"p{n},{20 + n},petrol,{n % 5 if n else ''}\n" for n in range(60)
    )
    rows = "".join(f"p{n},1,x,1,10,petrol,0\np{n},1,y,0,20,electric,200\n" for n in range(60))
    columns, table = read(tmp_path, choices=CHOICES.splitlines()[0] + "\n" + rows, people=people)
    design = fit_design(columns, table)
    assert design.person_names == ("age", "thrift"), "one in sixty is below two percent"
    answers = design.people(table)
    assert answers[0, 1] == 0.0, "not known is the mean"
    assert answers.mean(axis=0) == pytest.approx([0.0, 0.0], abs=1e-12)
    assert answers[1:, 1].std() == pytest.approx(1.0)


@pytest.mark.choice_data
@pytest.mark.parametrize(
    ("dataset", "files"),
    [
        ("china", ("china_choices", "china_people")),
        ("us", ("us_choices", "us_people")),
        ("california", ("california_cars", None)),
    ],
)
def test_the_shipped_files_span_the_published_columns(
    dataset: str, files: tuple[str, str | None], choice_data_dir: Path, protocol: object
) -> None:
    path = ROOT / "docs" / "columns" / f"{dataset}.toml"
    people = None if files[1] is None else choice_data_dir / f"{files[1]}.csv"
    data = read_data_set(path, choice_data_dir / f"{files[0]}.csv", people)
    found = fit_design(data.columns, data.table).alternatives(data.table)
    frame = protocol.load(data.columns.dataset)[0]  # type: ignore[attr-defined]
    published, _ = protocol.features(frame)  # type: ignore[attr-defined]
    columns = {"china": 16, "us": 16, "california": 21}[dataset]
    assert found.shape == published.shape == (len(frame), columns)
    assert np.linalg.matrix_rank(np.hstack([found, published])) == columns
    assert column_problems(data.columns, data.table) == ()
