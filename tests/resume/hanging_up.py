"""Commands in a terminal of their own that is closed while they work: python hanging_up.py READY COMMAND...

READY is a file that the command makes, at which the terminal is closed; prints the exit code, or minus the signal.

`python hanging_up.py --waiting READY spinlens ...` is such a command: a line of spinlens that makes READY after some
steps of its chains, or after three states of its training, and goes on when it has heard of the closed terminal.
"""

import itertools
import os
import pty
import select
import signal
import sys
import time
from pathlib import Path

LONGEST = 1200  # seconds


def close_terminal(ready, command):
    """The exit code of a command whose terminal was closed."""
    pid, terminal = pty.fork()
    if pid == 0:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whatever these tests were started under, as nohup
        signal.alarm(LONGEST)
        os.execv(command[0], command)
    while not ready.exists():  # somebody must read what is said, or saying it waits
        if select.select([terminal], [], [], 0.02)[0]:
            os.read(terminal, 4096)  # an error when the command has ended too early
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def wait_for_the_signal(ready, steps=itertools.count()):  # noqa: B008  # counted on from call to call
    if next(steps) == 3:
        handler = signal.getsignal(signal.SIGHUP)
        ready.touch()
        while signal.getsignal(signal.SIGHUP) is handler:
            time.sleep(0.001)


def run_waiting(ready, line):
    """A command of spinlens that waits in the midst of its work until the terminal is closed."""
    from spinlens.cli import app
    from spinlens.machines.training import checkpoint, learner
    from spinlens.sampling import threads
    from spinlens.sampling.chains import chain

    training_file = learner.training_file

    def first(method):
        def waiting(*arguments):
            wait_for_the_signal(ready)
            return method(*arguments)

        return waiting

    chain.CHUNK, threads._FAREWELL = 1 << 13, LONGEST
    chain.MarkovRun.advance = first(chain.MarkovRun.advance)
    checkpoint.TrainingFile.write = first(checkpoint.TrainingFile.write)
    learner.training_file = lambda path, seconds, *rest: training_file(path, 0.0, *rest)  # a state every epoch
    sys.argv = line
    app.main()


if __name__ == "__main__":
    if sys.argv[1] == "--waiting":
        run_waiting(Path(sys.argv[2]), sys.argv[3:])
    else:
        print(close_terminal(Path(sys.argv[1]), sys.argv[2:]))
