"""Every block of Python in the pages of docs/ runs, and prints what the block of text below it says.

Cells that a reader sees are run, too; hidden ones, which make tables, run when the pages are built.
"""

from __future__ import annotations

import contextlib
import doctest
import io
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [page for where in ("concepts/*", "howto/*", "formats") for page in sorted((ROOT / "docs").glob(f"{where}.md"))]
BLOCK = re.compile(
    r"^```(?:python|\{code-cell\} ipython3)\n(?!:tags:)(?P<code>.*?)^```\n(?:\s*^```text\n(?P<printed>.*?)^```$)?",
    re.DOTALL | re.MULTILINE,
)


def run_page(text: str, name: str = "page") -> list[str]:
    """Run the blocks of a page one after another, and name those that print something else than they say."""
    names: dict[str, object] = {"__name__": "__main__"}
    wrong = []
    for block in BLOCK.finditer(text):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(block["code"], name, "exec", dont_inherit=True), names)
        same = doctest.OutputChecker().check_output
        if block["printed"] and not same(block["printed"], printed.getvalue(), doctest.ELLIPSIS):
            wrong.append(f"{block['code']}prints\n{printed.getvalue()}")
    return wrong


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.parent.name}/{page.stem}")
def test_a_page_does_what_it_says(page, tmp_path, monkeypatch):
    folder = tmp_path / "docs" / page.parent.name
    folder.mkdir(parents=True)
    (tmp_path / "validation").symlink_to(ROOT / "validation")
    monkeypatch.chdir(folder)
    assert run_page(page.read_text(encoding="utf-8"), str(page)) == []


def test_a_page_that_prints_something_else_is_seen():
    assert run_page("```python\nprint(2)\n```\n\n```text\n2\n```\n") == []
    assert run_page("```python\nprint(2)\n```\n\n```text\n3\n```\n") == ["print(2)\nprints\n2\n"]
    with pytest.raises(ZeroDivisionError):
        run_page("```python\n1 / 0\n```\n")


def test_pages_have_snippets():
    assert sum(len(BLOCK.findall(page.read_text(encoding="utf-8"))) for page in PAGES) > 10
