"""The published schema, the reference and the reader say the same."""

from __future__ import annotations

import inspect
from typing import Any

import jsonschema
import pytest

from shipway.errors import Problem
from shipway.model.application import Job, Policy, Probe, RouteRule, SmokeCheck
from shipway.model.workload import MountedFile
from shipway.spec import read_spec
from shipway.spec.keys import ROOT
from shipway.spec.keys.common import FILE
from shipway.spec.keys.environments import ENVIRONMENT
from shipway.spec.keys.jobs import MIGRATE, SMOKE
from shipway.spec.keys.rollout import ROLLOUT
from shipway.spec.keys.routes import ROUTE
from shipway.spec.keys.services import HEALTH
from shipway.spec.nodes import parse
from shipway.spec.publish import stale
from shipway.spec.schema import json_schema
from shipway.spec.shapes import Record
from shipway.spec.values import EnvironmentSpec
from tests.spec.examples import BAD, BEYOND_THE_SCHEMA, GOOD

VALIDATOR = jsonschema.Draft202012Validator(json_schema())


def schema_accepts(text: str) -> bool:
    return bool(VALIDATOR.is_valid(parse(text, "shipway.yaml").plain))


def reader_refuses(text: str) -> Problem:
    with pytest.raises(Problem) as caught:
        read_spec(text)
    return caught.value


def test_the_schema_is_a_valid_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema())


@pytest.mark.parametrize("name", GOOD)
def test_schema_and_reader_accept_good_files(name: str) -> None:
    assert schema_accepts(GOOD[name])
    assert read_spec(GOOD[name]).environments


@pytest.mark.parametrize("name", BAD)
def test_schema_and_reader_refuse_bad_files(name: str) -> None:
    assert not schema_accepts(BAD[name])
    source = reader_refuses(BAD[name]).source
    assert source is not None
    assert source.line


@pytest.mark.parametrize("name", BEYOND_THE_SCHEMA)
def test_the_reader_judges_what_a_schema_cannot_say(name: str) -> None:
    assert schema_accepts(BEYOND_THE_SCHEMA[name])
    source = reader_refuses(BEYOND_THE_SCHEMA[name]).source
    assert source is not None
    assert source.line


def test_every_published_file_is_fresh() -> None:
    assert stale() == [], "run: python -m shipway.spec.publish"


def record_defaults(record: Record) -> dict[str, Any]:
    return {
        field.argument: field.kind.read(parse(field.default, "default"), field.name)
        for field in record.fields
        if field.default is not None
    }


def model_defaults(value: type, names: dict[str, str]) -> dict[str, Any]:
    parameters = inspect.signature(value).parameters
    return {argument: parameters[names.get(argument, argument)].default for argument in names}


ROUTE_NAMES = {
    "path": "path",
    "strip": "strip",
    "timeout_s": "response_timeout_s",
    "websocket_timeout_s": "tunnel_timeout_s",
}
HEALTH_NAMES = {
    name: name for name in ("status", "interval_s", "timeout_s", "deadline_s", "successes")
}


@pytest.mark.parametrize(
    ("record", "value", "names"),
    [
        (ROUTE, RouteRule, ROUTE_NAMES),
        (HEALTH.mapped, Probe, HEALTH_NAMES),
        (SMOKE, SmokeCheck, {n: n for n in ("method", "status", "timeout_s", "attempts")}),
        (MIGRATE, Job, {"deadline_s": "deadline_s", "beside": "beside", "once": "once"}),
        (FILE, MountedFile, {"mode": "mode"}),
        (ENVIRONMENT.mapped, EnvironmentSpec, {"path": "path", "address": "address"}),
        (ROLLOUT, Policy, {field.argument: field.argument for field in ROLLOUT.fields}),
    ],
    ids=["route", "health", "smoke", "migrate", "file", "environment", "rollout"],
)
def test_written_defaults_are_those_of_the_model(
    record: Record, value: type, names: dict[str, str]
) -> None:
    written = record_defaults(record)
    empty = {name for name, default in written.items() if default in ((), {})}
    assert {k: v for k, v in written.items() if k not in empty} == model_defaults(value, names)


def test_every_key_is_described_and_every_example_is_good() -> None:
    seen = 0
    waiting: list[Any] = [ROOT]
    done: set[str] = set()
    while waiting:
        record = waiting.pop()
        if not isinstance(record, Record) or record.name in done:
            for part in ("kind", "scalar", "listed", "mapped"):
                waiting += [inner] if (inner := getattr(record, part, None)) is not None else []
            continue
        done.add(record.name)
        for field in record.fields:
            seen += 1
            assert field.about.endswith("."), field
            assert field.required or field.default is not None or field.words, field
            for text in (field.example, field.default):
                if text is not None:
                    field.kind.read(parse(text, "example"), field.name)
            waiting.append(field.kind)
    assert seen > 50
