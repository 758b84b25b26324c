"""The stages of a study: its task graph, and the functions that the tasks run."""

from spinlens.study.stages.graph import study_tasks

__all__ = ["study_tasks"]
