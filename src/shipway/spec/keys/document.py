"""`document`: what only the owner can tell the living documents."""

from __future__ import annotations

from shipway.model.declared import DocumentSpec
from shipway.spec.keys.document_lists import (
    CHANGES,
    DECISIONS,
    FILES,
    ISSUES,
    LEFT_OUT,
    NEXT_STEPS,
    OPTIONS,
    QUESTIONS,
    RECOMMENDATIONS,
    REQUIREMENTS,
    TARGETS,
)
from shipway.spec.keys.document_parts import DAY, sentence, sentences
from shipway.spec.keys.times import ZONE
from shipway.spec.scalars import Text
from shipway.spec.shapes import Field, ListOf, Record

DOCUMENT = Record(
    "document",
    (
        sentence("title", "The product's name.", "Shop"),
        sentence("phase", "The phase of the project.", "Phase 2"),
        sentence("level", "The level of service.", "Enterprise"),
        sentence("target", "Where it runs.", "one VPS with Docker"),
        sentence("purpose", "Why it is deployed.", "to verify the MVP in production"),
        Field(
            "proven_by",
            ListOf(Text("the id of a journey or a live check", r"(journey|live)\.[a-z0-9-]+")),
            "What proves the purpose: the plan ends with the verdict over these.",
            words="every journey and live check",
            example="[journey.sign-up, live.health-body]",
        ),
        sentence("scope", "What is deployed.", "front end, API, database"),
        sentence("after", "What comes afterwards.", "back to local development"),
        Field("created", DAY, "When the document was begun.", words="left out"),
        sentences("reviewed", "What was reviewed for it: database, API, worker."),
        sentence("author", "Who answers for the document.", "Mina"),
        sentence("version", "The document's version.", "'1.0'"),
        Field("time_zone", ZONE, "The time zone of its times.", words="UTC", example="Asia/Seoul"),
        sentences("problems", "What is to be cured."),
        sentences("goals", "What is to be reached."),
        LEFT_OUT,
        CHANGES,
        sentences("must_confirm", "What must be confirmed before production, beyond the checks."),
        sentences("notes", "Small known issues that block nothing, in a sentence each."),
        ISSUES,
        Field(
            "todos",
            ListOf(Text("a path in the project", r"[^/\n][^\n]*")),
            "Files and folders in which TODO and FIXME are looked for.",
            default="[]",
            example="[apps/desktop/src]",
        ),
        RECOMMENDATIONS,
        sentences("tools", "Tools of the developers, with their versions."),
        sentences("extensions", "Editor extensions that the team recommends."),
        OPTIONS,
        Field(
            "currency",
            Text("a currency such as USD", r"[A-Z]{3}"),
            "The currency of the costs.",
            default="USD",
        ),
        sentences("cost_tips", "How money is saved, beyond what Shipway says of it."),
        DECISIONS,
        QUESTIONS,
        REQUIREMENTS,
        TARGETS,
        NEXT_STEPS,
        FILES,
    ),
    DocumentSpec,
)
