"""Processes that kill themselves at a certain write, so that no test counts on the speed of a machine."""

import itertools
import os
import signal


def dying_replace(at):
    """`os.replace` that kills its process at a call: before renaming for even numbers, after it for odd ones.

    Numbers 0 and 1 are the first call, 2 and 3 the second; calls may come from several threads.
    """
    replace, calls = os.replace, itertools.count(step=2)

    def replacement(source, target):
        number = next(calls)
        if number == at:
            os.kill(os.getpid(), signal.SIGKILL)
        replace(source, target)
        if number + 1 == at:
            os.kill(os.getpid(), signal.SIGKILL)

    return replacement


def killed(pid):
    """Whether the process ended by SIGKILL."""
    status = os.waitpid(pid, 0)[1]
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def dies(work, at):
    """Whether a forked child that does `work` dies of `dying_replace(at)`; False where it ends before that write."""
    pid = os.fork()
    if pid == 0:
        os.replace = dying_replace(at)
        work()
        os._exit(0)
    return killed(pid)
