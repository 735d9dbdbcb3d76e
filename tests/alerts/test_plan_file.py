"""Files of rules: back and forth, and what they may not hold: no words, no patterns."""

from __future__ import annotations

import pytest

from alerts.plan_file import dump_plan, parse_plan
from alerts.rules import default_plan
from core.errors import ConfigError
from core.records import AlertTiming
from core.roles import Role

HEAD = 'desk = "binh_son"\n'
RULE = '[[rules]]\nid = "r"\nroles = ["health"]\n'


def test_what_is_written_is_read_back() -> None:
    plan = default_plan("binh_son")
    assert parse_plan(dump_plan(plan)) == plan


def test_times_of_day() -> None:
    plan = parse_plan(HEAD + '[timing]\nmorning = "06:45"\nnight = "21:30-05:30"\n' + RULE)
    assert plan.timing == AlertTiming(morning=405, night_from=1290, night_to=330)
    assert plan.rules[0].roles == (Role.HEALTH,)


@pytest.mark.parametrize(
    "line",
    ['keyword = "Nguyễn"', 'pattern = "(a+)+$"', 'words = ["x"]', 'name = "theo dõi"', 'query = "*"', 'regex = ".*"'],
)
def test_there_is_no_field_for_words_or_patterns(line: str) -> None:
    with pytest.raises(ConfigError, match=r"rules\.0"):
        parse_plan(HEAD + RULE + line)


@pytest.mark.parametrize(
    "text",
    [
        "x", "desk = 5", HEAD + RULE + 'topics = ["religion"]', HEAD + RULE + 'tone = "angry"',
        HEAD + RULE + 'tone = "negative"', HEAD + '[[rules]]\nid = "r"\nroles = ["police"]\n', HEAD + RULE + RULE,
        HEAD + '[timing]\nmorning = "25:00"\n', HEAD + '[timing]\nmorning = 7\n', HEAD + RULE * 45,
        HEAD + RULE + 'units = "x"', HEAD + RULE + f'publishers = ["{"a" * 100_000}"]',
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(text: str) -> None:
    with pytest.raises(ConfigError):
        parse_plan(text)
