"""How probable a machine finds states, and how fast its chains forget."""
