"""Chains in threads: a step that takes long, as a sweep of a very large lattice does, keeps nobody from stopping."""

from __future__ import annotations

import itertools
import signal
import sys
import threading
from pathlib import Path

import pytest

from spinlens import IsingModel, NearestNeighbour, sample
from spinlens.sampling import threads
from spinlens.sampling.chains import chain
from spinlens.sampling.chains.chain import MarkovRun

ARGUMENTS = {"draws": 3000, "chains": 1, "workers": 1}
MODEL = IsingModel((8, 8), NearestNeighbour())


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.skipif(sys.platform == "win32", reason="no signals to one thread")
def test_a_long_step_is_left_to_itself_and_what_was_saved_goes_on_to_the_bit(tmp_path, monkeypatch):
    """The fifth step lasts until the interrupt has come through, as a kernel would that looks at nothing."""
    whole = sample(MODEL, 2.3, **ARGUMENTS)
    begun, released, ended, steps = threading.Event(), threading.Event(), [], itertools.count()
    advance = MarkovRun.advance

    def slow(run: MarkovRun) -> int:
        if next(steps) == 4:
            begun.set()
            released.wait(120)
            ended.append(True)
        return advance(run)

    def interrupt() -> None:
        begun.wait()
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    monkeypatch.setattr(chain, "CHUNK", 1 << 14)
    monkeypatch.setattr(threads, "_FAREWELL", 0.05)
    before, usual = set(threading.enumerate()), signal.signal(signal.SIGINT, signal.default_int_handler)
    with monkeypatch.context() as patch:
        patch.setattr(MarkovRun, "advance", slow)
        threading.Thread(target=interrupt).start()
        try:
            with pytest.raises(KeyboardInterrupt):
                sample(MODEL, 2.3, **ARGUMENTS, checkpoint=tmp_path, checkpoint_seconds=0.0)
        finally:
            signal.signal(signal.SIGINT, usual)
        assert not ended
        kept = contents(tmp_path)
        released.set()
        for thread in set(threading.enumerate()) - before:
            thread.join()
    assert ended
    assert contents(tmp_path) == kept  # by now the folder may be that of another run
    assert any(name.startswith("chain-") for name in kept)
    assert sample(MODEL, 2.3, **ARGUMENTS, checkpoint=tmp_path).equals(whole)
