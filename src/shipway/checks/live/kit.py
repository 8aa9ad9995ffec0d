"""What every module of `library` writes a live check with."""

from __future__ import annotations

from shipway.checks.live.model import Seen
from shipway.checks.live.registry import live
from shipway.checks.live.scene import Live, answers_at, image_of, nothing, store_kind
from shipway.checks.model import Severity
from shipway.model.words import Words

ERROR, WARNING, NOTICE = Severity.ERROR, Severity.WARNING, Severity.NOTICE

__all__ = [
    "ERROR",
    "NOTICE",
    "WARNING",
    "Live",
    "Seen",
    "Words",
    "answers_at",
    "image_of",
    "live",
    "nothing",
    "store_kind",
]
