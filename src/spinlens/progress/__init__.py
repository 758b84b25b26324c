"""How far a long call is: every one has an argument ``progress``.

===================  ================================================================================================
``progress=None``    The default: a bar where somebody waits, in a notebook or at a prompt, once the call has taken a
                     second; it goes away at the end. Nothing in scripts and pipes.
``progress=True``    A bar on a terminal or in a notebook, lines in a pipe.
``progress=False``   Nothing.
``progress=print``   Or any other callable: it gets a `Step`, from any thread.
===================  ================================================================================================

A callable that raises an exception is warned about and not called again; the call goes on, and nothing is lost.
Ctrl-C, or a `KeyboardInterrupt` of the callable, ends a call.
"""

from spinlens.progress.parts import Parts, counted, time_left
from spinlens.progress.step import Step, Tell, duration, silent
from spinlens.progress.telling import Progress, telling

__all__ = ["Parts", "Progress", "Step", "Tell", "counted", "duration", "silent", "telling", "time_left"]
