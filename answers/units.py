"""Units of measure with their dimension and factor, and the things that the press counts."""

from __future__ import annotations

from typing import Final, NamedTuple

from answers.lexicon import words
from answers.tokens import Tokens
from core.records import Dimension


class Unit(NamedTuple):
    """A unit: its dimension and how many base units it holds."""

    dimension: Dimension
    factor: float


def _table(*rows: tuple[Dimension, float, str]) -> dict[str, Unit]:
    return {name.strip(): Unit(dimension, factor) for dimension, factor, names in rows for name in names.split(",")}


UNITS: Final = _table(
    ("money_vnd", 1, "đồng, vnd, vnđ, đ, việt nam đồng, đồng vn, đồng việt nam"),
    ("money_usd", 1, "usd, đô la mỹ, đô la, đôla, đôla mỹ, đô - la, đô mỹ, đô, mỹ kim, $, us$, đồng usd"),
    ("percent", 1, "%, phần trăm, % / năm, % năm"),
    ("area_m2", 1e4, "ha, héc ta, hecta, hec ta, héc - ta, hécta, hectare"),
    ("area_m2", 1e6, "km2, km²"),
    ("area_m2", 1e6, "kilomet vuông, ki lô mét vuông, cây số vuông, km vuông, kilômét vuông"),
    ("area_m2", 1, "m2, m², mét vuông, m vuông, met vuông"),
    ("area_m2", 1e-4, "cm2, cm²"),
    ("volume_m3", 1, "m3, m³, mét khối, met khối, khối nước, khối gỗ, khối đất"),
    ("volume_m3", 1e-3, "lít, lit, l"),
    ("volume_m3", 1e-6, "ml, mililit, mi li lít, cc, mililít"),
    ("volume_m3", 1e-6, "cm3, cm³"),
    ("mass_kg", 1e3, "tấn"),
    ("mass_kg", 1e2, "tạ"),
    ("mass_kg", 10, "yến"),
    ("mass_kg", 1, "kg, kí, ký, cân, kilogam, kilôgam, ki lô gam, ký lô, kí lô, kilogram, kilo"),
    ("mass_kg", 0.1, "lạng"),
    ("mass_kg", 1e-3, "g, gam, gram, gr, gờ ram"),
    ("mass_kg", 1e-6, "mg, miligam, mi li gam"),
    ("length_m", 1e3, "km, cây số, kilomet, ki lô mét, kilômét, kilômet, kilometer"),
    ("length_m", 1852, "hải lý, hải lí"),
    ("length_m", 1609.344, "dặm"),
    ("length_m", 0.3048, "feet"),
    ("length_m", 1, "m, mét, met"),
    ("length_m", 0.01, "cm, phân, xăng ti mét, centimet, xentimét, xăng - ti - mét"),
    ("length_m", 0.001, "mm, milimet, milimét, mi li mét, ly"),
    ("length_m", 0.0254, "inch, inches, inh, - inch"),
    ("duration_minute", 1, "phút"),
    ("duration_hour", 1, "giờ, tiếng, giờ đồng hồ, tiếng đồng hồ, h"),
    ("duration_day", 1, "ngày, ngày đêm, ngày làm việc, ngày công"),
    ("duration_week", 1, "tuần, tuần lễ"),
    ("duration_month", 1, "tháng"),
    ("duration_year", 1, "năm"),
    ("duration_year", 10, "thập kỷ, thập niên, thập kỉ"),
    ("duration_year", 100, "thế kỷ, thế kỉ"),
    ("temperature_c", 1, "độ c, ° c, °c, ºc, độ, oc, ºc, ˚c, ° C"),
    ("speed_kmh", 1, "km / h, km / giờ, km trên giờ, km một giờ, kilomet / giờ, km giờ"),
    ("power_w", 1, "w, oát"),
    ("power_w", 1e3, "kw, kilowatt"),
    ("power_w", 1e6, "mw, megawatt"),
    ("power_w", 735.5, "mã lực"),
    ("power_w", 1e9, "gw"),
)
"""By folded words, signs apart. Mã lực: metric horsepower. Sào, mẫu, công, lượng, chỉ differ by region: left out."""

_LONGEST: Final = 4

NO_UNIT: Final = {
    "tiếng": frozenset({"anh", "việt", "pháp", "nói", "trung", "hàn", "nhật", "nước", "động", "nổ", "súng", "kêu"}),
    "cân": frozenset({"nặng", "bằng", "đối"}),
    "ly": frozenset({"cà", "rượu", "bia", "nước", "trà", "sữa", "sinh", "hôn", "kem"}),
    "phân": frozenset({"khu", "khúc", "viện", "hiệu", "xưởng", "loại", "đội", "cấp", "đoạn", "trại", "nửa", "cảnh"}),
    "đồng": frozenset(
        {"chí", "đội", "nghiệp", "phạm", "hồ", "đảng", "bào", "tác", "minh",
         "bọn", "hương", "giới", "xu", "euro", "yên",
         "won", "bảng", "tệ", "rúp", "bạc", "bitcoin"}
    ),
    "năm": frozenset({"ngoái"}),
    "phút": frozenset(),
    "ngày": frozenset({"sinh"}),
    "độ": frozenset({"tuổi", "cồn", "richter", "dốc", "cao", "sâu", "vĩ", "kinh", "bách", "mặn", "rộng", "dài"}),
    "đô": frozenset({"thị", "vật", "sĩ", "đốc"}),
    "tháng": frozenset(),
    "công": frozenset(),
    "m": frozenset({"vuông", "khối"}),
    "l": frozenset(),
    "g": frozenset(),
    "t": frozenset(),
    "w": frozenset(),
    "h": frozenset(),
}  # fmt: skip
"""Words after which a unit is none: "5 tiếng nói", "2 ly cà phê"."""

GLUED_ONLY: Final = frozenset({"đ", "l", "h", "w", "g"})
"""Single letters are units only right behind the number: "500g", "3l"."""

OTHER_UNITS: Final = words("other_units")
"""What is measured in no dimension of ours: such a figure is not read."""

PER: Final = words("per")
"""After a slash these make a rate ("đồng/kg"); other words are mostly a second name ("tỉnh/thành phố")."""


def unit_at(tokens: Tokens, at: int) -> tuple[Unit, int] | None:
    """The longest unit of measure that begins at a token, and the index after it."""
    if not tokens[at].text:
        return None
    for past in range(min(len(tokens), at + _LONGEST), at, -1):
        name = tokens.phrase(at, past)
        unit = UNITS.get(name)
        if unit and (past > at + 1 or _stands(tokens, at)):
            return unit, past
    return None


def _stands(tokens: Tokens, at: int) -> bool:
    token = tokens[at]
    if token.low in GLUED_ONLY and not (token.glued and token.text.islower()):
        return False
    if token.text[0].isupper() and len(token.low) > 1 and token.low in {"đồng", "năm", "ngày", "độ", "cân", "đô"}:
        return False
    if token.text in {"M", "L", "T", "MM", "CM", "G"}:
        return False
    return tokens[at + 1].low not in NO_UNIT.get(token.low, ())


def is_rate(tokens: Tokens, past: int, *, measured: bool) -> bool:
    """Whether a slash after a quantity makes it a rate ("đồng/kg"), for counts only before a known denominator."""
    if tokens[past].text != "/":
        return False
    after = tokens[past + 1]
    return after.kind == "word" and (after.low in PER or (measured and after.low not in {"thành", "tp", "hoặc"}))
