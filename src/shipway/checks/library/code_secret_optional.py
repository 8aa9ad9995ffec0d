"""Signing keys that may be empty."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.checks.kit import WARNING, Facts, Finding, Place, Words, check, needs

_VITAL = re.compile(
    r"^(JWT_\w*(SECRET|KEY)\w*|\w*SECRET_KEY|ENCRYPTION_KEY|SESSION_(SECRET|KEY)|SIGNING_KEY)$"
)
_OF_OTHERS = re.compile(r"^(S3|AWS|STRIPE|META|GOOGLE|MINIO|R2|GCS)_")


@check(
    "code.secret-may-be-empty",
    WARNING,
    needs=needs.SETTINGS,
    serves=("R059", "R038", "R055"),
    title=Words(
        "The application refuses to start without its keys",
        "키가 없으면 애플리케이션이 시작하지 않는다",
    ),
    fix=Words(
        "write the field without default: NAME: str = Field(min_length=32)",
        "기본값 없이 NAME: str = Field(min_length=32)로 쓰세요",
    ),
)
def secret_may_be_empty(facts: Facts) -> Iterator[Finding]:
    """Find them: an empty key signs and encrypts as well, and anybody can do the same."""
    for settings in facts.settings:
        for item in settings.fields:
            name = item.name.upper()
            if item.default == "" and _VITAL.match(name) and not _OF_OTHERS.match(name):
                yield Finding(
                    place=Place(settings.path, item.line),
                    wrong=Words(
                        f"{item.name} may be empty, and the application starts",
                        f"{item.name}이(가) 비어 있어도 애플리케이션이 시작됩니다",
                    ),
                )
