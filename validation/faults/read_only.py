"""spinlens where nobody may write, used by somebody without a name or a home, as in containers and on clusters.

    sudo python validation/faults/read_only.py

Installs the package into an environment of its own (what it needs comes from the one that runs this), takes away all
rights to write there, and calls commands as a user with a number alone. Needs root, to become somebody else. Writes
read_only.json here: how each command ended, and what it warned of.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

ROOT, RESULT = Path(__file__).parents[2], Path(__file__).with_suffix(".json")
SOMEBODY = 54321  # a number that no user has
AS_SOMEBODY = [
    "setpriv", "--reuid", str(SOMEBODY), "--regid", str(SOMEBODY), "--clear-groups",
    "--inh-caps", "+dac_read_search", "--ambient-caps", "+dac_read_search",  # Python itself may lie in root's home
]  # fmt: skip
COMMANDS = {
    "help": ["--help"],
    "sample": ["sample", "--size", "8", "--temperatures", "2.3", "--draws", "50", "--keep-spins", "--out", "a.nc"],
    "show": ["show", "a.nc"],
}


def installed(place: Path) -> Path:
    """The command of an environment in `place` that nobody may write to."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", place], check=True)
    python = place / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", ROOT]
    subprocess.run(pip, check=True)
    packages = next(place.glob("lib/python*/site-packages"))
    (packages / "needed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    for path in (place, *place.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode & 0o555 | 0o444)
    return place / "bin" / "spinlens"


def call(command: Path, words: list[str], folder: Path) -> dict[str, Any]:
    """How a command ended that somebody without a name or a home called in `folder`, and what it warned of."""
    begun = os.times().children_user
    environment = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"}
    called = [*AS_SOMEBODY, command, *words]
    done = subprocess.run(called, cwd=folder, env=environment, capture_output=True, text=True)
    lines = done.stderr.strip().splitlines()
    said = [line.partition("RuntimeWarning: ")[2] for line in lines if "RuntimeWarning: " in line]
    return {
        "command": " ".join(["spinlens", *words]),
        "code": done.returncode,
        "said": said if done.returncode == 0 else lines[-1:],
        "traceback": "Traceback" in done.stderr,
        "processor_seconds": round(os.times().children_user - begun, 1),
    }


def main() -> None:
    with tempfile.TemporaryDirectory() as room:
        Path(room).chmod(0o755)
        folder = Path(room) / "work"
        folder.mkdir()
        os.chown(folder, SOMEBODY, SOMEBODY)
        command = installed(Path(room) / "venv")
        found = {name: call(command, words, folder) for name, words in COMMANDS.items()}
        found["files"] = sorted(path.name for path in folder.iterdir())
    RESULT.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    print(json.dumps(found, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
