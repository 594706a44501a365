"""The questionnaire as shipped: ids, bounds and limits of the public contract, effects in bounds."""

from __future__ import annotations

import pytest

from recommender.domain.buyer import SEGMENT_IDS
from recommender.registry.load import load_registry
from recommender.registry.model import Condition, Effect, LimitRule, Question, Registry, Text
from recommender.registry.path import visible_questions

PAGES = {
    "people": ("people_usual", "people_max", "child_seats", "older_passengers"),
    "budget": ("budget_cny", "budget_kind", "budget_basis", "payment"),
    "place": ("place", "area", "overnight_charging"),
    "distance": ("daily_km", "longest_trip_km", "motorway_trips_month"),
    "winter": ("winter_low_c", "parked_indoors"),
    "rough": ("rough_days", "rough_kinds"),
    "cargo": ("cargo",),
    "parking": ("parking_length_mm", "parking_width_mm", "parking_height_mm", "narrow_lanes"),
    "energy": ("energy", "plate", "swap_wanted"),
    "body": ("body_types", "body_kind"),
    "cockpit": ("cockpit_top",),
    "assistance": ("adas_need", "adas_must", "adas_subscription"),
    "safety": ("safety_musts",),
    "condition": ("condition", "used_max_age_years", "used_max_km", "used_min_soh_pct", "try_rental"),
    "old_car_brands": ("old_car", "brands_avoid", "brands_prefer"),
    "priorities": ("best", "worst"),
}
FAST_PAGES = ("people", "budget", "place", "distance", "priorities")
BOUNDS = {
    "people_usual": (1, 9),
    "people_max": (1, 9),
    "child_seats": (0, 4),
    "budget_cny": (10_000, 5_000_000),
    "daily_km": (0, 1000),
    "longest_trip_km": (0, 5000),
    "motorway_trips_month": (0, 60),
    "winter_low_c": (-50, 40),
    "used_max_age_years": (0, 15),
    "used_min_soh_pct": (50, 100),
}
IMPORTANCES = "space range charging_speed off_road cockpit assistance safety comfort performance running_cost"
OPTIONS = {
    "budget_kind": "ceiling about",
    "budget_basis": "all_in list",
    "payment": "cash loan battery_rental",
    "area": "city county_town village",
    "overnight_charging": "own_charger own_bay_no_charger yard_socket public_near none_near",
    "rough_days": "never few 10_30 more",
    "rough_kinds": "gravel sand mud snow rock fording roof_tent trailer v2l_cooking",
    "cargo": "pram luggage tools farm_goods pet wheelchair camping_gear",
    "energy": "bev_only prefer_bev open prefer_hybrid hybrid_only",
    "plate": "any bev_only",
    "swap_wanted": "no nice must",
    "body_kind": "only prefer",
    "cockpit_top": "voice displays audio rear_entertainment rest_mode updates none",
    "adas_need": "none l2 highway city",
    "safety_musts": "isofix child_presence surround_view sentry",
    "condition": "new both used",
    "old_car": "scrap replace keep none",
    "best": IMPORTANCES,
    "worst": IMPORTANCES,
}
LISTS = {"rough_kinds", "cargo", "body_types", "cockpit_top", "safety_musts", "best", "worst"}
BOOLEANS = {
    "older_passengers",
    "parked_indoors",
    "narrow_lanes",
    "adas_must",
    "adas_subscription",
    "try_rental",
}
MAX_ITEMS = {"cockpit_top": 2, "best": 3, "worst": 2}

CEILING = Condition("budget_kind", ("missing", "ceiling"))
ABOUT = Condition("budget_kind", ("about",))
ALL_IN = Condition("budget_basis", ("missing", "all_in"))
LIST = Condition("budget_basis", ("list",))
NOT_NEW = Condition("condition", ("missing", "both", "used"))

