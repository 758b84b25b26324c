"""Names of spinlens in pages and docstrings become links to the reference.

In pages, `sl.sample` and `sl.plot.flow(…)` must name something public, or the build fails. What stands between single
backticks in docstrings becomes a link where it is a public name; it may be an argument as well, and stays as it is.
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

_NAME = re.compile(r"sl\.([A-Za-z]\w*(?:\.\w+)*)(?:\(.*\))?")

_QUOTED = re.compile(r"(``.+?``|`.+?`)")
_INITIAL = re.compile(r"^(\s*\.\. \[\w+\] )(?=[A-Z]\. )")
_SIGN = re.compile(r"(?<![\w*])(\*{1,2}\w[^*]*\w\*{1,2})(?![\w*])|([|*])")


class LinkNames(SphinxTransform):
    """`sl.RBM.fit` and `sl.plot.flow(…)` in running text point to their pages."""

    default_priority = 400

    def apply(self, **kwargs: Any) -> None:
        for literal in list(self.document.findall(nodes.literal)):
            found = _NAME.fullmatch(literal.astext())
            if found and not _linked(literal):
                literal.replace_self(_link(f"spinlens.{found[1]}", self.env.docname, literal))


class LinkRootPages(SphinxTransform):
    """Files at the root of the repository that are pages here, where they name each other as files do."""

    default_priority = 400
    pages = ("ARCHITECTURE", "CHANGELOG", "CONTRIBUTING", "SHARP-EDGES")

    def apply(self, **kwargs: Any) -> None:
        for link in self.document.findall(pending_xref):
            name = link["reftarget"].removesuffix(".md")
            if name in self.pages:
                link.attributes |= {"refdomain": "std", "reftype": "doc", "reftarget": f"/{name.lower()}"}


def _linked(node: nodes.Node) -> bool:
    """Whether a node is within a link already."""
    while node.parent is not None:
        node = node.parent
        if isinstance(node, nodes.reference | pending_xref):
            return True
    return False


def _link(target: str, docname: str, literal: nodes.literal) -> pending_xref:
    return pending_xref(
        "", literal.deepcopy(), refdomain="py", reftype="obj", reftarget=target, refdoc=docname, refwarn=True, must=True
    )  # fmt: skip


def _resolve(app: Sphinx, env: Any, node: pending_xref, content: nodes.Element) -> nodes.Node | None:
    """A name that docstrings use as users do: `RBM.fit` for spinlens.RBM.fit; what is no public name stays text."""
    if node.get("refdomain") != "py" or node.get("must"):
        return None
    domain = env.get_domain("py")
    target = f"spinlens.{node['reftarget']}"
    if target in domain.objects:
        return domain.resolve_xref(env, node["refdoc"], app.builder, "obj", target, node, content)
    return content


def plain_signs(app: Sphinx, what: str, name: str, item: object, options: object, lines: list[str]) -> None:
    """In docstrings |m| and U4* are physics and R. J. an author, no list: what would be taken for markup is escaped."""
    example = False
    for k, line in enumerate(lines):
        example = line.strip().startswith(">>>") or (example and bool(line.strip()))
        if not example:
            lines[k] = _INITIAL.sub(r"\1\\", plain(line))


def plain(line: str) -> str:
    """A line whose signs mean themselves, but between backticks and around words that are stressed."""
    parts = _QUOTED.split(line)
    parts[::2] = [_SIGN.sub(lambda sign: sign[1] or f"\\{sign[2]}", part) for part in parts[::2]]
    return "".join(parts)


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx."""
    app.add_transform(LinkNames)
    app.add_transform(LinkRootPages)
    app.connect("missing-reference", _resolve)
    app.connect("autodoc-process-docstring", plain_signs, priority=1)  # before numpydoc
    app.config.default_role = "py:obj"
    return {"parallel_read_safe": True, "parallel_write_safe": True}
