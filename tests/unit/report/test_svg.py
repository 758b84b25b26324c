"""Figures as inline SVG."""

from __future__ import annotations

import pytest

from spinlens.plot import style
from spinlens.report import layout, scripts, svg


def drawn() -> str:
    with style.context():
        figure, axes = layout.grid()
        axes[0, 0].plot([0, 1], [0, 1], color=style.BLUE)
        axes[0, 0].set_xlabel("T / T_c")
        return str(svg.inline(figure, 'a "line"'))


def test_it_scales_follows_the_page_and_speaks() -> None:
    text = drawn()
    head = text[: text.index(">")]
    assert head.startswith("<svg ")
    assert "viewBox" in head
    assert "width=" not in head
    assert 'aria-label="a &quot;line&quot;"' in head
    assert "var(--blue)" in text
    assert "DejaVu" not in text
    assert "id=" not in text  # figures stand beside one another in a page


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("T_c", "T<sub>c</sub>"),
        ("Δ_ε > 1", "Δ<sub>ε</sub> &gt; 1"),
        ("r^{-1}", "r<sup>-1</sup>"),
        ("T_end − T_c = -0.003(1)", "T<sub>end</sub> − T<sub>c</sub> = −0.003(1)"),
        ("my_recipe", "my_recipe"),
        ("pcd10_grid", "pcd10_grid"),
        ("<b>T_c</b>", "&lt;b&gt;T<sub>c</sub>&lt;/b&gt;"),
    ],
)
def test_scripts(text: str, html: str) -> None:
    assert scripts.scripts(text) == html
