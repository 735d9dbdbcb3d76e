"""The closed set of topics and tones, in one table.

Topics are of public service. There is none for religion, ethnicity, political opinion or the exercise of rights, and
none can be added by a setting. `iptc` is the code of the nearest IPTC Media Topic, where one fits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

ToneLabel = Literal["negative", "neutral", "positive"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One label: identifier, names for people, and the IPTC Media Topics code or None."""

    id: str
    vi: str
    en: str
    iptc: str | None = None


TOPICS: Final[tuple[Topic, ...]] = (
    Topic(id="disaster", vi="Thiên tai, tai nạn", en="Disasters and accidents", iptc="03000000"),
    Topic(id="weather", vi="Thời tiết", en="Weather", iptc="17000000"),
    Topic(id="health", vi="Y tế, sức khỏe", en="Health", iptc="07000000"),
    Topic(id="education", vi="Giáo dục", en="Education", iptc="05000000"),
    Topic(id="environment", vi="Môi trường", en="Environment", iptc="06000000"),
    Topic(id="agriculture", vi="Nông nghiệp, nông thôn", en="Agriculture", iptc="20000210"),
    Topic(id="economy", vi="Kinh tế, doanh nghiệp", en="Economy and business", iptc="04000000"),
    Topic(id="transport_infrastructure", vi="Giao thông, hạ tầng", en="Transport and infrastructure",
          iptc="20000337"),
    Topic(id="culture_tourism", vi="Văn hóa, du lịch", en="Culture and tourism", iptc="01000000"),
    Topic(id="sport", vi="Thể thao", en="Sport", iptc="15000000"),
    Topic(id="science_tech", vi="Khoa học, công nghệ", en="Science and technology", iptc="13000000"),
    Topic(id="labour_welfare", vi="Lao động, an sinh", en="Labour and welfare", iptc="09000000"),
    Topic(id="public_services", vi="Hành chính, dịch vụ công", en="Public administration", iptc="20000593"),
    Topic(id="border_cooperation", vi="Cửa khẩu, hợp tác biên giới", en="Border gates and cooperation"),
    Topic(id="scam_warning", vi="Cảnh báo lừa đảo, hàng giả", en="Scams and counterfeits", iptc="20000095"),
    Topic(id="law_courts", vi="Pháp luật, tòa án", en="Law and courts", iptc="02000000"),
)  # fmt: skip

TOPIC_IDS: Final = frozenset(topic.id for topic in TOPICS)
TOPIC_BY_ID: Final = {topic.id: topic for topic in TOPICS}

TONE_SURE: Final = 0.7
"""Score from which a tone is told without being asked for."""

HARM_TOPICS: Final = frozenset(
    {
        "disaster",
        "weather",
        "health",
        "environment",
        "agriculture",
        "transport_infrastructure",
        "scam_warning",
    }
)
"""The only topics together with which a rule may use tone."""

TONES: Final[tuple[ToneLabel, ...]] = ("negative", "neutral", "positive")
