"""Observation: what is measured, what of it is wrong, and who is told."""
