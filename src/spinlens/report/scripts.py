"""Words of tables and figures with sub- and superscripts (`T_c`, `r^{-1}`): in HTML, in SVG, and without them."""

from __future__ import annotations

import re
from html import escape

from markupsafe import Markup

_SCRIPT = re.compile(
    r"(?<![A-Za-z0-9])([A-Za-zΔξ]\*?|10)([_^])"
    r"(\{[^{}<>]+\}|(?:end|cold|hot|eff|blocks|[A-Za-z0-9εσ])(?![A-Za-z0-9]))"
)
_SIGN = re.compile(r" ([=<>≤≥×]) ")
_MINUS = re.compile(r"(?<=[\s(=])-(?=\d)")


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


def mathematics(text: str) -> str:
    """The same as matplotlib sets it; what is mathematics already stays as it is.

    >>> mathematics("T_end / T_c"), mathematics("$T_c$")
    ('$T_{end}$ / $T_{c}$', '$T_c$')
    """
    if "$" in text:
        return text
    return _SCRIPT.sub(lambda match: f"${match[1]}{match[2]}{{{match[3].strip('{}')}}}$", text)


def spans(text: str) -> str:
    """The same for SVG, of text that is escaped: smaller spans, shifted and shifted back (dy counts in own sizes).

    >>> spans("T_c / J")
    'T<tspan dy="0.3em" style="font-size:75%">c</tspan><tspan dy="-0.225em">\u200b</tspan> / J'
    """

    def shifted(match: re.Match[str]) -> str:
        there, back = ("0.3em", "-0.225em") if match[2] == "_" else ("-0.5em", "0.375em")
        inner = f'<tspan dy="{there}" style="font-size:75%">{match[3].strip("{}").replace("-", "−")}</tspan>'
        return f'{match[1]}{inner}<tspan dy="{back}">\u200b</tspan>'

    return _SCRIPT.sub(shifted, text)
