"""`rollout`: the figures of a rollout.  Names on the right are those of `Policy`."""

from __future__ import annotations

from shipway.spec import forms
from shipway.spec.keys.common import unsourced
from shipway.spec.scalars import Integer
from shipway.spec.shapes import Field, Record

ROLLOUT = Record(
    "rollout",
    (
        Field(
            "settle",
            forms.DURATION,
            "How long a worker must stay up, from its start on, to count as started; less where its "
            "own healthcheck is content before.",
            default="3s",
            attr="settle_s",
        ),
        Field(
            "soak",
            forms.DURATION,
            "How long the new release is watched after its smoke checks.",
            default="0s",
            attr="soak_s",
        ),
        Field(
            "drain",
            forms.DURATION,
            "How long open connections of the retired release may last.",
            default="60s",
            attr="drain_deadline_s",
        ),
        Field(
            "keep_warm",
            forms.DURATION,
            "How long the retired release keeps running, for a rollback within a second.",
            default="10m",
            attr="keep_warm_s",
        ),
        Field(
            "keep_releases",
            Integer(0, 100),
            "Earlier releases kept for rollback.",
            default="2",
            attr="releases_kept",
        ),
        Field(
            "disk_floor",
            forms.SIZE,
            "Free space below which old releases are cleaned away.",
            default="20GB",
            attr="disk_floor_bytes",
        ),
        Field(
            "disk_minimum",
            forms.SIZE,
            "Free space below which a rollout is refused.",
            default="1GB",
            attr="disk_minimum_bytes",
        ),
        Field(
            "build_deadline",
            forms.DURATION,
            "When a build has failed.",
            default="30m",
            attr="build_deadline_s",
        ),
    ),
    unsourced(dict),
)
