"""The attack of tests/attack.py written down: every call that was accepted, and how many were refused.

python validation/faults/attack.py      # some minutes; writes attack.json beside this file
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1] / "tests"))

from attack import attacks, targets  # noqa: E402


def main() -> None:
    """Attack, and write the figures."""
    aims = targets()
    found = list(attacks(aims))
    document = {
        "targets": len(aims),
        "calls": len(found),
        "outcomes": dict(sorted(Counter(one.outcome for one in found).items())),
        "wrong kinds accepted": [str(one) for one in found if one.wrong and one.outcome == "accepted"],
        "foreign": [str(one) for one in found if one.outcome == "foreign"],
        "accepted": sorted({f"{one.target}({one.argument}={one.value})" for one in found if one.outcome == "accepted"}),
    }
    (HERE / "attack.json").write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
