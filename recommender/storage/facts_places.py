"""Places of the facts -> places.csv: all provinces and cities by code, figures where the facts have any."""

from __future__ import annotations

from recommender.domain.catalogue import Place
from recommender.storage.facts_place_codes import COUNTRY_CODE, place_names
from recommender.storage.facts_tables import Facts, Row

TABLE = "places.csv"
_ALIASES = {"Hailar (Hulunbuir)": "Hulunbuir"}
_COORDINATES_ONLY = "S17"


def read_places(facts: Facts) -> tuple[Place, ...]:
    """Country, provinces and cities in the order of their codes; a place without a code is a problem."""
    names = place_names()
    code_of: dict[tuple[bool, str], str] = {}
    for code, (_, en) in names.items():
        code_of.setdefault((not code.endswith("0000"), en), code)
    rows: dict[str, Row] = {}
    for row in facts.rows(TABLE):
        en = _ALIASES.get(row["place"], row["place"])
        city = row["level"] == "city"
        # A municipality is written as a city in the facts and stands under its province code here.
        found = code_of.get((city, en)) or code_of.get((False, en))
        if found is None:
            facts.problems.add(f"{TABLE}:{row['#']}:place", "facts_unknown_place", row["place"])
        else:
            rows[found] = row
    return tuple(_place(facts, code, zh, en, rows.get(code)) for code, (zh, en) in names.items())


def _place(facts: Facts, code: str, zh: str, en: str, row: Row | None) -> Place:
    level = "country" if code == COUNTRY_CODE else "province" if code.endswith("0000") else "city"
    province = "" if level == "country" else f"{code[:2]}0000"
    if row is None:
        return Place(code, level, zh, en, province)
    sources = [source for source in row["source_id"].split("+") if source != _COORDINATES_ONLY]
    return Place(
        code,
        level,
        zh,
        en,
        province,
        winter_low_c=facts.number(TABLE, row, "winter_low_c"),
        chargers_public=facts.whole(TABLE, row, "chargers_public"),
        swap_stations_nio=facts.whole(TABLE, row, "swap_stations_nio"),
        plate_rule_bev=row.get("plate_rule_bev", ""),
        plate_rule_phev_erev=row.get("plate_rule_phev_erev", ""),
        plate_rule_petrol=row.get("plate_rule_petrol", ""),
        plate_cost_petrol_cny=facts.whole(TABLE, row, "plate_cost_petrol_cny"),
        home_tariff_cny_kwh=facts.number(TABLE, row, "home_tariff_cny_kwh"),
        home_valley_tariff_cny_kwh=facts.number(TABLE, row, "home_valley_tariff_cny_kwh"),
        public_dc_tariff_cny_kwh=facts.number(TABLE, row, "public_dc_tariff_cny_kwh"),
        petrol_92_cny_l=facts.number(TABLE, row, "petrol_92_cny_l"),
        year=row["year"],
        source_id="+".join(sources),
    )
