"""Journeys, gone: multi-step checks over HTTP and WebSocket, with a result for each step.

    result = run_journey(journey, target_of(app))
    result.verdict, result.failure      # never with a secret in it

Owns how a journey goes and what it says; what becomes of the result is the use cases' own.
"""

from __future__ import annotations

from shipway.journeys.result import JourneyResult, StepResult, Verdict, journey_evidence
from shipway.journeys.run import run_journey
from shipway.journeys.target import Target, target_of
from shipway.journeys.trust import Trust, trust_hints

__all__ = [
    "JourneyResult",
    "StepResult",
    "Target",
    "Trust",
    "Verdict",
    "journey_evidence",
    "run_journey",
    "target_of",
    "trust_hints",
]
