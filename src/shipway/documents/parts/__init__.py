"""Sections that several documents share, each in a file of its own."""
