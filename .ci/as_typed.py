"""Type what README and Start say, literally and in order, in a clean copy of the repository; compare what is printed.

    python .ci/as_typed.py                       # with this Python
    python .ci/as_typed.py --python python3.13   # with another one
    python .ci/as_typed.py --skip "reproduce --preset"   # without lines that take minutes
    python .ci/as_typed.py --write               # put what was printed into the pages

The copy holds what git holds, the environment is the one that the pages themselves make. A block of text below a block
of commands is what these printed on standard output where the page was written; its words are held against what is
printed now.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PAGES = ("README.md", "docs/start.md")
BLOCK = re.compile(
    r"^```(?P<language>bash|python)\n(?P<code>.*?)^```\n(?:\s*^```text\n(?P<printed>.*?)^```$)?",
    re.DOTALL | re.MULTILINE,
)
_NUMBER = re.compile(r"[-+]?\d[\d.,]*(?:e[-+]?\d+)?(?:\(\d+\))?")
SUITE = "pytest -n auto"  # the line that runs all tests, which is what CI does


class Block(NamedTuple):
    """Commands or Python of a page, and what they print; None where the page does not say."""

    language: str
    code: str
    printed: str | None


def blocks(text: str) -> Iterator[Block]:
    """The blocks of a page in their order."""
    for found in BLOCK.finditer(text):
        yield Block(found["language"], found["code"], found["printed"])


def without(code: str, skipped: list[str]) -> str:
    """Code without the lines that hold one of some words."""
    return "".join(line for line in code.splitlines(keepends=True) if not any(word in line for word in skipped))


def type_page(page: str, clone: Path, environment: dict[str, str], skipped: list[str]) -> list[tuple[Block, str]]:
    """Run the blocks of a page in the clone; the blocks whose output is not what the page says, with that output."""
    wrong = []
    for block in blocks((ROOT / page).read_text(encoding="utf-8")):
        code = without(block.code, [SUITE, *skipped])
        print(f"+ {page}: {code}", flush=True)
        command = ["bash", "-euo", "pipefail", "-c", code] if block.language == "bash" else ["python", "-c", code]
        done = subprocess.run(command, cwd=clone, env=environment, stdout=subprocess.PIPE, text=True)
        if done.returncode:
            sys.exit(f"{page}: this ended with {done.returncode}:\n{code}{done.stdout}")
        if code == block.code and block.printed is not None and not agrees(block.printed, done.stdout):
            wrong.append((block, done.stdout))
    return wrong


def agrees(said: str, printed: str) -> bool:
    """Whether a text has the words that were printed; numbers differ in last digits from one processor to another."""
    said, printed = (_NUMBER.sub("#", text) for text in (said, printed))
    return said.split() == printed.split()


def clone_to(folder: Path) -> Path:
    """What git holds, and what it does not ignore, in a folder."""
    listed = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    for name in filter(None, subprocess.run(listed, capture_output=True, text=True, check=True).stdout.split("\0")):
        if (ROOT / name).is_file():
            target = folder / "clone" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, target)
    return folder / "clone"


def clean_environment(folder: Path, python: str) -> dict[str, str]:
    """Variables with `python3` as asked, the environment of the clone first, and nothing of the one we are in."""
    (folder / "bin").mkdir()
    (folder / "bin" / "python3").symlink_to(Path(shutil.which(python) or python).resolve())
    path = os.pathsep.join([str(folder / "clone" / ".venv" / "bin"), str(folder / "bin"), os.environ["PATH"]])
    kept = {
        name: value for name, value in os.environ.items() if name not in {"VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME"}
    }
    return {**kept, "PATH": path, "COLUMNS": "100", "MPLBACKEND": "Agg", "XDG_CACHE_HOME": str(folder / "cache")}


def main() -> None:
    """Type all pages; exit with 1 where one says something else than what is printed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--skip", action="append", default=[], metavar="WORDS")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="as-typed-") as name:
        clone, environment = clone_to(Path(name)), clean_environment(Path(name), options.python)
        wrong = {page: type_page(page, clone, environment, options.skip) for page in PAGES}
    for page, found in wrong.items():
        text = (ROOT / page).read_text(encoding="utf-8")
        for block, printed in found:
            text = text.replace(
                f"{block.code}```\n\n```text\n{block.printed}", f"{block.code}```\n\n```text\n{printed}"
            )
            print(f"{page}: {block.code}says\n{block.printed}and prints\n{printed}")
        if options.write:
            (ROOT / page).write_text(text, encoding="utf-8")
    sys.exit(bool(any(wrong.values()) and not options.write))


if __name__ == "__main__":
    main()
