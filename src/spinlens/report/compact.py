"""The drawings of a page in few bytes: what nothing refers to is left out, what is repeated is said once."""

from __future__ import annotations

import re
from collections import Counter

_USED = re.compile(r'(?:url\(#|href="#)([^")]+)')
_ID = re.compile(r' id="([^"]+)"')
_BETWEEN = re.compile(r">\s+<")
_TAG = re.compile(r"</?g\b[^>]*>")
_NUMBERS = re.compile(r' (?:d|x|y|transform)="[^"]*"')
_LONG = re.compile(r"(\d+\.\d)\d+")
_STYLE = re.compile(r' style="([^"]*)"')
_SVG = re.compile(r"<svg .*?</svg>", re.DOTALL)
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def compact(text: str, prefix: str) -> str:
    """An `<svg>` of matplotlib without idle groups and ids, with short ids of its own and a tenth of a point.

    >>> compact('<svg><g id="a"> <g><path id="m" d="M 1.23 2"/></g> <use xlink:href="#m" x="1.26"/></g></svg>', "f")
    '<svg><path id="f0" d="M 1.2 2"/><use href="#f0" x="1.2"/></svg>'
    """
    used = {name: f"{prefix}{_short(k)}" for k, name in enumerate(dict.fromkeys(_USED.findall(text)))}
    text = _ID.sub(lambda match: f' id="{used[match[1]]}"' if match[1] in used else "", text)
    text = _USED.sub(lambda match: match[0].replace(match[1], used[match[1]]), text).replace("xlink:href", "href")
    text = _NUMBERS.sub(lambda match: _LONG.sub(r"\1", match[0]).replace("\n", "").replace(' "', '"'), text)
    return _without_idle_groups(_BETWEEN.sub("><", text)).replace(' xmlns:xlink="http://www.w3.org/1999/xlink"', "")


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


def _without_idle_groups(text: str) -> str:
    """Groups that have no attributes say nothing."""
    idle: list[bool] = []

    def kept(match: re.Match[str]) -> str:
        if match[0].startswith("</"):
            return "" if idle.pop() else match[0]
        if not match[0].endswith("/>"):
            idle.append(match[0] == "<g>")
        return "" if match[0] in ("<g>", "<g/>") else match[0]

    return _TAG.sub(kept, text)


def _short(number: int) -> str:
    """A number in base 36."""
    digits = _DIGITS[number % 36]
    return digits if number < 36 else _short(number // 36) + digits
