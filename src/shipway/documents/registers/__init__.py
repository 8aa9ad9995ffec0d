"""Registers that a document keeps by looking into the project's files."""
