"""All four pages in Chromium: quiet, nothing wider than the screen, accessible, every row on paper, in both themes."""

from __future__ import annotations

import re
import unicodedata
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from made_up_pages import flow_document, flow_path, judged
from spinlens import NearestNeighbour
from spinlens.plot.style import DOWN, UP
from spinlens.report.pages.flow import write_flow
from spinlens.report.pages.training import write_training
from spinlens.workflows.citing import cite
from spinlens.workflows.critical import SearchSettings, find, write

PAGES = ("report", "critical", "flow", "train")
BACKGROUND = "getComputedStyle(document.body).backgroundColor"
AXE = "axe.run({exclude: [['svg'], ['.illustration details']]}, {resultTypes: ['violations']})"
"""Of the tables of numbers one is as another, and drawings have a role and words, which is checked here."""
PIXELS = "canvas => [...canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data]"
SQUEEZE = str.maketrans("", "", " \n\t\u00a0\u202f\u200b\u2009")


def squeezed(text: str) -> str:
    """Without spaces and ligatures, as the text of a PDF can be compared."""
    return unicodedata.normalize("NFKC", text).translate(SQUEEZE)


def rgb(color: str) -> list[int]:
    return [int(color[k : k + 2], 16) for k in (1, 3, 5)]


@pytest.fixture(scope="session")
def pages(report: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The page of each kind."""
    folder = tmp_path_factory.mktemp("pages")
    for name in ("flow", "train"):
        (folder / name).mkdir()
    write_flow(folder / "flow", flow_document(), cite())
    write_training(folder / "train", judged(), {"machine": "an RBM", "states": "states"}, np.ones((4, 8, 8)), cite())
    write(find(SearchSettings(NearestNeighbour(), (4, 6, 8), draws=800, points=3, seed=1)), folder / "point.json")
    return {
        "report": report, "critical": folder / "point.html",
        "flow": folder / "flow" / "index.html", "train": folder / "train" / "index.html",
    }  # fmt: skip


@pytest.fixture(scope="session")
def axe() -> str:
    return Path(pytest.importorskip("axe_core_python").__file__).with_name("axe.min.js").read_text(encoding="utf-8")


@pytest.mark.parametrize(("scheme", "judged_at"), [("light", 390), ("dark", 1280)])
@pytest.mark.parametrize("name", PAGES)
def test_it_is_quiet_fits_and_has_no_serious_finding(
    opened: Any, pages: dict[str, Path], axe: str, name: str, scheme: str, judged_at: int
) -> None:
    """On a telephone, a laptop and a wide screen; colours, for which axe takes longest, are the same on all."""
    page = opened(pages[name], viewport={"width": 390, "height": 844}, color_scheme=scheme, bypass_csp=True)
    for width in (390, 1280, 1600):
        page.set_viewport_size({"width": width, "height": 844})
        fits(page, name, width)
    page.set_viewport_size({"width": judged_at, "height": 844})
    page.evaluate(axe)
    assert page.locator("svg:not([role=img][aria-label]):not([aria-hidden])").count() == 0
    found = page.evaluate(AXE)["violations"]
    assert [(f["id"], f["nodes"][0]["html"]) for f in found if f["impact"] in ("serious", "critical")] == []


def fits(page: Any, name: str, width: int) -> None:
    """Nothing is wider than the screen, and no row is cut."""
    assert page.evaluate("document.documentElement.scrollWidth") == width
    cut = "[...document.querySelectorAll('.scroll')].filter(s => s.scrollHeight > s.clientHeight + 1).length"
    assert page.evaluate(cut) == 0  # no row behind the edge of a box that scrolls
    rights = page.evaluate("[...document.querySelectorAll('svg, table')].map(s => s.getBoundingClientRect().right)")
    assert name == "train" or len(rights) > 3
    if width == 390:
        assert max(rights) <= width  # tables, too: no row is cut
        heights = page.evaluate("[...document.querySelectorAll('td, tbody th')].map(c => c.offsetHeight)")
        assert max(heights) < 300


@pytest.mark.parametrize("name", PAGES)
def test_every_row_is_on_paper_in_light_colours(opened: Any, pages: dict[str, Path], tmp_path: Path, name: str) -> None:
    pypdf = pytest.importorskip("pypdf")
    page = opened(pages[name], folded=True, color_scheme="dark")
    rows = page.evaluate(
        "[...document.querySelectorAll('tbody tr')].map(r => [...r.children].map(c => c.textContent).filter(t => t))"
    )
    page.pdf(path=tmp_path / "page.pdf", format="A4")
    text = squeezed("".join(part.extract_text() for part in pypdf.PdfReader(tmp_path / "page.pdf").pages))
    assert [row for row in rows if any(squeezed(cell) not in text for cell in row)] == []
    page.emulate_media(media="print")
    assert page.evaluate(BACKGROUND) == "rgb(255, 255, 255)"
    adjusted = page.evaluate("[...document.querySelectorAll('.mark')].map(m => getComputedStyle(m).printColorAdjust)")
    assert set(adjusted) <= {"exact"}


def test_text_in_figures_is_legible_on_a_phone(opened: Any, pages: dict[str, Path]) -> None:
    page = opened(pages["report"], viewport={"width": 390, "height": 800})
    size = "t => parseFloat(getComputedStyle(t).fontSize) * t.getScreenCTM().a"
    heights = page.evaluate(f"[...document.querySelectorAll('.panel svg text')].map({size})")
    upright = [height for height in heights if height > 0.5]  # rotated labels have no horizontal scale
    assert min(upright) >= 9


@pytest.mark.parametrize("name", PAGES)
def test_the_theme_button_switches_by_keyboard(opened: Any, pages: dict[str, Path], name: str) -> None:
    page = opened(pages[name], color_scheme="light")
    before = page.evaluate(BACKGROUND)
    page.focus("#theme")
    page.keyboard.press("Enter")
    assert page.evaluate(BACKGROUND) != before
    page.keyboard.press("Enter")
    assert page.evaluate(BACKGROUND) == before


@pytest.mark.parametrize("name", [name for name in PAGES if name != "report"])
def test_every_figure_can_be_taken_along(opened: Any, pages: dict[str, Path], name: str) -> None:
    page = opened(pages[name], color_scheme="dark")
    assert page.locator("figure").count() == page.locator(".take").count() > 2
    assert page.locator(".take .python code").count() == page.locator("figure").count()
    for take in page.locator(".take").all():
        with page.expect_download() as found:
            take.locator("button", has_text="SVG").click()
        drawn = ElementTree.fromstring(Path(found.value.path()).read_text(encoding="utf-8").partition("\n")[2])
        assert {"path", "image"} & {element.tag.partition("}")[2] for element in drawn.iter()}
        assert take.locator("text=CSV").count() == 1
    files = page.evaluate("[...document.querySelectorAll('.take a')].map(a => a.getAttribute('href'))")
    pdfs = [(pages[name].parent / file).read_bytes() for file in files if file.endswith(".pdf")]
    assert all(data.startswith(b"%PDF") for data in pdfs)
    assert name == "critical" or any(file.endswith(".pdf") for file in files)


def test_the_key_comes_along_in_the_colours_of_paper(opened: Any, pages: dict[str, Path]) -> None:
    page = opened(pages["flow"], color_scheme="dark")
    with page.expect_download() as found:
        page.click(".take[data-name=flows] >> text=SVG")
    text = Path(found.value.path()).read_text(encoding="utf-8")
    assert all(f">{start} start</text>" in text for start in ("cold", "critical", "hot"))
    assert "var(" not in text


def test_the_first_screen_of_a_study_has_the_answer_the_numbers_and_the_picture(
    opened: Any, pages: dict[str, Path]
) -> None:
    page = opened(pages["report"], folded=True, viewport={"width": 1280, "height": 800})
    for selector in ("h1", ".short", ".outlook", ".facts", ".behind .panel svg >> nth=1", ".effects"):
        box = page.locator(selector).first.bounding_box()
        assert box["y"] < 800, selector
    assert page.locator(".facts dt").count() == 4
    assert page.locator(".sentences p:not(.source)").count() <= 4
    assert page.locator(".effects a").count() == page.locator(".effects .badge").count() == 8
    assert re.search(r"Phys\. Rev\. E 102, 013307", page.locator(".source >> nth=1").inner_text())


def test_a_study_is_short_until_it_is_unfolded(opened: Any, pages: dict[str, Path]) -> None:
    page = opened(pages["report"], folded=True)
    height = "document.documentElement.scrollHeight"
    folded = page.evaluate(height)
    assert folded < 9000
    page.click(".folds .unfold")
    assert page.locator(".fold:not([open])").count() == 0
    assert page.evaluate(height) > 2 * folded
    page.click(".folds .unfold")
    assert page.locator(".fold[open]").count() == 0


@pytest.mark.parametrize("scripted", [True, False])
def test_links_unfold_what_they_lead_to(opened: Any, pages: dict[str, Path], scripted: bool) -> None:
    page = opened(pages["report"], folded=True, java_script_enabled=scripted)
    names = [link.get_attribute("href") for link in page.locator("nav a, .effects a").all()]
    assert len(names) > 16
    for name in ("#claim-C", "#layers", "#references"):
        assert name in names
        page.click(f"a[href='{name}'] >> nth=0")
        assert page.locator(f"[id='{name[1:]}']").is_visible()


def test_without_scripts_nothing_is_lost_but_what_they_draw(opened: Any, pages: dict[str, Path]) -> None:
    page = opened(pages["report"], folded=True, java_script_enabled=False)
    assert page.locator(".unfold:visible, #player:visible, #explorer:visible").count() == 0
    for summary in page.locator(".fold > summary").all():
        summary.click()
    assert page.locator(".fold > section:visible").count() == page.locator(".fold").count() > 8


@pytest.mark.parametrize("start", ["cold", "hot"])
def test_the_player_of_a_flow_shows_its_spins(opened: Any, pages: dict[str, Path], start: str) -> None:
    page = opened(pages["flow"])
    page.select_option("#player .lane:nth-child(1) [aria-label=start]", label=start)
    page.focus("#player")
    for states in flow_path(start).states:
        shown = page.eval_on_selector("#player .lane:nth-child(1) canvas", PIXELS)
        expected = np.where(states[0][..., None] > 0, rgb(UP), rgb(DOWN))
        assert np.array_equal(np.array(shown).reshape(8, 8, 4)[..., :3], expected)
        page.keyboard.press("ArrowRight")
