"""Question pages: view-models from the registry, and what a posted page says.

There is no form class a page: every page, label, hint and bound comes from the registry, and the posted
strings go through the one request parser. Templates get these view-models and decide nothing.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from recommender.domain.buyer import Answer
from recommender.domain.errors import Problem, Rejected
from recommender.registry.answers import Vocabulary, parse_answer, parse_request
from recommender.registry.messages import problem_document
from recommender.registry.model import Question, Registry
from web.i18n import gettext, language

Typed = Mapping[str, tuple[str, ...]]
"""Question id -> the strings that were posted for it."""
Answers = Mapping[str, Answer]

UNSURE = "unknown"
_FOLD_ABOVE = 16
"""A list of more choices than this is folded away until it is opened."""


@dataclass(frozen=True, slots=True)
class ChoiceView:
    value: str
    label: str
    checked: bool
    input_id: str
    exclusive: bool = False


@dataclass(frozen=True, slots=True)
class QuestionView:
    """``control``: text, radio or checkbox. ``condition`` is JSON for the script, "" where always asked."""

    id: str
    control: str
    title: str
    hint: str
    why: str
    unit: str
    input_mode: str
    value: str
    choices: tuple[ChoiceView, ...]
    suggestions: tuple[str, ...]
    error: str
    condition: str
    hidden: bool
    folded: bool
    maximum_items: int
    described_by: str
    target: str
    """Id of the control that a link from the error summary focuses."""


@dataclass(frozen=True, slots=True)
class ErrorView:
    target: str
    message: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A posted page: canonical ``answers`` (None = not answered), all ``problems``, what was ``typed``."""

    answers: Mapping[str, Answer | None]
    problems: tuple[Problem, ...]
    typed: Typed = field(default_factory=dict)

    def good(self) -> dict[str, Answer | None]:
        """The answers that have no problem."""
        bad = {question_of(problem) for problem in self.problems}
        return {key: value for key, value in self.answers.items() if key not in bad}


# ----------------------------------------------------------------------------------------------- reading
def read_page(
    page_id: str,
    posted: Mapping[str, Sequence[str]],
    before: Answers,
    registry: Registry,
    words: Vocabulary,
    today: dt.date,
) -> Reading:
    """Parse the questions of one page; fields that are no question of it are ignored.

    Rules that join two questions (best and worst are disjoint) are checked against ``before``, the answers
    of the other pages, by the same parser that the other doors use.
    """
    questions = registry.questions_of(page_id)
    typed = {q.id: _strings(posted.get(q.id, ())) for q in questions}
    answers: dict[str, Answer | None] = {}
    problems: list[Problem] = []
    for question in questions:
        try:
            answers[question.id] = parse_answer(question, list(typed[question.id]), registry, words)
        except Rejected as refusal:
            problems.extend(refusal.problems)
    if not problems:
        problems.extend(_joined_problems(questions, merged(before, answers), registry, words, today))
    return Reading(answers, tuple(problems), typed)


def merged(before: Answers, changes: Mapping[str, Answer | None]) -> dict[str, Answer]:
    """Answers after ``changes``; None takes one away."""
    both = {**before, **changes}
    return {key: value for key, value in both.items() if value is not None}


def answers_document(answers: Answers) -> dict[str, object]:
    """Answers as the JSON of a request holds them."""
    return {key: list(value) if isinstance(value, tuple) else value for key, value in answers.items()}


def question_of(problem: Problem) -> str:
    """The question that a problem is about: ``/answers/people_max`` or ``/answers/best/1``; "" for none."""
    parts = problem.path.split("/")
    return parts[2] if len(parts) > 2 and parts[1] == "answers" else ""


