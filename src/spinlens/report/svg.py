"""A drawn figure in a page, as SVG whose colours follow it, or as a file; styles that drawings share."""

from __future__ import annotations

import io
import re
from collections import Counter

from markupsafe import Markup
from matplotlib.figure import Figure

from spinlens.report.renderer import PageRenderer

_STYLE = re.compile(r' style="([^"]*)"')
_SVG = re.compile(r"<svg .*?</svg>", re.DOTALL)
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def inline(figure: Figure, description: str) -> Markup:
    """The figure as an `<svg>` element that can stand in a page beside others; call under `plot.style.context`.

    `description` is what a screen reader says.
    """
    figure.set_dpi(72)
    width, height = figure.get_size_inches()
    renderer = PageRenderer(72 * width, 72 * height)
    figure.draw(renderer)
    return Markup(renderer.svg(description))


def standalone(figure: Figure, suffix: str = "svg") -> bytes:
    """The figure as a file of its own, SVG or PDF, the same bytes each time."""
    buffer = io.BytesIO()
    dated = {"svg": "Date", "pdf": "CreationDate"}[suffix]
    figure.savefig(buffer, format=suffix, metadata={dated: None})
    return buffer.getvalue()


def share_styles(page: str) -> str:
    """The page with every style that its drawings repeat as a class, the rules in its first `<style>`.

    >>> share_styles('<style>a{}</style><svg ><a style="x:1"/><b style="x:1"/><c style="x:2"/></svg>')
    '<style>._0{x:1}\\na{}</style><svg ><a class="_0"/><b class="_0"/><c style="x:2"/></svg>'
    """
    found = Counter(style for svg in _SVG.findall(page) for style in _STYLE.findall(svg))
    names = {style: f"_{_short(k)}" for k, style in enumerate(style for style, n in found.items() if n > 1)}

    def shared(match: re.Match[str]) -> str:
        return f' class="{names[match[1]]}"' if match[1] in names else match[0]

    page = _SVG.sub(lambda svg: _STYLE.sub(shared, svg[0]), page)
    rules = "".join(f".{name}{{{style}}}\n" for style, name in names.items())
    return page.replace("<style>", f"<style>{rules}", 1)


def _short(number: int) -> str:
    """A number in base 36."""
    digits = _DIGITS[number % 36]
    return digits if number < 36 else _short(number // 36) + digits
