"""`document`: what only the owner can tell the living documents."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from shipway.model.declared import (
    ChangedFile,
    DecisionSpec,
    DocumentSpec,
    OptionSpec,
    QuestionSpec,
    RequirementSpec,
    StepSpec,
    TargetSpec,
)
from shipway.spec.keys.backup import ZONE
from shipway.spec.scalars import Boolean, Choice, Parsed, Text
from shipway.spec.shapes import Field, ListOf, Record

_SENTENCE = Text("a sentence", r"\S[^\n]*")
_SENTENCES = ListOf(_SENTENCE)
_DAY = Parsed("a day such as 2026-12-31", date.fromisoformat, r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _sentence(name: str, about: str, example: str, *, required: bool = False) -> Field:
    return Field(
        name,
        _SENTENCE,
        about,
        words=None if required else "left out",
        example=example,
        required=required,
    )


def _sentences(name: str, about: str) -> Field:
    return Field(name, _SENTENCES, about, default="[]")


def _records(name: str, about: str, make: Callable[..., Any], *fields: Field) -> Field:
    return Field(name, ListOf(Record(f"document.{name}[]", fields, make)), about, default="[]")


_OPTIONS = _records(
    "options",
    "The targets that were compared.",
    OptionSpec,
    _sentence("name", "The target.", "One server with Docker", required=True),
    Field("chosen", Boolean(), "Whether it was chosen.", default="false"),
    _sentences("pros", "What speaks for it."),
    _sentences("cons", "What speaks against it."),
    _sentence("cost", "What it costs.", "$10 a month"),
    Field("as_of", _DAY, "The day of the figures.", words="not dated", example="2026-11-20"),
    Field(
        "source",
        _SENTENCE,
        "Where the figures come from.",
        words="left out",
        example="the provider's price list",
        attr="figures_from",
    ),
)
_DECISIONS = _records(
    "decisions",
    "What was decided.",
    DecisionSpec,
    _sentence("about", "What it is about.", "Promotion", required=True),
    _sentence("decision", "What was decided.", "by hand, after staging's checks", required=True),
    _sentence("why", "Why.", "two people are on call"),
    _sentence("by", "Who decided.", "Mina"),
    Field("on", _DAY, "When.", words="not dated", example="2026-11-20"),
)
_QUESTIONS = _records(
    "questions",
    "Open questions, with what follows from each answer.",
    QuestionSpec,
    _sentence("ask", "The question.", "Is a domain of its own needed?", required=True),
    _sentence("yes", "What yes means.", "DNS and a certificate"),
    _sentence("no", "What no means.", "reached by address and port"),
    Field("answer", Choice(("yes", "no")), "The answer.", words="still open", example="yes"),
    _sentence("by", "Who answered.", "Mina"),
    Field("on", _DAY, "When.", words="not dated", example="2026-11-20"),
)
_REQUIREMENTS = _records(
    "requirements",
    "What the deployment must do.",
    RequirementSpec,
    _sentence("id", "Its name.", "FR-1", required=True),
    _sentence("text", "What it asks.", "built on the server", required=True),
    Field(
        "kind", Choice(("functional", "quality")), "Which list it stands in.", default="functional"
    ),
    _sentence("check", "The check that proves it.", "compose.healthcheck"),
)
_TARGETS = _records(
    "targets",
    "Figures that are promised; each is compared with what was measured.",
    TargetSpec,
    _sentence("name", "Its name.", "Time of a promotion", required=True),
    Field(
        "figure",
        Choice(("deploy", "promote", "rollback", "downtime", "rollback-success", "rpo", "rto")),
        "What Shipway measures for it.",
        required=True,
        example="promote",
    ),
    _sentence("target", "What is promised: a duration, or a percentage.", "30s", required=True),
)
_STEPS = _records(
    "next_steps",
    "What comes next, in order.",
    StepSpec,
    _sentence("text", "The step.", "Point the domain at the server", required=True),
    Field("state", Choice(("done", "current", "open")), "How far it is.", default="open"),
)
_FILES = _records(
    "files",
    "Files that the change touches.",
    ChangedFile,
    _sentence("path", "The file.", "docker-compose.yml", required=True),
    _sentence("change", "What becomes of it.", "image tags by environment", required=True),
    Field("gone", Boolean(), "It is to be deleted.", default="false"),
)

DOCUMENT = Record(
    "document",
    (
        _sentence("title", "The product's name.", "Shop"),
        _sentence("phase", "The phase of the project.", "Phase 2"),
        _sentence("level", "The level of service.", "Enterprise"),
        _sentence("target", "Where it runs.", "one VPS with Docker"),
        _sentence("purpose", "Why it is deployed.", "to verify the MVP in production"),
        _sentence("scope", "What is deployed.", "front end, API, database"),
        _sentence("after", "What comes afterwards.", "back to local development"),
        _sentence("author", "Who answers for the document.", "Mina"),
        _sentence("version", "The document's version.", "'1.0'"),
        Field("time_zone", ZONE, "The time zone of its times.", words="UTC", example="Asia/Seoul"),
        _sentences("problems", "What is to be cured."),
        _sentences("goals", "What is to be reached."),
        _sentences("out_of_scope", "What is left out on purpose."),
        _sentences("must_confirm", "What must be confirmed before production, beyond the checks."),
        _sentences("notes", "Small known issues that block nothing."),
        _sentences("tools", "Tools of the developers, with their versions."),
        _sentences("extensions", "Editor extensions that the team recommends."),
        _OPTIONS,
        _DECISIONS,
        _QUESTIONS,
        _REQUIREMENTS,
        _TARGETS,
        _STEPS,
        _FILES,
    ),
    DocumentSpec,
)
