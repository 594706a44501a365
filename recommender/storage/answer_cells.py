"""Answers that stand in the columns of a table, one question a column, read by the one request parser."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from recommender.domain.buyer import Answer, Request
from recommender.domain.errors import Problem
from recommender.registry.answer_values import AnswerReader, check_disjoint
from recommender.registry.model import Registry
from recommender.registry.problem_list import ProblemList
from recommender.registry.raw import plain_value, pointer
from recommender.registry.vocabulary import Vocabulary
from recommender.storage.tables import TableRow


def question_headers(registry: Registry) -> dict[str, tuple[str, ...]]:
    """Question id -> other headers of its column: the question itself, in zh and en."""
    return {question.id: (question.text.zh, question.text.en) for question in registry.questions.values()}


@dataclass(frozen=True)
class AnswerCells:
    """Reads requests out of rows. ``today`` is the date of every request, ``lang`` its language."""

    registry: Registry
    vocabulary: Vocabulary
    today: dt.date
    lang: str = "zh"

    def request(self, file: str, row: TableRow, problems: list[Problem]) -> Request | None:
        """The request of a row, or None and its problems (``file:line:question``)."""
        found = ProblemList()
        reader = AnswerReader(self.registry, self.vocabulary, found, from_text=True)
        answers: dict[str, Answer] = {}
        for question in self.registry.questions.values():
            text = row.get(question.id)
            if not text:
                continue
            path = pointer("/answers", question.id)
            answer = reader.answer(question, plain_value(text, path, found), path)
            if answer is not None:
                answers[question.id] = answer
        check_disjoint(self.registry.questions.values(), answers, found)
        problems.extend(_placed(found.problems, file, row.line))
        if len(found):
            return None
        return Request(answers=answers, date=self.today, lang="en" if self.lang == "en" else "zh")


def _placed(problems: Sequence[Problem], file: str, line: int) -> list[Problem]:
    """``/answers/best/0`` is cell ``best`` of the row."""
    return [replace(p, path=f"{file}:{line}:{_question(p.path)}".rstrip(":")) for p in problems]


def _question(path: str) -> str:
    parts = path.split("/")
    return parts[2] if len(parts) > 2 else ""
