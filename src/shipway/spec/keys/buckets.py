"""Buckets of S3-compatible stores: the one that backups go to, and those that are copied."""

from __future__ import annotations

import re
from typing import Any

from shipway.errors import SourceRef
from shipway.model.backup_settings import MirroredBucket, S3Location
from shipway.model.names import SERVICE_PATTERN
from shipway.spec import forms
from shipway.spec.keys.common import unsourced
from shipway.spec.scalars import Parsed, Text
from shipway.spec.shapes import Field, ListOf, Record


def _endpoint(text: str) -> str:
    if not re.fullmatch(r"https?://[^/\s]+/?", text):
        raise ValueError(text)
    return text.rstrip("/")


BUCKET = Text("the name of a bucket", r"[A-Za-z0-9][A-Za-z0-9._-]{1,62}")


def _location_fields(key: str, secret: str) -> tuple[Field, ...]:
    return (
        Field("bucket", BUCKET, "The bucket.", required=True, example="shop-backups"),
        Field(
            "endpoint",
            Parsed("the URL of an S3-compatible store", _endpoint, r"https?://[^/\s]+/?"),
            "The store's URL.",
            default="https://s3.amazonaws.com",
            example="https://s3.eu-central-1.example.com",
        ),
        Field(
            "prefix",
            Text("a folder in the bucket", r"[A-Za-z0-9][A-Za-z0-9._/-]*[A-Za-z0-9]|[A-Za-z0-9]"),
            "The folder in it.",
            words="none",
            example="shop/production",
        ),
        Field("region", Text("a region", r"[a-z0-9-]+"), "The region.", default="us-east-1"),
        Field(
            "key",
            forms.SECRET,
            "The secret (`shipway secret set`) that holds the access key's id.",
            default=key,
        ),
        Field(
            "secret",
            forms.SECRET,
            "The secret that holds the access key.",
            default=secret,
        ),
    )


def _bucket(*, source: SourceRef, name: str | None = None, **given: Any) -> MirroredBucket:
    del source
    location = S3Location(**{"key": "S3_ACCESS_KEY", "secret": "S3_SECRET_KEY", **given})
    return MirroredBucket(name=name or location.bucket, location=location)


REPOSITORY = Record(
    "backup.repository",
    _location_fields("BACKUP_S3_KEY", "BACKUP_S3_SECRET"),
    unsourced(S3Location),
)

BUCKETS = ListOf(
    Record(
        "backup.buckets[]",
        (
            Field(
                "name",
                Text("a name", SERVICE_PATTERN),
                "What the copy is called.",
                words="the bucket's name",
                example="media",
            ),
            *_location_fields("S3_ACCESS_KEY", "S3_SECRET_KEY"),
        ),
        _bucket,
    )
)
