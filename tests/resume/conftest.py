"""Make `toy_tasks` importable here and in worker processes (they inherit sys.path), and share the unbroken study."""

import hashlib
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def digest():
    """SHA-256 of every artefact of a study folder, by its path in the folder."""

    def digests(folder):
        files = sorted(path for path in Path(folder, "artefacts").rglob("*") if path.is_file())
        return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}

    return digests


@pytest.fixture(scope="session")
def finished_study(tmp_path_factory):
    """A toy study that nothing went wrong with; look, do not touch."""
    import toy_tasks

    from spinlens.study.running.runner import run

    folder = tmp_path_factory.mktemp("unbroken") / "study"
    run(toy_tasks.study(), folder)
    return folder


@pytest.fixture(scope="session")
def unbroken(finished_study, digest):
    """Its artefacts."""
    return digest(finished_study)