LIMITS = {
    ("people_max", None, LimitRule("seats", "at_least")),
    ("budget_cny", None, LimitRule("total_price_cny", "at_most", when=(CEILING, ALL_IN))),
    ("budget_cny", None, LimitRule("price_cny", "at_most", when=(CEILING, LIST))),
    ("budget_cny", None, LimitRule("total_price_cny", "at_most", percent=110, when=(ABOUT, ALL_IN))),
    ("budget_cny", None, LimitRule("price_cny", "at_most", percent=110, when=(ABOUT, LIST))),
    ("energy", "bev_only", LimitRule("powertrain", "one_of", ("BEV",))),
    ("energy", "hybrid_only", LimitRule("powertrain", "one_of", ("PHEV", "EREV"))),
    ("plate", "bev_only", LimitRule("powertrain", "one_of", ("BEV",))),
    ("parking_length_mm", None, LimitRule("length_mm", "at_most")),
    ("parking_width_mm", None, LimitRule("width_mm", "at_most")),
    ("parking_height_mm", None, LimitRule("height_mm", "at_most")),
    ("body_types", None, LimitRule("body_type", "one_of", when=(Condition("body_kind", ("only",)),))),
    ("adas_need", None, LimitRule("adas_level", "at_least", when=(Condition("adas_must", (True,)),))),
    ("swap_wanted", "must", LimitRule("battery_swap", "is", True)),
    ("brands_avoid", None, LimitRule("brand", "none_of")),
    ("condition", "new", LimitRule("condition", "is", "new")),
    ("condition", "used", LimitRule("condition", "is", "used")),
    ("used_max_age_years", None, LimitRule("age_years", "at_most", when=(NOT_NEW,))),
    ("used_max_km", None, LimitRule("mileage_km", "at_most", when=(NOT_NEW,))),
    ("used_min_soh_pct", None, LimitRule("battery_soh_pct", "at_least", when=(NOT_NEW,))),
    ("safety_musts", "isofix", LimitRule("isofix", "is", True)),
    ("safety_musts", "child_presence", LimitRule("child_presence", "is", True)),
    ("safety_musts", "surround_view", LimitRule("surround_view", "is", True)),
    ("safety_musts", "sentry", LimitRule("sentry", "is", True)),
}

NO_EFFECT_OF_THEIR_OWN = {
    ("budget_kind", "about"),  # widens the budget limit to 110 percent
    ("budget_basis", "list"),  # puts the budget limit on the list price
    ("body_kind", "only"),  # makes body_types a limit
    ("adas_must", "true"),  # makes adas_need a limit
    ("old_car", "scrap"),  # subsidy in total_price_cny
    ("old_car", "replace"),  # subsidy in total_price_cny
}
NEVER_WORTH_MORE = ("total_price_cny", "price_cny", "monthly_cost_cny", "fast_charge_minutes")
CLAIMS = ("自动驾驶", "无人驾驶", "智驾", "智能驾驶", "autonomous", "self-driving", "autopilot", "driverless")


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry()


def limit_rules(registry: Registry) -> list[tuple[str, str | None, LimitRule]]:
    rules: list[tuple[str, str | None, LimitRule]] = []
    for question in registry.questions.values():
        rules += [(question.id, None, rule) for rule in question.limits]
        rules += [(question.id, o.id, o.limit) for o in question.options if o.limit is not None]
    return rules


def effects(question: Question) -> list[tuple[str, Effect]]:
    found = [(option.id, option.effect) for option in question.options]
    found += [(f"{band.at_least}..{band.at_most}", band.effect) for band in question.bands]
    if question.per_item is not None:
        found.append(("per_item", question.per_item))
    return found


def texts(registry: Registry) -> list[Text]:
    found = [page.title for page in registry.pages]
    for question in registry.questions.values():
        found += [question.text, question.why, *(option.label for option in question.options)]
        found += [] if question.hint is None else [question.hint]
    for segment in registry.segments:
        found += [segment.label, segment.description]
    return found


def test_pages_and_questions_stand_in_the_order_of_the_contract(registry: Registry) -> None:
    assert {p.id: tuple(q.id for q in registry.questions_of(p.id)) for p in registry.pages} == PAGES
    assert [page.id for page in registry.pages] == list(PAGES)
    assert tuple(page.id for page in registry.pages if page.fast) == FAST_PAGES
    assert {q.page for q in registry.questions.values() if q.fast} == set(FAST_PAGES)
    assert all(q.fast == (q.page in FAST_PAGES) for q in registry.questions.values())


def test_kinds_bounds_and_options_are_those_of_the_contract(registry: Registry) -> None:
    questions = registry.questions
    for question_id, (low, high) in BOUNDS.items():
        assert (questions[question_id].minimum, questions[question_id].maximum) == (low, high), question_id
    chosen = {
        q.id: " ".join(o.id for o in q.options) for q in questions.values() if q.kind in ("choice", "choices")
    }
    assert chosen == {**OPTIONS, "body_types": ""}
    assert {q.id for q in questions.values() if q.kind == "choices"} == LISTS
    assert {q.id for q in questions.values() if q.kind == "boolean"} == BOOLEANS
    assert {q.id for q in questions.values() if q.kind == "brands"} == {"brands_avoid", "brands_prefer"}
    assert {q.id: q.max_items for q in questions.values() if q.max_items} == MAX_ITEMS
    assert questions["body_types"].levels_of == "body_type"
    assert (questions["best"].disjoint_with, questions["worst"].disjoint_with) == ("worst", "best")


