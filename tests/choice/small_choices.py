"""A small data set as files: cars of two powertrains, people who say what they like."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from recommender.choice.choice_table import ChoiceTable
from recommender.registry.columns_file import ColumnsFile, read_columns_file
from recommender.storage.choice_files import read_choice_files

COLUMNS = """
[dataset]
name = "tiny"

[choices]
person = "who"
task = "question"
alternative = "option"
chosen = "taken"

[[attribute]]
column = "price"
kind = "number"
reference = 10
scale = 5

[[attribute]]
column = "power"
kind = "level"
reference = "petrol"

[[attribute]]
column = "range"
kind = "level"
within = "power=electric"
reference = 200

[[person]]
column = "age"
kind = "number"

[[person]]
column = "likes"
kind = "level"
names = "power"

[[person]]
column = "thrift"
kind = "number"
about = ["price", "power=electric"]
missing = [9]
"""
CHOICES = """who,question,option,taken,price,power,range
a,1,x,1,10,petrol,0
a,1,y,0,20,electric,200
a,2,x,0,15,petrol,0
a,2,y,1,15,electric,400.0
b,1,x,1,5,electric,400
b,1,y,0,10,hybrid,0
"""
PEOPLE = """who,age,likes,thrift
b,30,Electric,9
a,50,petrol,4
"""


def write(
    folder: Path, *, columns: str = COLUMNS, choices: str = CHOICES, people: str | None = PEOPLE
) -> tuple[Path, Path, Path | None]:
    """Columns file, choices, people."""
    files = folder / "tiny.toml", folder / "choices.csv", folder / "people.csv"
    for path, text in zip(files, (columns, choices, people), strict=True):
        if text is not None:
            path.write_text(text, encoding="utf-8")
    return files[0], files[1], None if people is None else files[2]


def read(folder: Path, **texts: str | None) -> tuple[ColumnsFile, ChoiceTable]:
    columns_file, choices, people = write(folder, **texts)  # type: ignore[arg-type]  # texts as above
    columns = read_columns_file(columns_file)
    return columns, read_choice_files(choices, people, columns)


def simulated(people: int, tasks: int, *, seed: int = 0) -> tuple[str, str]:
    """Choices and people whose taste for price hangs on their thrift; CSV texts for COLUMNS."""
    rng = np.random.default_rng(seed)
    lines, answers = ["who,question,option,taken,price,power,range"], ["who,age,likes,thrift"]
    for person in range(people):
        thrift = int(rng.integers(1, 6))
        answers.append(f"p{person},{rng.integers(20, 70)},{rng.choice(['petrol', 'electric'])},{thrift}")
        for task in range(1, tasks + 1):
            price = rng.integers(5, 30, size=3)
            power = rng.choice(["petrol", "electric", "hybrid"], size=3)
            span = rng.choice([200, 400], size=3)
            utility = -0.1 * thrift * price + 1.0 * (power == "electric") + rng.gumbel(size=3)
            for option in range(3):
                shown = span[option] if power[option] == "electric" else 0
                taken = int(option == utility.argmax())
                lines.append(f"p{person},{task},{option},{taken},{price[option]},{power[option]},{shown}")
    return "\n".join(lines) + "\n", "\n".join(answers) + "\n"
