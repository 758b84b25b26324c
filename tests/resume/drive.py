"""Run the toy study in a process of its own: python drive.py FOLDER WORKERS. TOY_GATE holds its tasks back."""

import contextlib
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import toy_tasks

from spinlens.errors import SpinlensError, StudyInterrupted
from spinlens.study.running.runner import run

if __name__ == "__main__":
    try:
        run(toy_tasks.study(), sys.argv[1], int(sys.argv[2]))
    except StudyInterrupted as error:
        with contextlib.suppress(OSError):  # the terminal was closed
            print(error, file=sys.stderr)
        os._exit(128 + error.signal)
    except SpinlensError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
