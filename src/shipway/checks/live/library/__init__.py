"""The live checks, one a file."""
