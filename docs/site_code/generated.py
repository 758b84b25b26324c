"""Pages of the reference, written from the code before a build reads its pages: docs/reference/generated/."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config

from site_code import commands, python_names, study_file

FOLDER = Path(__file__).parents[1] / "reference" / "generated"


def pages() -> dict[str, str]:
    """Text by file name."""
    return {**python_names.pages(), "commands.md": commands.page(), "study_file.md": study_file.page()}


def write(app: Sphinx, config: Config) -> None:
    """Write what has changed, so that a second build reads only that again, and remove what is no more."""
    written = pages()
    (FOLDER / "names").mkdir(parents=True, exist_ok=True)
    for old in FOLDER.rglob("*.*"):
        if old.relative_to(FOLDER).as_posix() not in written:
            old.unlink()
    for name, text in written.items():
        path = FOLDER / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx."""
    app.connect("config-inited", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
