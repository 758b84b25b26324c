"""Chains under way: warm-up, what is kept of their draws, checkpoints, ladders of temperatures."""
