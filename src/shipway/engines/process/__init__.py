"""The embedded engine: plain processes of this machine, no Docker, no root."""

from shipway.engines.process.engine import ProcessEngine

__all__ = ["ProcessEngine"]
