"""Toy studies that are killed: python drive_kills.py JOB ..., each job being FOLDER:WORKERS:NUMBER (see `dying`).

One process has everything loaded and forks a child for every kill, so that a kill costs milliseconds. The number of
children that died is printed.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import toy_tasks
from dying import dies

from spinlens.study.running.runner import run

if __name__ == "__main__":
    deaths = 0
    for job in sys.argv[1:]:
        folder, workers, number = job.rsplit(":", 2)
        deaths += dies(lambda: run(toy_tasks.study(), folder, int(workers)), int(number))  # noqa: B023
    print(deaths)
