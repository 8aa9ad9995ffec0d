"""The lists of `document`: options, decisions, questions, promises, files, and small issues."""

from __future__ import annotations

from shipway.model.declared import (
    ChangedFile,
    ChangeSpec,
    CostSpec,
    DecisionSpec,
    IssueSpec,
    LeftOut,
    OptionSpec,
    QuestionSpec,
    RecommendationSpec,
    RequirementSpec,
    StepSpec,
    TargetSpec,
)
from shipway.spec.keys.document_parts import AMOUNT, DAY, SENTENCE, records, sentence, sentences
from shipway.spec.scalars import Boolean, Choice
from shipway.spec.shapes import Either, Field, ListOf, Record

_AS_OF = Field("as_of", DAY, "The day of the figures.", words="not dated", example="2026-11-20")
_SOURCE = Field(
    "source",
    SENTENCE,
    "Where the figures come from.",
    words="left out",
    example="the provider's price list",
    attr="figures_from",
)
_ON = Field("on", DAY, "When.", words="not dated", example="2026-11-20")

OPTIONS = records(
    "options",
    "The targets that were compared.",
    OptionSpec,
    sentence("name", "The target.", "One server with Docker", required=True),
    Field("chosen", Boolean(), "Whether it was chosen.", default="false"),
    sentences("pros", "What speaks for it."),
    sentences("cons", "What speaks against it."),
    sentences("parts", "What it is made of: API on Render, database on Supabase."),
    sentence("cost", "What it costs.", "$10 a month"),
    Field(
        "costs",
        ListOf(
            Record(
                "document.options[].costs[]",
                (
                    sentence("item", "What is paid for.", "Database", required=True),
                    Field("amount", AMOUNT, "Per month.", required=True, example="2-3"),
                    _AS_OF,
                    _SOURCE,
                ),
                CostSpec,
            )
        ),
        "What its items cost a month; they are added up.",
        default="[]",
    ),
    _AS_OF,
    _SOURCE,
)
DECISIONS = records(
    "decisions",
    "What was decided.",
    DecisionSpec,
    sentence("about", "What it is about.", "Promotion", required=True),
    sentence("decision", "What was decided.", "by hand, after staging's checks", required=True),
    sentence("why", "Why.", "two people are on call"),
    sentence("by", "Who decided.", "Mina"),
    _ON,
)
QUESTIONS = records(
    "questions",
    "Open questions, with what follows from each answer.",
    QuestionSpec,
    sentence("ask", "The question.", "Is a domain of its own needed?", required=True),
    sentence("yes", "What yes means.", "DNS and a certificate"),
    sentence("no", "What no means.", "reached by address and port"),
    Field("answer", Choice(("yes", "no")), "The answer.", words="still open", example="yes"),
    sentence("by", "Who answered.", "Mina"),
    _ON,
)
REQUIREMENTS = records(
    "requirements",
    "What the deployment must do.",
    RequirementSpec,
    sentence("id", "Its name.", "FR-1", required=True),
    sentence("text", "What it asks.", "built on the server", required=True),
    Field(
        "kind", Choice(("functional", "quality")), "Which list it stands in.", default="functional"
    ),
    sentence("check", "The check that proves it.", "compose.healthcheck"),
)
TARGETS = records(
    "targets",
    "Figures that are promised; each is compared with what was measured.",
    TargetSpec,
    sentence("name", "Its name.", "Time of a promotion", required=True),
    Field(
        "figure",
        Choice(("deploy", "promote", "rollback", "downtime", "rollback-success", "rpo", "rto")),
        "What Shipway measures for it.",
        required=True,
        example="promote",
    ),
    sentence("target", "What is promised: a duration, or a percentage.", "30s", required=True),
)
NEXT_STEPS = records(
    "next_steps",
    "What comes next, in order.",
    StepSpec,
    sentence("text", "The step.", "Point the domain at the server", required=True),
    Field("state", Choice(("done", "current", "open")), "How far it is.", default="open"),
)
FILES = records(
    "files",
    "Files that the change touches; the documents look whether it was made.",
    ChangedFile,
    sentence("path", "The file, or a pattern such as `*/deploy.sh`.", "Dockerfile", required=True),
    sentence("change", "What becomes of it.", "keeps pip's cache", required=True),
    Field("gone", Boolean(), "It is to be deleted.", default="false"),
    sentence("holds", "A text that stands in it once the change is made.", "type=cache"),
)
LEFT_OUT = Field(
    "out_of_scope",
    ListOf(
        Either(
            "a sentence, or a mapping with what and why",
            scalar=SENTENCE,
            make_scalar=lambda text, source: LeftOut(what=text, source=source),
            mapped=Record(
                "document.out_of_scope[]",
                (
                    sentence("what", "What is left out.", "Kubernetes", required=True),
                    sentence("why", "Why.", "one server is enough"),
                ),
                LeftOut,
            ),
        )
    ),
    "What is left out on purpose.",
    default="[]",
)
CHANGES = records(
    "changes",
    "How it was, and how it is to be.",
    ChangeSpec,
    sentence("what", "What changes.", "Staging", required=True),
    sentence("before", "How it was.", "built on a laptop", required=True),
    sentence("after", "How it is to be.", "built on the server", required=True),
)
ISSUES = records(
    "issues",
    "Small known issues that block nothing.",
    IssueSpec,
    sentence("text", "What is missing.", "the error message is not shown", required=True),
    sentence("file", "Where.", "src/CalendarView.vue"),
    sentence("effect", "What it means for users.", "none for users"),
)
RECOMMENDATIONS = records(
    "recommendations",
    "What is recommended, beyond what Shipway recommends itself.",
    RecommendationSpec,
    sentence("text", "What.", "load tests before the launch", required=True),
    sentence("check", "The check whose pass closes it.", "journey.load"),
)
