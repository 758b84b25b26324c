"""Two runs of a command on one output at the same time, of which one is killed at a write; then once more alone."""

import os
import signal
import sys
from pathlib import Path

from dying import dying_replace

from spinlens.cli import app

COMMAND = ["sample", "--size", "8", "--temperatures", "2.0,2.3", "--draws", "3000", "--seed", "4", "--keep-spins"]
LONGEST = 120
"""Seconds after which a child hangs."""


def child(work):
    """The process id of a forked child that does `work` and ends, by SIGALRM where it takes too long."""
    pid = os.fork()
    if pid:
        return pid
    signal.alarm(LONGEST)
    try:
        work()
    except BaseException:
        os._exit(1)
    os._exit(0)


def alone(out, said=os.devnull):
    """The exit code of the command, whose words go to a file."""
    before, kept = sys.argv, [os.dup(number) for number in (1, 2)]
    with open(os.devnull, "w") as nowhere, open(said, "w") as stream:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(stream.fileno(), 2)
        sys.argv = ["spinlens", *COMMAND, "--out", str(out)]
        try:
            app.main()
        except SystemExit as ended:
            return int(ended.code or 0)
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            for number, old in zip((1, 2), kept, strict=True):
                os.dup2(old, number)
            sys.argv = before
    return 0


def _dying(out, said, at):
    os.replace = dying_replace(at)
    os._exit(alone(out, said))


def at_once(place, number):
    """How the two ended that were begun together, as (died, what it said), the first to die at write `number`."""
    out = Path(place) / f"pair-{number}.nc"
    said = [Path(place) / f"said-{number}-{k}" for k in range(2)]
    children = [child(lambda k=k: _dying(out, said[k], (number, -1)[k])) for k in range(2)]
    ended = [os.waitpid(pid, 0)[1] for pid in children]
    if any(os.WIFSIGNALED(status) and os.WTERMSIG(status) != signal.SIGKILL for status in ended):
        raise RuntimeError(f"one of pair {number} hangs")
    lines = [text.read_text().splitlines() if os.WIFEXITED(status) and os.WEXITSTATUS(status) else []
             for status, text in zip(ended, said, strict=True)]  # fmt: skip
    if not out.exists():
        alone(out)
    return out.read_bytes(), sum(map(os.WIFSIGNALED, ended)), [line for refused in lines for line in refused]
