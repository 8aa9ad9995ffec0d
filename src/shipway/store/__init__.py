"""Shipway's memory: one SQLite file, written by the daemon alone."""
