"""The findings of the committed study for a page of the site, which lies in another folder."""

from __future__ import annotations

import re

from tables.markdown import ROOT

_FOLDER = "validation/study"


def text() -> str:
    """FINDINGS.md below its title: pictures by their place as seen from the page, files of the folder by name."""
    _, _, below = (ROOT / _FOLDER / "FINDINGS.md").read_text(encoding="utf-8").partition("\n")
    below = re.sub(r"!\[(.*?)\]\((?!http)(.+?)\)", rf"![\1](../../{_FOLDER}/\2)", below)
    return re.sub(r"(?<!!)\[[^\]]*\]\((?!http)([\w.]+)\)", rf"`{_FOLDER}/\1`", below)


def of_the_map() -> str:
    """The questions beyond the claims, as the README of `validation/map` has them: links to files by their place."""
    _, _, below = (ROOT / "validation/map/README.md").read_text(encoding="utf-8").partition("\n")
    below = re.sub(r"\[[^\]]*\]\(\.\./([\w./]+)\)", r"`validation/\1`", below)
    return re.sub(r"(?<!!)\[[^\]]*\]\((?!http)([\w.]+)\)", r"`validation/map/\1`", below)


def answer() -> str:
    """The answer in two sentences, as the README has it below the question."""
    _, _, below = (ROOT / "README.md").read_text(encoding="utf-8").partition("group does?**\n\n")
    return below.partition("\n\n")[0].replace("(validation/study/FINDINGS.md)", "(validation/findings.md)")
