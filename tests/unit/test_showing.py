"""A card becomes a line, a screen, a table in a notebook."""

from __future__ import annotations

from spinlens.showing import Card, Shown, call, data_frame


class Thing(Shown):
    def __init__(self, *cells):
        self.cells = cells

    def _card(self):
        return Card("Thing(a=1)", {"name": "x < y", "longer name": 2}, self.cells and [("T", "kind"), *self.cells])


def test_a_line_a_screen_and_a_table():
    thing = Thing((1.5, "hot"), (20.25, "cold"))
    assert repr(thing) == "Thing(a=1)"
    assert str(thing) == (
        "Thing(a=1)\n  name         x < y\n  longer name  2\n\n  T      kind\n  1.5    hot\n  20.25  cold"
    )
    html = thing._repr_html_()
    assert "<th>name</th><td>x &lt; y</td>" in html
    assert html.count("<tr>") == 2 + 3


def test_without_a_table_there_are_facts_alone():
    assert str(Thing()).splitlines()[-1] == "  longer name  2"
    assert "<thead>" not in Thing()._repr_html_()


def test_long_tables_end_on_the_screen():
    lines = str(Thing(*[(k, "row") for k in range(1000)])).splitlines()
    assert len(lines) < 40
    assert lines[-1].strip() == "… 970 more"


def test_long_options_are_cut():
    assert len(call(dict, items=list(range(1000)))) < 80


def test_rows_become_a_data_frame():
    frame = data_frame([{"T": 1.0, "E": -2.0}, {"T": 2.0, "E": -1.0}], index="T")
    assert frame.loc[2.0, "E"] == -1.0
