"""Downloads: the bytes of a figure and of its numbers."""

from __future__ import annotations

import csv
import io
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest

SVG = "{http://www.w3.org/2000/svg}"


def taken(page, name, words):
    with page.expect_download() as found:
        page.click(f".take[data-name={name}] >> text={words}")
    return found.value.suggested_filename, Path(found.value.path()).read_text(encoding="utf-8")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_drawing_is_a_file_of_its_own_in_the_colours_of_paper(opened, brief, scheme):
    page = opened(brief, color_scheme=scheme)
    name, text = taken(page, "crossings", "SVG")
    assert name == "spinlens-crossings.svg"
    tree = ElementTree.fromstring(text.partition("\n")[2])
    panels = tree.findall(f"{SVG}svg")
    shown = page.locator("figure:has(.take[data-name=crossings]) .panel svg")
    assert len(panels) == shown.count() > 0
    assert len(list(panels[0].iter(f"{SVG}path"))) == shown.first.locator("path").count()
    assert "var(" not in text
    assert "#17191e" in text  # ink on paper
    classes = {element.get("class") for element in tree.iter() if element.get("class")}
    assert classes  # styles that drawings share come along
    assert all(f".{name} {{" in text for name in classes)
    width, height = float(tree.get("viewBox").split()[2]), float(tree.get("viewBox").split()[3])
    for panel in panels:
        assert 0 <= float(panel.get("x")) <= width - float(panel.get("width"))
        assert 0 <= float(panel.get("y")) <= height - float(panel.get("height"))


def test_data_of_a_figure_are_rows_with_what_they_belong_to(opened, brief, study):
    results, data = study
    name, text = taken(opened(brief), "correlations", "CSV")
    assert name == "spinlens-correlations.csv"
    rows = list(csv.DictReader(io.StringIO(text)))
    expected = [
        (results["models"][model]["label"], curve, float(r), float(found["G"][k, j]))
        for model, found in ((model, data[f"correlation/{model}"]) for model in results["models"])
        for k, curve in enumerate(found["curve"].values.tolist())
        for j, r in enumerate(found["r"].values.tolist())
    ]
    assert [(row["lattice"], row["curve"], float(row["r"])) for row in rows] == [row[:3] for row in expected]
    assert np.allclose([float(row["G"]) for row in rows], [row[3] for row in expected], rtol=1e-5)


def test_variables_of_other_dimensions_have_rows_of_their_own(opened, brief, study):
    rows = list(csv.DictReader(io.StringIO(taken(opened(brief), "crossings", "CSV")[1])))
    found = study[1]["critical/power-law"]
    own = [row for row in rows if row["lattice"] == "power law σ = 1.2"]
    measured = [float(row["measured"]) for row in own if row["measured"]]
    assert np.allclose(measured, found["measured"].values.ravel(), rtol=1e-5)
    assert sum(bool(row["binder"]) for row in own) == found["binder"].size


def test_a_table_has_values_and_errors_in_columns_of_numbers(opened, brief):
    page = opened(brief)
    rows = list(csv.reader(io.StringIO(taken(page, "learned-couplings", "CSV")[1])))
    table = page.eval_on_selector(
        "figure:has(.take[data-name=learned-couplings]) table",
        "t => [...t.rows].map(r => [...r.cells].map(c => c.textContent))",
    )
    assert rows[0] == ["lattice", "recipe", "r", "Jeff(r)", "Jeff(r) error", "J(r) / Tc"]
    assert len(rows) == len(table)
    for shown, row in zip(table[1:], rows[1:], strict=True):
        digits = re.match(r"([−\d.]+)\((\d+)\)", shown[3])
        assert row[3] == digits[1].replace("−", "-")
        assert float(row[4]) == pytest.approx(float(digits[2]) * 10.0 ** -len(digits[1].partition(".")[2]))


def test_pdfs_are_led_to_where_they_lie_beside_the_page(opened, brief, brief_page, study, tmp_path):
    assert opened(brief).locator(".take p a").count() == 0
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "crossings.pdf").write_bytes(b"%PDF")
    links = opened(brief_page(study, tmp_path / "report.html")).locator(".take p a")
    assert [links.nth(k).get_attribute("href") for k in range(links.count())] == ["figures/crossings.pdf"]
