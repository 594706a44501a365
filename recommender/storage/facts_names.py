"""Names of brands and lines as the market writes them, and the ids made from them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from recommender.domain.catalogue import ModelLine

# The alliance HIMA sells five brands; the first word of the fact's model tells which.
_HIMA: Mapping[str, tuple[str, str]] = {
    "AITO": ("AITO", "问界"),
    "Luxeed": ("Luxeed", "智界"),
    "Stelato": ("Stelato", "享界"),
    "Maextro": ("Maextro", "尊界"),
    "SAIC Shangjie": ("Shangjie", "尚界"),
}

# Where the facts' spelling of a brand is not the one on the car.
_BRAND_ZH: Mapping[str, str] = {
    "ARCFOX极狐": "极狐",
    "firefly萤火虫": "萤火虫",
    "FREELANDER神行者": "神行者",
    "Polestar极星": "极星",
    "SWM斯威汽车": "斯威",
    "上汽大通MAXUS": "上汽大通",
    "Lorinser罗伦士": "罗伦士",
}

# Names that two tables of the facts write differently: (brand, model) of the line tables -> of the trims.
LINE_ALIASES: Mapping[tuple[str, str], tuple[str, str]] = {
    ("Geely Galaxy", "Galaxy Xingyuan (Star Wish)"): ("Geely Galaxy", "Xingyuan (Star Wish)"),
    ("Wey", "Gaoshan (Mountain)"): ("Wey", "Gaoshan"),
    ("Buick", "E5"): ("Buick", "Electra E5"),
    ("Wuling", "Starlight"): ("Wuling", "Starlight (Xingguang)"),
    ("Tesla", "Model Y L"): ("Tesla", "Model Y"),
}

# Chinese names of model_lines_2026.csv that are cut off or spelt otherwise -> model_zh of the trims.
ZH_ALIASES: Mapping[str, str] = {
    "沃尔沃XC60插电式": "沃尔沃XC60插电式混动",
    "沃尔沃S60插电式混": "沃尔沃S60插电式混动",
    "沃尔沃S90插电式混": "沃尔沃S90插电式混动",
    "沃尔沃XC90插电式": "沃尔沃XC90插电式混动",
    "EMEYA": "EMEYA繁花",
    "Grecale格雷嘉": "Grecale格雷嘉新能源",
    "长安UNI-V 智电": "长安UNI-V 智电iDD",
    "长安UNI-K 智电": "长安UNI-K 智电iDD",
    "宝马i4 M": "宝马i4 M50",
    "大众ID.7 VIZ": "大众ID.7 VIZZION",
    "奥迪Q5 e-tro": "奥迪Q5 e-tron",
    "小米SU7 Ultr": "小米SU7 Ultra",
    "荣威i6 MAX新能": "荣威i6 MAX新能源",
    "Panamera新能": "Panamera新能源",
    "捷途X70 PLUS": "捷途X70 PLUS C-DM",
    "瑞虎8 PLUS C": "瑞虎8 PLUS C-DM",
    "AION S Plu": "AION S Plus",
    "MG4": "全新MG4",
    "海豹06": "海豹06新能源",
    "MG Cyberst": "MG Cyberster",
    "IONIQ 5 N(": "IONIQ 5 N(艾尼氪5N)",
    "iCAR 03": "奇瑞iCAR 03",
    "iCAR V23": "奇瑞iCAR V23",
    "帕萨特插电混动": "帕萨特新能源",
    "途观L插电混动": "途观L新能源",
    "电动MINI ACE": "电动MINI ACEMAN",
    "电动MINI COO": "电动MINI COOPER",
    "星途ES": "星纪元 ES",
    "北京越野BJ60增程": "北京越野BJ60雷霆",
    "长城猛龙 PLUS": "哈弗猛龙PLUS",
    "吉利雷达地平线": "雷达地平线",
    "吉利雷达金刚": "雷达金刚",
    "缤果S": "五菱缤果S",
    "奥迪E5 Sport": "AUDI E5 Sportback",
    "铂智7": "bZ7",
    "银河A7 EV": "银河A7 EM",
}

_JOINT_VENTURES = ("广汽本田", "东风本田", "广汽丰田", "一汽丰田", "上汽大众", "一汽-大众")
_ZH_MODEL: Mapping[str, str] = {"全新MG4": "MG4"}


@dataclass(frozen=True, slots=True)
class LineName:
    """A line's names after cleaning; ``model_id`` is its ASCII slug ``brand-model``."""

    model_id: str
    brand: str
    brand_zh: str
    model: str
    model_zh: str

    def line(self) -> ModelLine:
        return ModelLine(self.model_id, self.brand, self.brand_zh, self.model, self.model_zh)


def line_name(brand: str, brand_zh: str, model: str, model_zh: str) -> LineName:
    """Clean names of a line: one brand a line, no brand repeated in the model, no gloss in brackets."""
    brand, brand_zh, model = _split_hima(brand, brand_zh, model)
    brand = _without_brackets(brand)
    brand_zh = _short_brand_zh(brand_zh)
    clean = _without_brand(_without_brackets(model), (brand, *brand.split()[-1:]))
    clean_zh = _model_zh(_ZH_MODEL.get(model_zh, model_zh), brand_zh)
    generation = re.search(r"\((\d{4})\)", model)
    model_id = slug(f"{brand} {clean} {generation.group(1) if generation else ''}")
    return LineName(model_id, brand, brand_zh, clean, clean_zh)


def slug(text: str) -> str:
    """ASCII id ``[a-z0-9._-]+`` of a name: ``Lynk & Co 08 EM-P`` -> ``lynk-co-08-em-p``."""
    greek = text.replace("π", "pi").replace("+", " plus")
    plain = unicodedata.normalize("NFKD", greek).encode("ascii", "ignore").decode()
    return re.sub(r"\.?[^a-z0-9.]+", "-", plain.lower()).strip("-.")


def plain_zh(name: str) -> str:
    """Chinese name for comparing spellings: no spaces, one case."""
    return re.sub(r"\s+", "", ZH_ALIASES.get(name, name)).casefold()


def _split_hima(brand: str, brand_zh: str, model: str) -> tuple[str, str, str]:
    if brand == "HIMA":
        for prefix, (own, own_zh) in _HIMA.items():
            if model.startswith(f"{prefix} "):
                return own, own_zh, model.removeprefix(f"{prefix} ")
    return brand, brand_zh, model


def _without_brackets(name: str) -> str:
    return re.sub(r"\s*\([^)]*\)", "", name).strip()


def _without_brand(model: str, brands: tuple[str, ...]) -> str:
    for brand in brands:
        rest = model[len(brand) :]
        apart = rest.startswith(" ") or brand == "eπ"
        if model.casefold().startswith(brand.casefold()) and apart and rest.strip():
            return rest.strip()
    return model


def _short_brand_zh(brand_zh: str) -> str:
    brand_zh = _BRAND_ZH.get(brand_zh, brand_zh)
    short = brand_zh.removesuffix("汽车")
    return short if len(short) >= 2 and short not in ("吉利", "长安启源") else brand_zh


def _model_zh(model_zh: str, brand_zh: str) -> str:
    tails = (brand_zh[-2:],) if len(brand_zh) == 4 else ()
    for prefix in (brand_zh, *_JOINT_VENTURES, f"奇瑞{brand_zh}", *tails):
        rest = model_zh.removeprefix(prefix)
        if rest != model_zh and rest.strip():
            return rest.strip()
    return model_zh
