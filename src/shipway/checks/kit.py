"""What every module of `library` writes a check with."""

from __future__ import annotations

from shipway.checks import needs
from shipway.checks.facts import Facts
from shipway.checks.model import Edit, Finding, Place, Severity, Words
from shipway.checks.registry import check

ERROR, WARNING, NOTICE = Severity.ERROR, Severity.WARNING, Severity.NOTICE

__all__ = [
    "ERROR",
    "NOTICE",
    "WARNING",
    "Edit",
    "Facts",
    "Finding",
    "Place",
    "Words",
    "check",
    "needs",
]
