"""Build wheel and sdist from a clean copy, and see that they hold what they should and install where nothing else is.

    python .ci/packages.py                # contents, metadata, installation without a compiler
    python .ci/packages.py --contracts    # and the tests of what is installed against the wheel
    python .ci/packages.py --contracts public_api border   # some of them

Needs the packages build and twine.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

from as_typed import clone_to

INSTALLED = ("public_api", "border", "training_options", "cli", "cli_study", "reproduce")
"""Tests of contracts that ask the package as it is installed: names, arguments, commands, presets and pages of studies.
The others read the source and the site, or are long and the same from wherever the package comes."""

NEEDED = ("README.md", "LICENSE", "CHANGELOG.md", "CITATION.cff", "pyproject.toml", "conftest.py", "docs/conf.py")


def run(*command: str | Path, folder: Path, **variables: str) -> str:
    """What a command prints; its failure is ours."""
    environment = {**os.environ, **variables}
    return subprocess.run(
        [str(word) for word in command], cwd=folder, env=environment, check=True, stdout=subprocess.PIPE, text=True
    ).stdout


def of_package(clone: Path) -> set[str]:
    """The files of the package, by their names in a wheel."""
    return {str(path.relative_to(clone / "src")) for path in (clone / "src").rglob("*") if path.is_file()}


def check_wheel(wheel: Path, clone: Path) -> None:
    """All files of the package, nothing beside them but metadata."""
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if not name.split("/")[0].endswith(".dist-info")}
    if held != of_package(clone):
        sys.exit(f"{wheel.name}: differs from src in {sorted(held ^ of_package(clone))}")


def check_sdist(sdist: Path, clone: Path) -> None:
    """All that tests and the site need."""
    with tarfile.open(sdist) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    tests = {str(path.relative_to(clone)) for path in (clone / "tests").rglob("*.py")}
    if missing := {*NEEDED, *tests, *(f"src/{name}" for name in of_package(clone))} - held:
        sys.exit(f"{sdist.name}: lacks {sorted(missing)}")


def install(wheel: Path, folder: Path, extras: list[str]) -> Path:
    """An empty environment with the wheel and no way to compile anything."""
    run(sys.executable, "-m", "venv", "env", folder=folder)
    options = ["-m", "pip", "install", "--quiet", "--only-binary", ":all:"]
    run(folder / "env/bin/python", *options, wheel, *extras, folder=folder, CC="false", CXX="false", FC="false")
    said = run(folder / "env/bin/spinlens", "--version", folder=folder)
    if said.strip() != f"spinlens {wheel.name.split('-')[1]}":
        sys.exit(f"{wheel.name}: installed it says {said!r}")
    return folder / "env/bin/python"


def main() -> None:
    """Check both packages."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--contracts", nargs="*", metavar="PART")
    given = parser.parse_args().contracts
    contracts = None if given is None else given or INSTALLED
    extras = ["pytest", "pytest-xdist", "hypothesis"] if contracts else []
    with tempfile.TemporaryDirectory(prefix="packages-") as name:
        clone = clone_to(Path(name))
        run(sys.executable, "-m", "build", "--outdir", Path(name) / "dist", folder=clone)
        wheel, sdist = (next((Path(name) / "dist").glob(pattern)) for pattern in ("*.whl", "*.tar.gz"))
        run(sys.executable, "-m", "twine", "check", "--strict", wheel, sdist, folder=clone)
        check_wheel(wheel, clone)
        check_sdist(sdist, clone)
        python = install(wheel, Path(name), extras)
        print(f"{wheel.name} and {sdist.name} hold what they should, and install")
        if contracts:
            tests = [f"tests/contracts/test_{part}.py" for part in contracts]
            subprocess.run([python, "-m", "pytest", "-q", "-n", "auto", *tests], cwd=clone, check=True)


if __name__ == "__main__":
    main()
