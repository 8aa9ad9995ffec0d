"""Shipway: from git to staging, to production and back, without failing a request."""

__version__ = "0.1.0"
