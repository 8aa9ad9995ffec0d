"""The crash matrix."""
