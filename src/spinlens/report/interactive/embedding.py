"""Data within a page, for its scripts."""

from __future__ import annotations

import base64
import json
import math
from typing import Any

import numpy as np
from markupsafe import Markup

from spinlens.arrays import AnyArray


def embedded(name: str, value: Any) -> Markup:
    """`value` as JSON in an element with the id `name`; no text in it can end the element.

    >>> embedded("about", {"name": "</script>"})
    Markup('<script type="application/json" id="about">{"name":"\\\\u003c/script>"}</script>')
    """
    text = json.dumps(finite(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Markup('<script type="application/json" id="{}">{}</script>').format(
        name, Markup(text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))
    )


def finite(value: Any) -> Any:
    """JSON data with null in place of numbers that are not finite."""
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def packed(array: AnyArray) -> str:
    """The bytes of an array as text."""
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()
