"""The page of a flow: first screen and player stand open, all else is folded and says in a line what it holds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from made_up_pages import INSTRUMENTS, flow_document
from spinlens.report.pages.flow import write_flow
from spinlens.report.pages.flow_tables import leads

BIBTEX = "@article{Ising1925,\n  author = {Ising, Ernst},\n  title = {Beitrag},\n  year = {1925}\n}\n"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("flow")
    write_flow(folder, flow_document(), BIBTEX)
    return Path(folder / "index.html").read_text(encoding="utf-8")


def test_only_the_first_screen_and_the_player_stand_open(page: str) -> None:
    open_parts = page[page.index("<body>") : page.index('<div class="folds">')]
    assert open_parts.count('<figure class="illustration') == 1
    assert 'id="player"' in open_parts
    folded = re.findall(r'<details class="fold">.*?<section id="([^"]+)"', page, re.S)
    assert folded == ["ends", "flows", "controls", "paths", "fields", "layers", "maps", "references"]
    assert page.count('class="unfold"') == 1


def test_a_mixture_is_said(tmp_path: Path, page: str) -> None:
    said = "computed with different libraries"
    assert said not in page
    write_flow(tmp_path, flow_document() | {"made_with": [{"numpy": "1.26"}, {"numpy": "2.4", "cpu": "b"}]})
    mixed = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert said in mixed
    assert "Computed with numpy 1.26. And with numpy 2.4, cpu b." in mixed


def test_every_fold_says_what_it_holds(page: str) -> None:
    summaries = re.findall(r"<summary><h2>.*?</h2>(?:<p>(.*?)</p>)?</summary>", page, re.S)
    assert len(summaries) == 8
    assert all(summaries)


def test_what_it_holds_is_counted_in_the_document() -> None:
    document = flow_document()
    found = leads(document)
    assert found["ends"].startswith("3 flows read by 3 instruments")
    assert found["controls"].startswith("3 flows of 1 other machine,")
    assert (
        found["fields"]
        == f"Change of T by one step of machine; fixed points: {len(INSTRUMENTS)} attractive and 0 repulsive."
    )
    document["fields"] = {}
    assert leads(document)["fields"].endswith("0 attractive and 0 repulsive.")
