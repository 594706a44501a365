"""Choice files: what is read, and every fault by file, line and column."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recommender.domain.errors import Problem, Rejected
from recommender.registry.columns_file import read_columns_file
from recommender.storage.choice_files import read_choice_files
from tests.choice.small_choices import CHOICES, COLUMNS, PEOPLE, read, write

HEAD = CHOICES.splitlines()[0] + "\n"


def faults_of(tmp_path: Path, **texts: str | None) -> list[tuple[str, str]]:
    with pytest.raises(Rejected) as refusal:
        read(tmp_path, **texts)
    return [(problem.path, problem.code) for problem in refusal.value.problems]


def test_choices_and_people_are_read(tmp_path: Path) -> None:
    _, table = read(tmp_path)
    assert (table.people, table.task_id) == (("a", "b"), ("1", "2", "1"))
    assert table.person.tolist() == [0, 0, 0, 0, 1, 1]
    assert table.task.tolist() == [0, 0, 1, 1, 2, 2]
    assert table.task_rank.tolist() == [1, 2, 1]
    assert table.chosen.tolist() == [True, False, False, True, True, False]
    assert table.numbers["price"].tolist() == [10, 20, 15, 15, 5, 10]
    assert table.words["range"].tolist() == ["0", "200", "0", "400", "400", "0"], "400.0 is 400"
    assert table.answers.numbers["age"].tolist() == [50, 30], "in the order of the choices"
    assert np.isnan(table.answers.numbers["thrift"]).tolist() == [False, True], "9 means not known"


def test_people_may_stand_in_the_choices(tmp_path: Path) -> None:
    lines = [HEAD.strip() + ",age,likes,thrift"]
    lines += [line + (",50,petrol,4" if line[0] == "a" else ",30,,") for line in CHOICES.splitlines()[1:]]
    _, table = read(tmp_path, choices="\n".join(lines), people=None)
    assert table.answers.words["likes"].tolist() == ["petrol", ""]
    lines[2] = lines[2].replace(",50,", ",51,")
    assert faults_of(tmp_path, choices="\n".join(lines), people=None) == [
        ("choices.csv:3:age", "survey_answers_differ")
    ]


def test_task_numbers_go_by_number_and_words_by_place(tmp_path: Path) -> None:
    late = CHOICES.replace("a,1,", "a,10,")
    assert read(tmp_path, choices=late)[1].task_rank.tolist() == [2, 1, 1]
    named = CHOICES.replace("a,1,", "a,z,")
    assert read(tmp_path, choices=named)[1].task_rank.tolist() == [1, 2, 1]


def test_the_table_of_some_people_and_of_some_tasks(tmp_path: Path) -> None:
    _, table = read(tmp_path)
    second = table.of_people(np.array([False, True]))
    assert (second.people, second.person.tolist(), second.task.tolist()) == (("b",), [0, 0], [0, 0])
    assert (second.task_rank.tolist(), second.answers.words["likes"].tolist()) == ([1], ["Electric"])
    part = table.of_tasks(np.array([False, True, True]))
    assert (part.people, part.person.tolist(), part.task.tolist()) == (("a", "b"), [0, 0, 1, 1], [0, 0, 1, 1])
    assert part.first_rows.tolist() == [0, 2]


BAD_ROWS = [
    ("a,1,x,1,1,petrol,0\na,1,y,1,1,petrol,0\n", [("choices.csv:3:taken", "survey_two_chosen")]),
    ("a,1,x,0,1,petrol,0\na,1,y,0,1,petrol,0\n", [("choices.csv:2:taken", "choice_none_chosen")]),
    ("a,1,x,1,1,petrol,0\n", [("choices.csv:2:taken", "choice_one_alternative")]),
    ("a,1,x,1,1,petrol,0\na,1,x,0,1,petrol,0\n", [("choices.csv:3:option", "survey_alt_twice")]),
    (
        "a,1,x,1,1,petrol,0\na,1,y,0,1,petrol,0\nb,1,x,1,1,petrol,0\nb,1,y,0,1,petrol,0\na,1,z,0,1,petrol,0\n",
        [("choices.csv:6:question", "choice_task_apart")],
    ),
    (
        "a,1,x,1,NaN,petrol,0\na,1,y,0,inf,petrol,0\n",
        [("choices.csv:2:price", "choice_number"), ("choices.csv:3:price", "choice_number")],
    ),
    (
        "a,1,x,1,1e999,petrol,0\na,1,y,0,1_0,petrol,0\n",
        [("choices.csv:2:price", "choice_number"), ("choices.csv:3:price", "choice_number")],
    ),
    (
        "a,1,x,1,cheap,petrol,0\na,1,y,0,,,0\n",
        [
            ("choices.csv:2:price", "choice_number"),
            ("choices.csv:3:price", "cell_required"),
            ("choices.csv:3:power", "cell_required"),
        ],
    ),
    (
        "c,1,x,1,1,petrol,0\nc,1,y,0,1,petrol,0\nc,2,x,1,1,petrol,0\nc,2,y,0,1,petrol,0\n",
        [("choices.csv:2:who", "survey_person_unknown")],
    ),
    (
        ",1,x,1,1,petrol,0\na,1,y,maybe,1,petrol,0\n",
        [("choices.csv:2:who", "cell_required"), ("choices.csv:3:taken", "cell_yes_no")],
    ),
    ("", [("choices.csv:1", "table_empty")]),
    ("a,1,x\n", [("choices.csv:2", "table_cell_count")]),
]


@pytest.mark.parametrize(("rows", "expected"), BAD_ROWS)
def test_a_bad_row_is_named(tmp_path: Path, rows: str, expected: list[tuple[str, str]]) -> None:
    assert faults_of(tmp_path, choices=HEAD + rows) == expected


def test_faults_of_both_files_come_at_once(tmp_path: Path) -> None:
    found = faults_of(
        tmp_path,
        choices=CHOICES.replace("a,1,y,0,20", "a,1,y,0,inf"),
        people=PEOPLE.replace("50", "fifty") + "b,1,petrol,1\n,2,petrol,2\n",
    )
    assert found == [
        ("people.csv:4:who", "survey_person_twice"),
        ("people.csv:5:who", "cell_required"),
        ("choices.csv:3:price", "choice_number"),
        ("people.csv:3:age", "choice_number"),
    ]


def test_columns_that_are_not_there_are_named_with_near_ones(tmp_path: Path) -> None:
    with pytest.raises(Rejected) as refusal:
        read(tmp_path, choices=CHOICES.replace("price", "prize"), people=PEOPLE.replace("likes", "loves"))
    found = refusal.value.problems
    assert [(p.path, p.code, p.params["nearest"]) for p in found] == [
        ("choices.csv:1:price", "choice_column_missing", ("prize",)),
        ("people.csv:1:likes", "choice_column_missing", ("loves",)),
    ]


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01", b"\xff\xfe\xff", b'who,question\n"open', b"PK\x03\x04"]
)
def test_a_file_that_is_no_table_is_named(tmp_path: Path, content: bytes) -> None:
    columns_file = tmp_path / "tiny.toml"
    read(tmp_path)
    (tmp_path / "choices.csv").write_bytes(content)
    with pytest.raises(Rejected) as refusal:
        read_choice_files(tmp_path / "choices.csv", None, read_columns_file(columns_file))
    assert all(problem.path.startswith(("choices.csv", "--people")) for problem in refusal.value.problems)


def test_missing_people_are_asked_for(tmp_path: Path) -> None:
    assert faults_of(tmp_path, people=None) == [("--people", "choice_people_needed")]
    without = COLUMNS[: COLUMNS.index("[[person]]")]
    assert read(tmp_path, columns=without, people=None)[1].people == ("a", "b")


CELLS = st.sampled_from(
    ["", "a", "b", "1", "0", "2", "x", "petrol", "electric", "NaN", "1e400", "é", '"', "-"]
)


@given(rows=st.lists(st.lists(CELLS, min_size=6, max_size=8), max_size=6), tail=st.binary(max_size=8))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_anything_is_read_or_named(tmp_path: Path, rows: list[list[str]], tail: bytes) -> None:
    columns_file, choices, people = write(tmp_path)
    choices.write_bytes((HEAD + "\n".join(",".join(row) for row in rows)).encode() + tail)
    problems: tuple[Problem, ...] = ()
    try:
        table = read_choice_files(choices, people, read_columns_file(columns_file))
    except Rejected as refusal:
        problems = refusal.problems
    if problems:
        assert all(problem.path.startswith(("choices.csv", "people.csv")) for problem in problems)
        return
    assert all(np.isfinite(numbers).all() for numbers in table.numbers.values())
    assert np.bincount(table.task, table.chosen).tolist() == [1.0] * len(table.task_id)
    assert np.bincount(table.task).min() >= 2
