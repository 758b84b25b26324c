"""A drawn figure as inline SVG: no fixed size, no shared ids, colours that follow the page, sub- and superscripts."""

from __future__ import annotations

import io
import re
from html import escape

from markupsafe import Markup
from matplotlib.figure import Figure
from matplotlib.text import Text

from spinlens.plot.style import CSS_VARIABLES
from spinlens.report.compact import compact

_PREAMBLE = re.compile(r"^.*?(?=<svg )", re.DOTALL)
_NOISE = re.compile(r"<metadata>.*?</metadata>|<defs>\s*<style[^>]*>.*?</style>\s*</defs>|font-family: [^;\"]*; |"
                    r' transform="rotate\(-0 [^)]*\)"', re.DOTALL)  # fmt: skip
_COLOUR = re.compile("|".join(CSS_VARIABLES))
_TEXT = re.compile(r"(<text [^>]*>)([^<]*)(</text>)")
_SCRIPT = re.compile(
    r"(?<![A-Za-z0-9])([A-Za-zΔ]\*?|10)([_^])"
    r"(\{[^{}<>]+\}|(?:end|cold|hot|eff|blocks|[A-Za-z0-9εσ])(?![A-Za-z0-9]))"
)
_SIGN = re.compile(r" ([=<>≤≥×]) ")
_MINUS = re.compile(r"(?<=[\s(=])-(?=\d)")


def inline(figure: Figure, prefix: str, description: str) -> Markup:
    """The figure as an `<svg>` element that can stand in a page beside others.

    `prefix` makes its ids its own, `description` is what a screen reader says.
    """
    for words in figure.findobj(Text):
        words.set_text(words.get_text().replace("$", ""))  # sub- and superscripts as the page has them
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    text = compact(_NOISE.sub("", _PREAMBLE.sub("", buffer.getvalue(), count=1)), f"{prefix}-")
    text = _TEXT.sub(lambda match: match[1] + _scripts(match[2]) + match[3], text)
    text = _COLOUR.sub(lambda match: f"var({CSS_VARIABLES[match[0]]})", text)
    return Markup(_label(text, description))


def standalone(figure: Figure) -> bytes:
    """The figure as an SVG file of its own, the same bytes each time."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None})
    return buffer.getvalue()


def scripts(text: str) -> Markup:
    """`T_c` and `r^{-1}` as HTML with sub- and superscripts, hyphens before numbers as minus; all else escaped.

    >>> scripts("T_c < Δ_{s}")
    Markup('T<sub>c</sub> &lt; Δ<sub>s</sub>')
    """
    tags = {"_": "sub", "^": "sup"}

    def element(match: re.Match[str]) -> str:
        tag = tags[match[2]]
        return f"{match[1]}<{tag}>{match[3].strip('{}')}</{tag}>"

    return Markup(_MINUS.sub("−", _SCRIPT.sub(element, escape(text, quote=True))))


def tight(text: str) -> str:
    """No line breaks about signs, so that "σ = 1.2" and "p < 0.01" stay together.

    >>> tight("σ = 1.2, L ≤ 8").count("\N{NO-BREAK SPACE}")
    4
    """
    return _SIGN.sub("\u00a0\\1\u00a0", text)


def bare(text: str) -> str:
    """The same without sub- and superscripts, where there can be none.

    >>> bare("T_c = 2.27 J/k_{B}")
    'Tc = 2.27 J/kB'
    """
    return _MINUS.sub("−", _SCRIPT.sub(lambda match: match[1] + match[3].strip("{}"), text))


def _scripts(text: str) -> str:
    """The same for SVG text (already escaped): smaller spans, shifted and shifted back (dy counts in own sizes)."""

    def spans(match: re.Match[str]) -> str:
        there, back = ("0.3em", "-0.225em") if match[2] == "_" else ("-0.5em", "0.375em")
        inner = f'<tspan dy="{there}" style="font-size:75%">{match[3].strip("{}")}</tspan>'
        return f'{match[1]}{inner}<tspan dy="{back}">\u200b</tspan>'

    return _SCRIPT.sub(spans, text)


def _label(text: str, description: str) -> str:
    text = re.sub(r'(<svg\b[^>]*?) width="[^"]*"', r"\1", text, count=1)
    text = re.sub(r'(<svg\b[^>]*?) height="[^"]*"', r"\1", text, count=1)
    return text.replace("<svg ", f'<svg role="img" aria-label="{escape(description)}" ', 1).strip()
