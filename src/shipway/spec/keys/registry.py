"""`registry`: where the images that are built here are pushed."""

from __future__ import annotations

from shipway.model.registry import RegistrySettings
from shipway.spec import forms
from shipway.spec.keys.common import unsourced
from shipway.spec.scalars import Text
from shipway.spec.shapes import Field, Record

REGISTRY = Record(
    "registry",
    (
        Field(
            "address",
            Text(
                "a registry's host, and a path in it, without https://",
                r"(?:localhost|[a-z0-9-]+(?:\.[a-z0-9-]+)+|[a-z0-9-]+(?=:))(?::[0-9]{1,5})?(?:/[a-z0-9._-]+)*",
            ),
            "Where the images go: `ADDRESS/PROJECT/SERVICE`.",
            required=True,
            example="registry.example.com/acme",
        ),
        Field("user", Text("a name", r"[^\s:]+"), "Who logs in.", words="nobody"),
        Field(
            "password",
            forms.SECRET,
            "The secret (`shipway secret set`) that holds the password or the token.",
            default="SHIPWAY_REGISTRY_PASSWORD",
        ),
    ),
    unsourced(RegistrySettings),
)
