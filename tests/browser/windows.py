"""Chromium's windows, opened once for all tests of a file: a context for each page costs more than the page itself."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped]
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page

SCREENSHOTS = Path(__file__).resolve().parents[2] / "build" / "screenshots"
WIDTHS = (360, 390, 768, 1280, 1920)
"""CSS pixels: phones, a tablet, an office's screens."""
_PICTURES = os.environ.get("DIEMBAO_SCREENSHOTS") == "1"


class Windows:
    """A window with script and one without, each used by one test after another."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._pages: dict[bool, Page] = {}

    def open(self, address: str, width: int = 1280, *, script: bool = False, scheme: str = "light") -> Page:
        """The page at `address`, as somebody sees it who was never here: no cookie is left of who came before."""
        page = self._pages.get(script) or self._pages.setdefault(script, self._new(script))
        page.context.clear_cookies()
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(media="screen", color_scheme="dark" if scheme == "dark" else "light")
        page.goto(address)
        return page

    def _new(self, script: bool) -> Page:
        return self._browser.new_context(java_script_enabled=script, locale="vi-VN").new_page()


def keep(page: Page, name: str) -> None:
    """A picture of the whole page in build/screenshots, where DIEMBAO_SCREENSHOTS=1 asks for it."""
    if _PICTURES:
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)


def too_wide(page: Page, name: str, widths: Sequence[int] = WIDTHS) -> list[str]:
    """At which widths something is cut off to the side."""
    found = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": 800})
        keep(page, f"{name}-{width}")
        assert page.evaluate("innerWidth") == width
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"{name}: wider than {width}")
    return found


def unfold(page: Page) -> None:
    """Everything that is folded away on the page, opened."""
    page.evaluate("document.querySelectorAll('main details').forEach(part => part.open = true)")


def violations(page: Page, name: str = "") -> list[str]:
    """What axe finds, in words."""
    axe = Axe("void 0") if page.evaluate("'axe' in window") else Axe(AXE_SCRIPT)
    found = axe.run(page)
    return [f"{name}: {found.generate_report()}"] if found.violations_count else []


def in_both_schemes(page: Page, name: str) -> list[str]:
    """What axe finds on a desk in light and on a phone in dark."""
    found = []
    for width, scheme in ((1280, "light"), (360, "dark")):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        keep(page, f"{name}-{width}-{scheme}")
        found += violations(page, f"{name}, {width}, {scheme}")
    return found
