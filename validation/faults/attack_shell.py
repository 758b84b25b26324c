"""The attack of tests/attack_shell.py written down: how every line and every study file ended.

python validation/faults/attack_shell.py      # some minutes; writes attack_shell.json beside this file
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1] / "tests"))

from attack_shell import Said, furnish, lines, study_files  # noqa: E402


def told(found: Iterable[Said]) -> dict[str, object]:
    """How many ended with which code, and those that ended wrong."""
    ended = list(found)
    codes = Counter(str(one.code) for one in ended)
    return {
        "tried": len(ended),
        "codes": dict(sorted(codes.items())),
        "wrong": [str(one) for one in ended if one.wrong],
    }


def main() -> None:
    """Attack, and write the figures."""
    with tempfile.TemporaryDirectory() as folder:
        furnish(Path(folder))
        document = {"lines": told(lines(Path(folder))), "study files": told(study_files())}
    text = json.dumps(document, indent=1, ensure_ascii=True)
    (HERE / "attack_shell.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
