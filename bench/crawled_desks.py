"""What a page costs a crawl with 1 and with 100 desks, from asking for it to the record: pages of 270 KB from loopback.

All that a crawl does is counted, its start too (the first article that is kept loads the models); the press server's
own work is not. bench.many_desks leaves fetching apart, so that what desks cost shows more plainly.
`python -m bench.crawled_desks 24000` for as many pages.
"""

from __future__ import annotations

import sys
from typing import Final

from bench import national_day
from bench.many_desks import communes

LONG = True
PAGES: Final = 12_000
FEW, MANY = 1, 100
TURNS: Final = (FEW, MANY, MANY, FEW)
"""So whatever else the machine does, or how fast it is at the time, weighs on both alike."""


def measure(pages: int = PAGES) -> dict[str, float]:
    """CPU ms a page by number of desks, growth, and what was kept."""
    runs: dict[int, list[dict[str, float]]] = {FEW: [], MANY: []}
    for count in TURNS:
        runs[count].append(national_day.measure(pages, workers=1, desks=communes(count)))
    cost = {
        count: 1000 * sum(run["cpu_seconds"] for run in of) / sum(run["pages"] for run in of)
        for count, of in runs.items()
    }
    return {
        "pages": runs[FEW][0]["pages"],
        **{f"cpu_ms_per_page_{count}": each for count, each in cost.items()},
        f"kept_{MANY}": runs[MANY][0]["kept"],
        f"cost_{MANY}_to_{FEW}": cost[MANY] / cost[FEW],
    }


if __name__ == "__main__":
    for figure, value in measure(*map(int, sys.argv[1:2])).items():
        print(f"{figure:24} {value:10.3f}")
