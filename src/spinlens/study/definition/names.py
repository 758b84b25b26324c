"""Names of the tasks of a study, in parts that need not be cut out of text again."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class TaskName:
    """What a task makes, of which model, and which of several; as text, the name of the task.

    >>> str(TaskName("machine", "power-law", "cd1-grid", 0)), str(TaskName("scan", "power-law", size=32))
    ('machine/power-law/cd1-grid/0', 'scan/power-law/L32')
    """

    stage: str
    model: str
    recipe: str | None = None
    number: int | None = None
    size: int | None = None

    def __str__(self) -> str:
        side = None if self.size is None else f"L{self.size}"
        parts = (self.stage, self.model, self.recipe, self.number, side)
        return "/".join(str(part) for part in parts if part is not None)

    def at(self, stage: str) -> TaskName:
        """The task of another stage for the same."""
        return replace(self, stage=stage)
