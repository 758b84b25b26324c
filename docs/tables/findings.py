"""The findings of the committed study, section by section, for a page with links of its own."""

from __future__ import annotations

import re

from tables.markdown import ROOT

_FOLDER = "validation/study"


def sections() -> dict[str, str]:
    """The text below each heading of FINDINGS.md; what stands before the first one is that of ""."""
    text = (ROOT / _FOLDER / "FINDINGS.md").read_text(encoding="utf-8")
    _, *parts = re.split(r"^#+ (.+)\n", text, flags=re.MULTILINE)  # the title of the page, its beginning, a heading, …
    titles = ["", *parts[2::2]]
    return {title: _of_here(body) for title, body in zip(titles, parts[1::2], strict=True)}


def section(title: str = "") -> str:
    """One of them."""
    return sections()[title]


def _of_here(text: str) -> str:
    """Pictures by their place as seen from the page, other files of the folder by their name in the repository."""
    text = re.sub(r"!\[(.*?)\]\((?!http)(.+?)\)", rf"![\1](../../{_FOLDER}/\2)", text)
    return re.sub(r"(?<!!)\[[^\]]*\]\((?!http)([\w.]+)\)", rf"`{_FOLDER}/\1`", text)
