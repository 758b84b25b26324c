"""Machines and packed states in files."""
