"""Run the toy study in a process of its own: python drive.py FOLDER [--workers N] [--seconds S] [--die-at N].

With --die-at N the process kills itself at its Nth rename: before it for even N, after it for odd N.
"""

import argparse
import os
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import toy_tasks

from spinlens.errors import SpinlensError, StudyInterrupted
from spinlens.study.running.progress import Progress
from spinlens.study.running.runner import run


def dying_replace(at):
    replace, count = os.replace, 0

    def replacement(source, target):
        nonlocal count
        if count == at:
            os.kill(os.getpid(), signal.SIGKILL)
        replace(source, target)
        count += 2
        if count - 1 == at:
            os.kill(os.getpid(), signal.SIGKILL)

    return replacement


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=0.0)
    parser.add_argument("--die-at", type=int)
    options = parser.parse_args()
    if options.die_at is not None:
        os.replace = dying_replace(options.die_at)
    os.environ["TOY_SECONDS"] = str(options.seconds)
    try:
        run(toy_tasks.study(), options.folder, options.workers, progress=Progress())
    except StudyInterrupted as error:
        print(error, file=sys.stderr)
        os._exit(128 + error.signal)
    except SpinlensError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