def _strings(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(text for value in values if (text := value.strip()) and text != UNSURE)


def _joined_problems(
    questions: Sequence[Question], answers: Answers, registry: Registry, words: Vocabulary, today: dt.date
) -> list[Problem]:
    try:
        parse_request({"answers": answers_document(answers)}, registry, words, today)
    except Rejected as refusal:
        own = {q.id for q in questions}
        return [problem for problem in refusal.problems if question_of(problem) in own]
    return []


# ------------------------------------------------------------------------------------------------ showing
def question_views(
    page_id: str,
    answers: Answers,
    shown: Sequence[str],
    registry: Registry,
    words: Vocabulary,
    reading: Reading | None = None,
) -> tuple[QuestionView, ...]:
    """Every question of a page; those not in ``shown`` are there but hidden, for the script to reveal."""
    problems = reading.problems if reading else ()
    views = []
    for question in registry.questions_of(page_id):
        own = [p for p in problems if question_of(p) == question.id]
        typed = reading.typed[question.id] if reading else typed_of(question, answers.get(question.id), words)
        views.append(_view(question, typed, own, question.id in shown or bool(own), registry, words))
    return tuple(views)


def error_views(
    problems: Sequence[Problem], views: Sequence[QuestionView], registry: Registry
) -> tuple[ErrorView, ...]:
    """The error summary: one linked line for each problem."""
    targets = {view.id: view.target for view in views}
    return tuple(
        ErrorView(targets.get(question_of(problem), "main"), problem_text(problem, registry))
        for problem in problems
    )


def problem_text(problem: Problem, registry: Registry) -> str:
    """What is wrong and what to do about it, in the language of this request."""
    document = problem_document(problem, registry, language())
    return " ".join(text for text in (document["message"], document["remedy"]) if text)


def typed_of(question: Question, answer: Answer | None, words: Vocabulary) -> tuple[str, ...]:
    """The strings that a control shows for a stored answer."""
    if answer is None:
        return ()
    if isinstance(answer, bool):
        return ("yes" if answer else "no",)
    if isinstance(answer, tuple):
        return answer
    if question.kind == "place":
        return (place_name(str(answer), words),)
    return (str(answer),)


def place_name(code: str, words: Vocabulary) -> str:
    return next((place.name(language()) for place in words.places if place.code == code), code)


def labels_of(question: Question, registry: Registry, words: Vocabulary) -> dict[str, str]:
    """Value -> label of everything that can be chosen for a question; empty where a text is typed."""
    lang = language()
    if question.kind == "boolean":
        words_of = {option.id: option.label.get(lang) for option in question.options}
        return {"yes": words_of.get("true", gettext("Yes")), "no": words_of.get("false", gettext("No"))}
    if question.kind == "brands":
        return {brand: (zh if lang == "zh" and zh else brand) for brand, zh in words.brands.items()}
    if question.levels_of is not None:
        attribute = registry.attributes[question.levels_of]
        ids = words.catalogue_levels.get(attribute.id, ()) or attribute.level_ids
        return {level: attribute.level_label(level, lang) for level in ids}
    return {option.id: option.label.get(lang) for option in question.options}


def _view(
    question: Question,
    typed: tuple[str, ...],
    problems: Sequence[Problem],
    visible: bool,
    registry: Registry,
    words: Vocabulary,
) -> QuestionView:
    control = _control(question)
    choices = _choices(question, control, typed, registry, words)
    error = " ".join(problem_text(problem, registry) for problem in problems)
    hint = question.hint.get(language()) if question.hint else ""
    described = [f"{question.id}-hint"] if hint else []
    described += [f"{question.id}-error"] if error else []
    numeric = question.kind in ("integer", "number")
    return QuestionView(
        id=question.id,
        control=control,
        title=question.text.get(language()),
        hint=hint,
        why=question.why.get(language()),
        unit=unit_word(question.unit),
        input_mode="decimal" if numeric else "text",
        value=typed[0] if typed and control == "text" else "",
        choices=choices,
        suggestions=tuple(p.name(language()) for p in words.places) if question.kind == "place" else (),
        error=error,
        condition=_condition(question),
        hidden=not visible,
        folded=control == "checkbox" and len(choices) > _FOLD_ABOVE and not typed and not error,
        maximum_items=question.max_items or 0,
        described_by=" ".join(described),
        target=choices[0].input_id if choices else question.id,
    )


def unit_word(unit: str) -> str:
    """The unit as people say it; most are international already."""
    words = {"CNY": gettext("CNY"), "years": gettext("years"), "people": gettext("people")}
    return words.get(unit, unit)


def _control(question: Question) -> str:
    if question.kind in ("choices", "brands"):
        return "checkbox"
    return "radio" if question.kind in ("choice", "boolean") else "text"


def _choices(
    question: Question, control: str, typed: tuple[str, ...], registry: Registry, words: Vocabulary
) -> tuple[ChoiceView, ...]:
    exclusive = {option.id for option in question.options if option.exclusive}
    labels = labels_of(question, registry, words)
    if control == "radio":
        labels[UNSURE] = gettext("Not sure, or skip")
    return tuple(
        ChoiceView(value, label, value in typed, f"{question.id}-{number}", value in exclusive)
        for number, (value, label) in enumerate(labels.items(), start=1)
    )


def _condition(question: Question) -> str:
    if not question.show_if:
        return ""
    return json.dumps([[c.question, [_posted_word(v) for v in c.values]] for c in question.show_if])


def _posted_word(value: str | bool) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value
