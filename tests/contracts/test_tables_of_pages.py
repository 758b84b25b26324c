"""The tables of the pages say what the committed data say."""

from __future__ import annotations

import importlib
import json
import re
from pathlib import Path

import pytest

from spinlens.workflows.citing import bibliography

ROOT = Path(__file__).parents[2]


@pytest.fixture
def tables(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    return lambda name: importlib.import_module(f"tables.{name}")


def rows(text):
    plain = re.sub(r"<[^>]+>", "", text)
    return [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in plain.splitlines()[2:]]


LAWS = {
    "autocorrelation": (), "sweeps": (), "critical_temperature": (), "temperature": (), "exponents": (),
    "flow_steps": (), "training": ("states",),
}  # fmt: skip


@pytest.mark.parametrize("law", LAWS)
def test_a_law_is_a_table_without_holes(tables, law):
    found = rows(getattr(tables("laws"), law)(*LAWS[law]))
    assert len(found) > 4
    assert not any("nan" in cell or cell == "" for row in found for cell in row)


def test_half_the_error_takes_four_times_the_sweeps(tables):
    first, second = (float(rows(tables("laws").sweeps(e))[0][-1].split("·")[0].replace(",", "")) for e in (2e-3, 1e-3))
    assert second == pytest.approx(4 * first, rel=0.1)


def test_a_power_is_found(tables):
    assert tables("laws").growth({8: 2.0, 16: 4.0, 32: 8.0}) == pytest.approx(1.0)


def test_numbers_print_as_physicists_print_them(tables):
    markdown = tables("markdown")
    assert [markdown.count(x) for x in (12_345, 1.26e7)] == ["12,000", "1.3·10⁷"]
    assert markdown.estimate({"value": 2.2692, "error": 0.0003}) == "2.2692(3)"
    assert markdown.estimate(None) == ""
    assert markdown.table(["a", "b"], [["|m|"]]).splitlines()[-1] == r"| \|m\| |  |"


def test_the_page_of_findings_is_what_stands_in_its_file(tables):
    page, text = tables("findings").text(), (ROOT / "validation" / "study" / "FINDINGS.md").read_text(encoding="utf-8")
    headings = re.compile(r"^#+ .+$", re.MULTILINE)
    assert headings.findall(page) == headings.findall(text)[1:] != []
    assert "](results" not in page
    assert "![Effects against the gap](../../validation/study/gap_effects.png)" in page


def test_the_answer_of_the_readme_is_that_of_the_findings(tables):
    said = tables("findings").answer()
    assert said.startswith("Machines that have learned")
    assert "(validation/findings.md)" in said
    numbers = re.findall(r"\d·10[⁻⁰-⁹]+", said)
    assert numbers
    assert all(number in tables("findings").text() for number in numbers)


def test_numbers_that_depend_on_an_error_say_how(tables):
    """What the page does with them when another error is typed."""
    law = tables("laws").sweeps(1e-3)
    first = re.search(r'data-number="([\d.e+]+)" data-power="2">([\d,·⁰-⁹]+)<', law)
    assert float(first[2].replace(",", "")) == pytest.approx(float(first[1]), rel=0.05)
    planner = json.loads((ROOT / "validation" / "planner" / "lever.json").read_text("utf-8"))["exponent"]
    power = float(re.search(r'data-power="([\d.]+)"', tables("laws").critical_temperature())[1])
    assert power == pytest.approx(1 / planner, rel=1e-3)


NUMBERS = {
    "exact_answers": ["comparison", "samplers"],
    "critical_points": ["two_cores", "sources", "others", "coverage", "square", "planner"],
    "machines_and_maps": [
        "likelihood", "critical_states", "committed_gaps", "instruments", "impostors", "false_alarms", "block_spins",
        "learned_maps", "matching", "published_ends", "faults",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("module", "name"), [(module, name) for module, names in NUMBERS.items() for name in names])
def test_a_table_of_numbers_stands_on_the_page(tables, module, name):
    found = rows(getattr(tables(module), name)())
    assert len(found) > 1
    assert not any("nan" in cell for row in found for cell in row)
    page = (ROOT / "docs" / "validation" / "numbers.md").read_text(encoding="utf-8")
    assert f".{name}()" in page


@pytest.mark.parametrize("key", ["temperature", "delta_spin", "delta_energy", "binder"])
def test_every_lattice_stands_on_the_page(tables, key):
    points = tables("critical_points")
    assert len(rows(points.lattices(key))) == points.how_many() > 10
    page = (ROOT / "docs" / "validation" / "numbers.md").read_text(encoding="utf-8")
    assert f'lattices("{key}")' in page


def test_exact_numbers_agree_now(tables):
    assert all(float(row[2]) < 1e-12 for row in rows(tables("exact_answers").comparison()))


def test_a_wrong_number_is_seen(tables, monkeypatch):
    """The twin: one known value in the fifth digit off."""
    exact_answers = tables("exact_answers")
    known = json.loads(json.dumps(exact_answers.load("tests/data/kaufman.json")))
    known["cases"][0]["energy"] *= 1.00001
    load = exact_answers.load
    monkeypatch.setattr(exact_answers, "load", lambda name: known if "kaufman" in name else load(name))
    assert max(float(row[2]) for row in rows(exact_answers.comparison())) > 1e-6


@pytest.mark.parametrize("name", ["versions", "states", "attributes", "machine", "folders", "results"])
def test_a_table_of_formats_stands_on_the_page(tables, name):
    assert len(rows(getattr(tables("formats"), name)())) > 1
    assert f"formats.{name}()" in (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")


def test_a_key_of_results_without_a_meaning_is_an_error(tables, monkeypatch):
    formats = tables("formats")
    document = formats.load("validation/study/results.json")
    monkeypatch.setattr(formats, "load", lambda name: {**document, "new": 1})
    with pytest.raises(KeyError, match="new"):
        formats.results()


def test_the_bibliography_has_every_entry(tables):
    found = tables("references").entries()
    assert len(found.splitlines()) == len(bibliography())
    assert "- **FukuiTodo2009**: [K. Fukui, S. Todo, Order-N cluster Monte Carlo" in found
