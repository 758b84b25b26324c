"""The tables of sigma.md from the results of a map.

python validation/map/sigma_table.py validation/map/results_map_quick.json
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from spinlens.report.figures.along_sigma import table


def markdown(document: dict[str, Any]) -> str:
    """A row a lattice, as the page has it, and the statement of the rule."""
    found = table(document["map"])
    rows = [found.headings, ["---"] * len(found.headings), *found.rows]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([*lines, "", document["map"]["because"]])


if __name__ == "__main__":
    for path in sys.argv[1:]:
        print(markdown(json.loads(Path(path).read_text())))
