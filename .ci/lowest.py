"""The lowest versions that pyproject.toml allows install together, start, and give the same bytes twice.

    python .ci/lowest.py [FOLDER]

An environment of the lowest Python is made in FOLDER, a temporary one by default, with each dependency at its bound.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
TESTS = ("tests/contracts/test_public_api.py", "tests/contracts/test_border.py")
WARNINGS = "filterwarnings="  # old versions warn of one another
START = "import spinlens; [getattr(spinlens, name) for name in dir(spinlens)]"
SAMPLE = ("sample", "--size", "4", "--temperatures", "2.3", "--draws", "20", "--warmup", "0", "--force", "--out")


def constraints(project: dict[str, object]) -> str:
    """One line a dependency: its lower bound, exactly."""
    lines = [str(item) for item in project["dependencies"]]  # type: ignore[attr-defined]
    assert all(re.fullmatch(r"[\w-]+>=[\d.]+", line) for line in lines), lines
    return "\n".join(line.replace(">=", "==") for line in lines) + "\n"


def main() -> None:
    """Make the environment and try it; an error of any step ends it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    python = f"python{project['requires-python'].removeprefix('>=')}"
    if shutil.which(python) is None:
        print(f"{python} is not here: the lowest versions were not tried")
        return
    folder = Path(sys.argv[1] if sys.argv[1:] else tempfile.mkdtemp(prefix="spinlens-lowest-")).absolute()
    subprocess.run([python, "-m", "venv", folder], check=True)
    (folder / "lowest.txt").write_text(constraints(project))
    inside = folder / "bin" / "python"

    def run(*arguments: object) -> None:
        subprocess.run([inside, *map(str, arguments)], check=True, cwd=ROOT)

    run("-m", "pip", "install", "--quiet", "-c", folder / "lowest.txt", "-e", ROOT, "pytest", "hypothesis")
    run("-c", START)
    run("-m", "spinlens", "reproduce", "--show")
    for name in ("a.nc", "b.nc"):
        run("-m", "spinlens", *SAMPLE, folder / name)
    assert (folder / "a.nc").read_bytes() == (folder / "b.nc").read_bytes(), "the same command gave other bytes"
    run("-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", WARNINGS, *TESTS)


if __name__ == "__main__":
    main()
