"""The bibliography, from the entries that `spinlens.cite` gives."""

from __future__ import annotations

from spinlens.report.references import references
from spinlens.workflows.citing import bibliography


def entries() -> str:
    """Every entry by its key, in the order of the keys."""
    found = sorted(references("\n\n".join(bibliography().values())), key=lambda one: one.key.lower())
    return "\n".join(f"- **{one.key}**: {f'[{one.text}]({one.link})' if one.link else one.text}" for one in found)
