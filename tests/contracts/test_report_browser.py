"""The report in a real browser, wide and narrow: no error, no request to any host, nothing wider than the page."""

from __future__ import annotations

import dataclasses
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from spinlens.report.pages.study import write_report
from spinlens.study.claims import judge_all

sync_api = pytest.importorskip("playwright.sync_api")
CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)
ARGUMENTS = ["--no-sandbox", "--headless", "--disable-gpu", "--disable-background-networking"]

REQUIRED = "SPINLENS_REQUIRE_BROWSER" in os.environ  # set by .ci/run: there a missing browser is a failure

pytestmark = pytest.mark.skipif(CHROMIUM is None and not REQUIRED, reason="no chromium on this machine")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory, made_up_study: Any) -> Path:
    results, data = made_up_study(0)
    results["claims"] = [dataclasses.asdict(verdict) for verdict in judge_all(results)]
    path = tmp_path_factory.mktemp("study") / "report.html"
    write_report(results, data, path, {"host": "here"})
    return path


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_quiet_and_fits(report: Path, browser: Any, width: int, scheme: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    messages: list[str] = []
    requests: list[str] = []
    page.on("console", lambda message: messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(report.as_uri())
    page.click("#unfold")
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    assert page.locator("details.verdict[open]").count() == 8
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert (
        page.evaluate("Math.max(...[...document.querySelectorAll('svg')].map(s => s.getBoundingClientRect().right))")
        <= width
    )
    assert messages == []
    assert [url for url in requests if not url.startswith(("file:", "data:"))] == []
    context.close()


def test_text_in_figures_is_legible_on_a_phone(report: Path, browser: Any) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.goto(report.as_uri())
    size = "t => parseFloat(getComputedStyle(t).fontSize) * t.getScreenCTM().a"
    heights = page.evaluate(f"[...document.querySelectorAll('.panel svg text')].map({size})")
    upright = [height for height in heights if height > 0.5]  # rotated labels have no horizontal scale
    assert min(upright) >= 9
    page.close()


def test_the_theme_button_switches(report: Path, browser: Any) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme="light")
    page.goto(report.as_uri())
    background = "getComputedStyle(document.body).backgroundColor"
    before = page.evaluate(background)
    page.click("#theme")
    assert page.evaluate(background) != before
    page.click("#theme")
    assert page.evaluate(background) == before
    page.close()
