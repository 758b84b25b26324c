"""Symbols that stand in plain text, such as T_c, Δ_s, ⟨m²⟩ or e^{−βJ}, are set as formulas.

Help of the command line, keys of study files, docstrings and the pages at the root are read in terminals and editors
too, where they must be plain. Here they look as in the formulas beside them. Names of Python are no symbols.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from docutils import nodes
from sphinx.addnodes import desc_signature, glossary
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

_GREEK = "α-ωΔΓΛΣΠΩ"
_END = rf"(?![A-Za-z0-9_{_GREEK}])"
_WORDS = "int|eff|end|min|max|self|far|cut|stack|blocks|data|model|lattice|machine|states|bonds|between|within|axes"
_LOW = rf"(?:_\{{[^{{}}]*\}}|_(?:{_WORDS}){_END}|_[A-Za-z0-9{_GREEK}]{{1,2}}{_END}|[₀-₉₊₋]+)"
_HIGH = r"(?:\^(?:\{[^{}]*\}|[−-]?\([^()]{1,12}\)|[−-]?\w+)|[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)"
_MEAN = r"⟨[^⟨⟩]{1,40}(?:⟨[^⟨⟩]{1,40}⟩[^⟨⟩]{0,20})?⟩(?:_\w+|_\{[^{}]*\}|[²⁴])?"
_ONE = "|".join([
    r"(?:J_eff|J_L|[JGSFHCRpζρτ])\((?:[βLrkstvn0]|r_ij|[hv]\|[hv](?:_t)?|[rkLsd]/\d|1 ?\+ ?σ)(?:, ?[βLT])?\)",  # J(r)
    rf"\d*[A-Za-z{_GREEK}]′?(?:{_LOW}{_HIGH}?|{_HIGH}{_LOW}?)\*?",  # T_c, W_ia², y_t*, e^{−βJ}
    r"\d+\^(?:\{[^{}]*\}|[−-]?\w+)|\([^()]{1,14}\)\^\{[^{}]*\}",  # 2^N, (2π/L)^{1.25}
    rf"U4\*?|[TRS]\*(?:_\w+)?(?!\w)|\|[mhxW]\|{_HIGH}?|\|Σ \w+\|(?:/N)?",  # U4*, T*, |m|
    rf"\d*Δ?[{_GREEK}]{_END}|ΔT{_END}|sigma(?= = )",  # σ, 2π, Δτ
    rf"(?:\d?d|[TLN])/\d{_END}|ln [ZpqT]{_LOW}?{_END}",  # 3d/4, ln Z
])  # fmt: skip
_LETTER = r"[TLN](?![\w'’-]|\. ?[A-Z(])|[rdkn](?= ?[=<>≤≥] ?[\dLT])"  # L = 16, but no initials
_RATIO = rf"(?:{_ONE})(?:/(?:{_ONE}|[TLNJ]{_END}))*|[TLNJ]/(?:{_ONE})"
SYMBOL = re.compile(rf"{_MEAN}(?:/[TLNJ]{_END})?|(?<![\w.'’“\"{{^/])(?:{_RATIO}|{_LETTER})")
_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺₀₁₂₃₄₅₆₇₈₉₊₋", "0123456789-+0123456789+-")


class SetSymbols(SphinxTransform):
    """Text outside of code, formulas, titles of pages and links to papers."""

    default_priority = 850  # after all that looks at text

    def apply(self, **kwargs: Any) -> None:
        if self.env.docname == "bibliography":  # titles of papers stay as they were printed
            return
        for text in list(self.document.findall(nodes.Text)):
            if SYMBOL.search(text) and not _left_alone(text):
                text.parent.replace(text, list(pieces(str(text))))


def pieces(text: str) -> Iterator[nodes.Node]:
    """Text and formulas by turns."""
    last = 0
    for found in SYMBOL.finditer(text):
        if found.start() > last:
            yield nodes.Text(text[last : found.start()])
        yield nodes.math("", latex(found[0]))
        last = found.end()
    if last < len(text):
        yield nodes.Text(text[last:])


def latex(symbol: str) -> str:
    """A symbol as LaTeX says it: U4* is U_4^*, τ_int has its index upright."""
    text = re.sub(r"^U4", "U_4", symbol).replace("^dx", "^d x").replace("′", "'")
    text = re.sub(r"([A-Z])\*_", r"\1^*_", text)
    text = re.sub(r"[₀-₉₊₋]+", lambda found: f"_{{{found[0].translate(_DIGITS)}}}", text)
    text = re.sub(r"[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺]+", lambda found: f"^{{{found[0].translate(_DIGITS)}}}", text)
    text = re.sub(r"\^([−-]?\([^()]+\))", r"^{\1}", text).replace("sigma", "σ")
    text = re.sub(rf"_({_WORDS})\b", r"_\\text{\1}", text)
    text = re.sub(r"([_^])([−-]?[^\W_]{2,}|[−-]\d)", r"\1{\2}", text)
    text = re.sub(r"\b(ln|cosh|tanh|sin|cos|exp)\b", r"\\\1", text)
    text = text.replace("Σ_", r"\sum_").replace("Π_", r"\prod_")
    return re.sub(r"\*$", "^*", text)


def _left_alone(text: nodes.Text) -> bool:
    """Whether what stands around a text keeps it as it is."""
    node: nodes.Node | None = text
    while (node := node.parent) is not None:
        if isinstance(node, nodes.literal | nodes.literal_block | nodes.math | nodes.math_block | nodes.raw):
            return True
        if isinstance(node, desc_signature | nodes.citation | nodes.footnote | nodes.image):
            return True
        if isinstance(node, nodes.term) and not isinstance(node.parent.parent.parent, glossary):
            return True
        if isinstance(node, nodes.title) and isinstance(node.parent.parent, nodes.document):
            return True
    return False


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx."""
    app.add_transform(SetSymbols)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
