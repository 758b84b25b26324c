"""Pages of the reference that are written from the code leave nothing out; what as_typed.py sees of pages."""

from __future__ import annotations

import importlib
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

import spinlens
from spinlens.cli.app import app
from spinlens.study.definition.spec import Study

ROOT = Path(__file__).parents[2]


@pytest.fixture
def made(monkeypatch):
    """Modules beside the pages, by name."""
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    yield importlib.import_module
    for name in [name for name in sys.modules if name.startswith(("site_code", "tables"))]:
        del sys.modules[name]


def test_every_command_and_option_is_on_the_page(made):
    commands = made("site_code.commands")
    page = commands.page()
    for name, command in commands.tree(get_command(app)):
        _, _, section = page.partition(f"### spinlens {name}\n")
        section = section.partition("\n### ")[0]
        options = {text for option in command.params if option.param_type_name == "option" for text in option.opts}
        assert {text for text in options - {"--help", "-h"} if f"`{text}`" not in section} == set(), name
        assert "```bash\nspinlens " in section
    assert not re.search(r"\| *\| [^|]*\|$", page, re.MULTILINE), "an option without a sentence"


def test_every_key_of_a_study_file_is_described(made):
    study_file = made("site_code.study_file")
    page = study_file.page()
    tables = list(study_file.tables_of(Study, None))
    assert {"[criticality]", "[[machines.recipes]]", "[[machines.recipes.phases]]"} <= {
        heading for heading, _, _ in tables
    }
    for heading, section, _ in tables:
        rows = page.partition(f"## `{heading}`\n")[2].partition("\n## ")[0]
        for key, field in section.model_fields.items():
            table = f"{heading.strip('[]')}.{key}]" in page
            assert f"| `{key}` |" in rows or table or field.annotation is Any, f"{heading} {key}"
    assert not re.findall(r"^\| `\w+` \|.*\|  \|$", page, re.MULTILINE), "a key without a description"


def test_every_public_name_has_a_page(made):
    pages = made("site_code.python_names").pages()
    parts = [f"{part}.{name}" for part in ("exact", "plot") for name in getattr(spinlens, part).__all__]
    names = {name for name in [*spinlens.__all__, "open", *parts] if name not in {"__version__", "exact", "plot"}}
    assert {name for name in names if f"names/spinlens.{name}.rst" not in pages} == set()
    assert ".. automethod:: fit" in pages["names/spinlens.RBM.rst"]
    assert "set_output" not in pages["names/spinlens.RBM.rst"], "what scikit-learn wrote is not ours to document"


def test_signs_of_physics_are_no_markup(made):
    lines = ["<|m|> and U4* of `a*b`", "", ">>> 2 * 3", "6 *", "", "x*", ".. [Ising1925] E. Ising, Z. Phys."]
    made("site_code.names").plain_signs(None, "", "", None, None, lines)
    assert lines == [
        r"<\|m\|> and U4\* of `a*b`", "", ">>> 2 * 3", "6 *", "", r"x\*", r".. [Ising1925] \E. Ising, Z. Phys."
    ]  # fmt: skip


def test_words_that_are_stressed_stay_stressed(made):
    plain = made("site_code.names").plain
    assert plain("independent: **taken apart**, *any* of T* and **options") == (
        r"independent: **taken apart**, *any* of T\* and \*\*options"
    )


SET = {
    "J(r) = r^-(2+sigma), L of the U4 crossings": ["J(r)", "r^{-(2+σ)}", "L", "U_4"],
    "⟨m⁴⟩/(3⟨m²⟩²) and τ_int of |m|": ["⟨m^{4}⟩", "⟨m^{2}⟩^{2}", r"τ_\text{int}", "|m|"],
    "T_end/T_c − 1 at σ = 1.2, y_h* = 3d/4": [r"T_\text{end}/T_c", "σ", "y_h^*", "3d/4"],
    "n_samples, log_z, weights_ and 3·10⁻⁵ nats": [],
    "N. Metropolis, T. Tomé and L. Onsager": [],
    "Σ_axes s_x of S′_γ": [r"\sum_\text{axes}", "s_x", "S'_γ"],
}


@pytest.mark.parametrize("text", SET)
def test_symbols_are_set_and_names_are_not(made, text):
    symbols = made("site_code.symbols")
    found = list(symbols.pieces(text))
    assert [str(part.astext()) for part in found if part.tagname == "math"] == SET[text]


def test_wide_tables_say_in_every_cell_what_it_is(made):
    from docutils.core import publish_doctree
    from docutils.frontend import get_default_settings
    from docutils.parsers.rst import Parser

    stacked = made("site_code.stacked_tables")
    text = ".. list-table::\n   :header-rows: 1\n\n   * - a\n     - {0}\n   * - b\n     - c\n"
    for heading, classes in (("short", []), ("averylongwordthatnobodycanbreak" * 2, ["stacked"])):
        document = publish_doctree(text.format(heading), settings=get_default_settings(Parser))
        stacked.StackTables(document).apply()
        table = next(one for one in document.findall() if one.tagname == "table")
        assert [name for name in table["classes"] if name == "stacked"] == classes
        assert (heading + " c" in table.astext()) == bool(classes)


def test_what_a_page_says_is_made_is_made_in_every_build(made, tmp_path):
    filled = made("site_code.made").filled
    assert filled("a {made}`laws.planner_power()`\n").split() == ["a", made("tables.laws").planner_power()]
    assert filled('```{made}\nlaws.training("units")\n```\n').startswith("| units |")
    with pytest.raises(Exception, match=r"laws\.none.*fails"):
        filled("{made}`laws.none()`")
    for page in (ROOT / "docs").rglob("*.md"):
        assert "remove-input" not in page.read_text(encoding="utf-8"), (
            f"{page.name}: what it hides is kept by the cache"
        )


def test_links_of_pages_at_the_root_lead_somewhere():
    links = {
        (page, link) for page in ROOT.glob("*.md") for link in re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8"))
    }
    files = {(page, link) for page, link in links if "://" not in link}
    assert len(files) > 10
    assert {link for page, link in files if not (page.parent / link).exists()} == set()


def test_blocks_are_typed_as_they_stand(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / ".ci"))
    typed = importlib.import_module("as_typed")
    page = "```bash\na\n```\n\n```text\nT = 2.26(1)\n```\n\n```{code-block} bash\nno\n```\n\n```python\nb\n```\n"
    assert list(typed.blocks(page)) == [("bash", "a\n", "T = 2.26(1)\n"), ("python", "b\n", None)]
    assert typed.without("a --slow\nb\n", ["--slow"]) == "b\n"
    assert typed.agrees("T = 2.26(1)\n", "T   = 2.2712(3)\n")
    assert not typed.agrees("T = 2.26(1)\n", "T > 2.26\n")
    found = [block for name in typed.PAGES for block in typed.blocks((ROOT / name).read_text(encoding="utf-8"))]
    assert len(found) > 8