def test_answers_make_the_limits_of_the_table_and_no_others(registry: Registry) -> None:
    rules = limit_rules(registry)
    assert set(rules) == LIMITS
    assert len(rules) == len(LIMITS)


def test_every_answer_moves_something(registry: Registry) -> None:
    idle = {
        (question.id, option.id)
        for question in registry.questions.values()
        for option in question.options
        if option.effect == Effect() and option.limit is None and question.per_item is None
    }
    assert idle == NO_EFFECT_OF_THEIR_OWN


def test_no_single_answer_decides_the_segment(registry: Registry) -> None:
    for question in registry.questions.values():
        for name, effect in effects(question):
            for segment, ratio in effect.segments.items():
                assert 1 / 6 <= ratio <= 6, (question.id, name, segment)
        for value in {edge for b in question.bands for edge in (b.at_least, b.at_most) if edge is not None}:
            combined = dict.fromkeys(SEGMENT_IDS, 1.0)
            for band in question.bands:
                low = float("-inf") if band.at_least is None else band.at_least
                high = float("inf") if band.at_most is None else band.at_most
                if low <= value <= high:
                    for segment, ratio in band.effect.segments.items():
                        combined[segment] *= ratio
            assert all(1 / 6 <= ratio <= 6 for ratio in combined.values()), (question.id, value, combined)


def test_no_answer_makes_dearer_or_slower_charging_better(registry: Registry) -> None:
    for question in registry.questions.values():
        for name, effect in effects(question):
            for attribute in NEVER_WORTH_MORE:
                assert effect.part_worths.get(attribute, 0.0) <= 0.0, (question.id, name, attribute)
            assert all(0 < factor <= 4 for factor in effect.multiply.values()), (question.id, name)
            assert all(abs(shift) <= 1.5 for shift in effect.part_worths.values()), (question.id, name)


def test_shifts_of_numbers_have_a_column_to_move(registry: Registry) -> None:
    """A shift of a number without a prior part-worth would be lost without a word."""
    columns = {p.attribute if p.level is None else f"{p.attribute}={p.level}" for p in registry.part_worths}
    for question in registry.questions.values():
        for name, effect in effects(question):
            lost = {key for key in effect.part_worths if "=" not in key and key not in columns}
            assert not lost, (question.id, name)


def test_best_and_worst_are_the_importances_in_their_own_words(registry: Registry) -> None:
    expected = [(i.id, i.label) for i in registry.importances.values()]
    for question_id, factor in (("best", 1.8), ("worst", 0.25)):
        question = registry.questions[question_id]
        assert [(option.id, option.label) for option in question.options] == expected
        assert question.per_item == Effect(multiply={"{item}": factor})


def test_follow_up_questions_are_hidden_where_they_make_no_sense(registry: Registry) -> None:
    def asked(page: str, **answers: str) -> set[str]:
        return {question.id for question in visible_questions(page, answers, registry)}

    assert "rough_kinds" not in asked("rough", rough_days="never")
    assert "rough_kinds" in asked("rough", rough_days="few")
    assert "adas_must" not in asked("assistance", adas_need="none")
    used = {"used_max_age_years", "used_max_km", "used_min_soh_pct"}
    assert not used & asked("condition", condition="new")
    assert used <= asked("condition", condition="both")
    for page in PAGES:
        assert asked(page) == set(PAGES[page]), "without answers a page without scripts shows all of itself"


def test_wording_promises_nothing_a_car_cannot_do(registry: Registry) -> None:
    for text in texts(registry):
        assert text.zh.strip(), text
        assert text.en.strip(), text
        assert not any(claim in f"{text.zh} {text.en}".lower() for claim in CLAIMS), text
    hint = registry.questions["adas_need"].hint
    assert hint is not None
    assert "组合驾驶辅助" in hint.zh
    assert "负责" in hint.zh
    assert "responsible" in hint.en


def test_every_question_asks_and_says_why(registry: Registry) -> None:
    for question in registry.questions.values():
        assert "？" in question.text.zh, question.id
        assert question.text.zh.endswith(("？", "。")), question.id
        assert "?" in question.text.en, question.id
        assert question.why.zh.endswith("。"), question.id
        assert question.why.en.endswith("."), question.id
        assert len(question.text.zh) <= 40, question.id
        assert len(question.why.zh) <= 45, question.id


def test_segments_are_the_four_in_order_with_shares_of_one(registry: Registry) -> None:
    assert tuple(segment.id for segment in registry.segments) == SEGMENT_IDS
    assert sum(segment.share for segment in registry.segments) == pytest.approx(1.0, abs=1e-12)
    assert all("Judgement" in segment.citation for segment in registry.segments)
