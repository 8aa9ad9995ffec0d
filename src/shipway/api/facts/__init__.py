"""Gathers what the living documents speak of: from the files, and from what runs."""

from shipway.api.facts.declared import declared_facts
from shipway.api.facts.live import live_facts

__all__ = ["declared_facts", "live_facts"]
