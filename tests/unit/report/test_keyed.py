"""Figures that stand alone: heading, key and mathematics."""

from __future__ import annotations

import pytest
from matplotlib.figure import Figure

from spinlens.plot import style
from spinlens.report import layout
from spinlens.report.illustration import Illustration, Key, Panel
from spinlens.report.keyed import complete

KEYS = (Key("T_c ± error", style.BAND, "band"), Key("hot", style.ORANGE, "point", style.glyph("^", hollow=True)),
        Key("known", style.ORANGE), Key("up", style.UP, "square"))  # fmt: skip


@pytest.fixture
def figure() -> Figure:
    with style.context():
        drawn, axes = layout.grid(height=2.0)
        axes[0, 0].plot([0, 1], [0, 1])
        axes[0, 0].set_xlabel("T_end / T_c")
        axes[0, 0].set_yticks([0, 1], ["cold", "x_0"])
        picture = Illustration("name", "Title", "", "", (Panel("at T_c", "", drawn),), KEYS)
        return complete(picture)[0]


def test_it_has_its_heading_and_every_entry_of_the_key(figure: Figure) -> None:
    assert figure.texts[0].get_text() == "at $T_{c}$"
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["$T_{c}$ ± error", "hot", "known", "up"]
    _, hot, known, _ = legend.legend_handles
    assert (hot.get_marker(), hot.get_markerfacecolor(), hot.get_linewidth()) == ("^", "none", 0)
    assert known.get_linewidth() > 1


def test_indices_are_set_as_mathematics(figure: Figure) -> None:
    (axes,) = figure.axes
    assert axes.get_xlabel() == "$T_{end}$ / $T_{c}$"
    assert [label.get_text() for label in axes.get_yticklabels()] == ["cold", "$x_{0}$"]


def test_axes_keep_their_size_and_leave_room(figure: Figure) -> None:
    height = figure.get_size_inches()[1]
    box = figure.axes[0].get_position()
    assert box.height * height == pytest.approx(2.0 - 0.48 - 0.08)
    assert box.y0 * height > 0.48 + 0.2  # the key lies below
    assert (1 - box.y1) * height > 0.3


def test_a_long_heading_has_lines_and_room_for_them(figure: Figure) -> None:
    with style.context():
        drawn, _ = layout.grid(height=2.0)
        words = "power law: flows of learned machines keep what they have learned, others miss it"
        found = complete(Illustration("name", "Title", "", "", (Panel(words, "", drawn),), KEYS))[0]
    assert " ".join(text.get_text() for text in found.texts) == words
    assert len(found.texts) == 2
    assert found.get_size_inches()[1] == pytest.approx(figure.get_size_inches()[1] + 0.19)
