"""The first signal is heard, the second does what it did before; other threads hear none."""

import signal
import threading

import pytest

from spinlens.signals import first_signal

HEARD = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


@pytest.mark.parametrize("number", HEARD)
def test_the_first_is_heard_and_the_second_is_as_before(number, monkeypatch):
    before, heard = [], []
    usual = signal.signal(number, lambda *_: before.append(number))
    try:
        with first_signal(heard.append):
            signal.raise_signal(number)
            assert (heard, before) == ([number], [])
            signal.raise_signal(number)
            assert (heard, before) == ([number], [number])
        with first_signal(heard.append):
            pass
        signal.raise_signal(number)
        assert (heard, before) == ([number], [number, number])
    finally:
        signal.signal(number, usual)


def test_under_nohup_a_closed_terminal_is_not_heard():
    if not hasattr(signal, "SIGHUP"):
        pytest.skip("this system has no SIGHUP")
    usual, heard = signal.signal(signal.SIGHUP, signal.SIG_IGN), []
    try:
        with first_signal(heard.append):
            signal.raise_signal(signal.SIGHUP)
        assert (heard, signal.getsignal(signal.SIGHUP)) == ([], signal.SIG_IGN)
    finally:
        signal.signal(signal.SIGHUP, usual)


def test_an_error_of_the_reaction_leaves_the_block():
    handler = signal.getsignal(signal.SIGTERM)

    def react(number):
        raise ZeroDivisionError(number)

    with pytest.raises(ZeroDivisionError, match="15"), first_signal(react):
        signal.raise_signal(signal.SIGTERM)
    assert signal.getsignal(signal.SIGTERM) is handler


def test_in_another_thread_the_block_runs_as_it_is():
    handler, seen = signal.getsignal(signal.SIGTERM), []

    def work():
        with first_signal(seen.append):
            seen.append(signal.getsignal(signal.SIGTERM) is handler)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [True]
