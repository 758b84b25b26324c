"""Pages in a real browser: Chromium of this machine, driven by Playwright; skipped with a reason where it is missing.

With SPINLENS_REQUIRE_BROWSER set, as in .ci/run, a missing browser is a failure.
"""

from __future__ import annotations

import dataclasses
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from made_up_pages import undrawn
from spinlens.report.figures import answer, correlations, crossings, flow_snapshots, learned_couplings
from spinlens.report.pages import study as pages
from spinlens.study.claims import judge_all
from spinlens.workflows.citing import cite

HERE = Path(__file__).parent
NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next((found for name in NAMES if (found := shutil.which(name))), None)
ARGUMENTS = ["--no-sandbox", "--headless", "--disable-gpu", "--disable-background-networking"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    if CHROMIUM is None and "SPINLENS_REQUIRE_BROWSER" not in os.environ:
        pytest.skip("no chromium on this machine")
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def opened(browser: Any) -> Iterator[Any]:
    """`opened(path, **options)`: a page that must stay without message and request until the test is over.

    Its sections are unfolded unless `folded`.
    """
    contexts, said = [], []

    def open_page(path: Path, folded: bool = False, **options: Any) -> Any:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: said.append(request.url) if request.url.startswith("http") else None)
        page.goto(path.as_uri())
        if not folded:
            page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true; })")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert said == []


@pytest.fixture(scope="session")
def study(made_up_study: Any) -> Any:
    """Results, with claims, and datasets of a study that never ran."""
    results, data = made_up_study(0)
    results["claims"] = [dataclasses.asdict(verdict) for verdict in judge_all(results)]
    return results, data


FEW = (answer, crossings, correlations, learned_couplings, flow_snapshots)


def _few(module: Any) -> Any:
    """A figure of `FEW`, or one of that name without panels."""
    return module if module in FEW else undrawn(module)


@pytest.fixture(scope="session")
def brief_page() -> Callable[[Any, Path], Path]:
    """`brief_page(study, path)` writes the page with `FEW` figures drawn, in a tenth of the time of all."""

    def write(study: Any, path: Path) -> Path:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(pages, "FIGURES", tuple(map(_few, pages.FIGURES)))
            pages.write_report(*study, path, {"host": "here"}, cite())
        return path

    return write


@pytest.fixture(scope="session")
def brief(tmp_path_factory: pytest.TempPathFactory, study: Any, brief_page: Callable[[Any, Path], Path]) -> Path:
    """That of the study."""
    return brief_page(study, tmp_path_factory.mktemp("brief") / "report.html")


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory, study: Any) -> Path:
    """Its page."""
    path = tmp_path_factory.mktemp("study") / "report.html"
    pages.write_report(*study, path, {"host": "here"}, cite())
    return path
