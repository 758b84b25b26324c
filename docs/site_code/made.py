"""Where a page says `{made} laws.sweeps(1e-4)` stands what that function of `tables` makes, anew in every build.

In a block of its own it is a table or a text with headings, in a line a number. No page keeps what was made once, so
that none is older than the data.
"""

from __future__ import annotations

import hashlib
import importlib
import pkgutil
import re
from pathlib import Path
from typing import Any

import tables
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

import spinlens

MADE = re.compile(r"^```\{made\}\n(?P<block>.+?)\n```$|\{made\}`(?P<word>[^`]+)`", re.MULTILINE | re.DOTALL)


def filled(text: str) -> str:
    """The text of a page with what its functions make."""
    modules = {one.name: importlib.import_module(f"tables.{one.name}") for one in pkgutil.iter_modules(tables.__path__)}
    return MADE.sub(lambda found: str(_value(found["block"] or found["word"], modules)), text)


def _value(call: str, modules: dict[str, Any]) -> object:
    try:
        return eval(call, dict(modules))
    except Exception as error:
        raise ExtensionError(f"{call} of a page fails: {error!r}") from error


def version() -> str:
    """A name for the code of spinlens as it is now."""
    files = sorted(Path(spinlens.__file__).parent.rglob("*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12]


def fill(app: Sphinx, docname: str, source: list[str]) -> None:
    """Fill a page before it is read as Markdown."""
    if "{made}" in source[0]:
        source[0] = filled(source[0])


def always(app: Sphinx, env: Any, added: set[str], changed: set[str], removed: set[str]) -> list[str]:
    """Pages that are made from data are read in every build."""
    return [name for name in env.found_docs if "{made}" in Path(env.doc2path(name)).read_text(encoding="utf-8")]


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx."""
    app.connect("source-read", fill)
    app.connect("env-get-outdated", always)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
