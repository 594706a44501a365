"""Choices from the pages as data for training: made anonymous before they are kept, read again afterwards."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence

from recommender.domain.buyer import Answer, Request, TradeOff
from recommender.domain.errors import Rejected
from recommender.domain.survey import Alternative, ChoiceTask, FieldChoice, Respondent, ShownCar, Survey
from recommender.domain.table import BOOLEAN_LEVELS, LevelColumn
from recommender.registry.answers import parse_answer
from recommender.services.market import Market

_DIGITS = 2
Value = float | str | bool


def field_choice(request: Request, made: TradeOff, market: Market, day: dt.date) -> FieldChoice:
    """What is kept of one choice.

    Of the answers: a place becomes its province, a number keeps two digits that count. No limit, weight,
    token or time. Of the cars: every value that the catalogue knows, so that the choice outlives it.
    """
    return FieldChoice(
        day=day,
        catalogue_version=market.catalogue.version,
        answers=_coarse(request.answers, market),
        shown=tuple(ShownCar(config, _known_values(config, market)) for config in made.shown),
        chosen=None if made.chosen is None else made.shown.index(made.chosen),
    )


def _coarse(answers: Mapping[str, Answer], market: Market) -> dict[str, Answer]:
    kept: dict[str, Answer] = {}
    for name, answer in answers.items():
        question = market.registry.questions[name]
        if question.kind == "place":
            place = market.catalogue.place_of.get(str(answer))
            if place is not None:
                kept[name] = place.province_code
        elif isinstance(answer, int | float) and not isinstance(answer, bool):
            kept[name] = _short(answer)
        else:
            kept[name] = answer
    return kept


def _short(number: int | float) -> int | float:
    """187,650 -> 190,000: nobody is told by his budget."""
    rounded = float(f"{number:.{_DIGITS}g}")
    return int(rounded) if isinstance(number, int) else rounded


def _known_values(config_id: str, market: Market) -> dict[str, Value]:
    row = market.home.row_of[config_id]
    columns = market.home.table.columns
    values = {name: columns[name].value(row) for name in market.registry.attributes if name in columns}
    return {name: value for name, value in values.items() if value is not None}


def with_field_choices(survey: Survey, choices: Sequence[FieldChoice], market: Market) -> Survey:
    """The survey and the kept choices together.

    Choices with the same answers on one day count as one person's. What registry or catalogue do not know any
    more is left out of answers and cars; a choice with a car of which nothing is left is passed over.
    """
    people: dict[str, list[FieldChoice]] = {}
    for choice in choices:
        people.setdefault(_digest([choice.day.isoformat(), dict(choice.answers)]), []).append(choice)
    respondents = [_respondent(key, people[key], market) for key in sorted(people)]
    told = [one for one in respondents if one.tasks]
    if not told:
        return survey
    content = [survey.data_hash, *(_digest(_document(choice)) for choice in choices)]
    return Survey(
        respondents=(*survey.respondents, *told),
        data_hash=f"sha256:{_digest(sorted(content))}",
        field_choices=sum(len(one.tasks) for one in told),
    )


def _respondent(key: str, choices: Sequence[FieldChoice], market: Market) -> Respondent:
    # the names only tell people and tasks apart
    tasks = [_task(f"t{n + 1}", choice, market) for n, choice in enumerate(choices)]
    answers = _known_answers(choices[0].answers, market)
    request = Request(answers=answers, date=choices[0].day)
    return Respondent(f"field-{key[:16]}", request, tuple(task for task in tasks if task is not None))


def _known_answers(answers: Mapping[str, Answer], market: Market) -> dict[str, Answer]:
    found: dict[str, Answer] = {}
    for question in market.registry.questions.values():
        raw = answers.get(question.id)
        if raw is not None:
            answer = _reread(question.id, raw, market)
            if answer is not None:
                found[question.id] = answer
    return found


def _reread(question_id: str, raw: Answer, market: Market) -> Answer | None:
    given = list(raw) if isinstance(raw, tuple) else raw
    try:
        return parse_answer(market.registry.questions[question_id], given, market.registry, market.vocabulary)
    except Rejected:
        # an answer of an older questionnaire: not answered, as far as this one is concerned
        return None


def _task(name: str, choice: FieldChoice, market: Market) -> ChoiceTask | None:
    cars = [
        Alternative(str(n + 1), None, _readable(car.values, market)) for n, car in enumerate(choice.shown)
    ]
    if not cars or not all(car.values for car in cars):
        return None
    return ChoiceTask(name, tuple(cars), choice.chosen, outside=True)


def _readable(values: Mapping[str, Value], market: Market) -> dict[str, Value]:
    """The values that the present columns can take."""
    columns, found = market.table.columns, dict[str, Value]()
    for name, value in values.items():
        column = columns.get(name)
        if isinstance(column, LevelColumn):
            level = BOOLEAN_LEVELS[value] if isinstance(value, bool) else str(value)
            if level in column.levels:
                found[name] = value
        elif column is not None and isinstance(value, int | float) and not isinstance(value, bool):
            found[name] = float(value)
    return found


def _document(choice: FieldChoice) -> list[object]:
    cars = [dict(car.values) for car in choice.shown]
    return [choice.day.isoformat(), dict(choice.answers), cars, choice.chosen]


def _digest(document: object) -> str:
    text = json.dumps(document, ensure_ascii=True, sort_keys=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()
