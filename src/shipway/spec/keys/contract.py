"""`contract`: what each variable must be."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from shipway.errors import Problem, SourceRef
from shipway.model.names import ENVIRONMENT_PATTERN, SERVICE_PATTERN
from shipway.model.secret import Form, Making
from shipway.spec import forms
from shipway.spec.contract.rules import Contract, Required, Rule, Source, Type
from shipway.spec.kinds import Placed
from shipway.spec.scalars import AnyScalar, Boolean, Choice, Here, Integer, Parsed, Text, Value
from shipway.spec.shapes import Either, Field, ListOf, MapOf, Record

MAKING_PATTERN = r"(hex|base64|password|rs256|ed25519)( [0-9]{1,5})?"


def _making(text: str) -> Making:
    form, _, size = text.partition(" ")
    return Making(form=Form(form), size=int(size or 0))


def _regular(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(text) from error
    return text


def _required_word(value: Any, _source: SourceRef) -> Required:
    return Required(always=value is True or value == "always")


def _conditions(values: dict[str, Placed[Any]]) -> Required:
    return Required(when={key: placed.value for key, placed in values.items()})


REQUIRED = Either(
    "always, never, a list of environments, or a mapping of other variables to values",
    scalar=AnyScalar("always, never, true or false", (Boolean(), Choice(("always", "never")))),
    listed=ListOf(
        Text("the name of an environment", ENVIRONMENT_PATTERN),
        empty=False,
        make=lambda names: Required(environments=tuple(names)),
    ),
    mapped=MapOf(
        Either(
            "a value, a list of them, or * for any",
            scalar=Value(),
            listed=ListOf(Value(), empty=False),
            make_scalar=lambda value, _source: (value,),
        ),
        "the name of a variable",
        forms.VARIABLE_PATTERN,
        make=_conditions,
    ),
    make_scalar=_required_word,
)

FIXED = MapOf(
    Value(),
    "the name of an environment",
    ENVIRONMENT_PATTERN,
    make=lambda values: {name: placed.value for name, placed in values.items()},
)


def _rule(*, public: str | None = None, source: SourceRef, **given: Any) -> Rule:
    rule = Rule(name="", source=source, **given)
    comes = rule.comes
    if rule.derive is not None and rule.generate is not None:
        raise Problem("invalid-spec", "derive: and generate: exclude each other.", source=source)
    if rule.derive is not None:
        comes = _one_source(rule, Source.DERIVED, "derive")
    elif rule.generate is not None:
        comes = _one_source(rule, Source.GENERATED, "generate")
    if comes is Source.DERIVED and rule.derive is None:
        raise Problem("invalid-spec", "source: derived wants a `derive:`.", source=source)
    making = rule.generate or (Making() if comes is Source.GENERATED else None)
    if public is not None:
        if making is None or not making.form.pair:
            raise Problem(
                "invalid-spec",
                "public: goes with generate: rs256 or ed25519 only.",
                source=source,
            )
        making = replace(making, public=public)
    required = rule.required
    if "required" not in given and comes is Source.GENERATED:
        required = Required(always=True)
    secret = rule.secret if rule.secret is not None or comes is not Source.GENERATED else True
    return replace(rule, comes=comes, generate=making, required=required, secret=secret)


def _one_source(rule: Rule, meant: Source, key: str) -> Source:
    if rule.comes not in {None, meant}:
        raise Problem(
            "invalid-spec",
            f"{key}: and source: {rule.comes} exclude each other.",
            source=rule.source,
        )
    return meant


def _short(word: str, source: SourceRef) -> Rule:
    always = Required(always=True)
    if word == "optional":
        return Rule(name="", source=source)
    if word == "secret":
        return Rule(name="", source=source, required=always, secret=True)
    if word == "generated":
        return Rule(
            name="",
            source=source,
            required=always,
            secret=True,
            comes=Source.GENERATED,
            generate=Making(),
        )
    return Rule(name="", source=source, required=always)


RULE = Either(
    "required, optional, secret or generated, or a mapping",
    scalar=Choice(("required", "optional", "secret", "generated")),
    make_scalar=_short,
    mapped=Record(
        "contract.<variable>",
        (
            Field(
                "services",
                ListOf(Here(Text("the name of a Compose service", SERVICE_PATTERN))),
                "The services that need it. A secret of the vault is given to these only;"
                " `[]`: to none, it is Shipway's own.",
                words="every service that Shipway builds",
                example="[api]",
            ),
            Field(
                "required",
                REQUIRED,
                "When it must have a value: `always`, in the named environments, or where"
                " other variables have the given values.",
                default="never",
                words="always for a generated one, else never",
                example="{AI_PROVIDER: openai}",
            ),
            Field(
                "secret",
                Boolean(),
                "Whether its value is hidden wherever it would be shown, and must be strong.",
                words="as its name tells",
                example="true",
            ),
            Field(
                "type",
                Choice(tuple(item.value for item in Type), make=Type),
                "What its value is.",
                words="any text",
                example="url",
            ),
            Field(
                "allowed",
                ListOf(Value(), empty=False),
                "The only values that it may have.",
                words="any",
                example="[DEBUG, INFO, WARNING, ERROR]",
            ),
            Field(
                "min_length",
                Integer(1, 65_536),
                "The fewest characters.",
                words="none",
                example="32",
            ),
            Field(
                "pattern",
                Parsed("a regular expression", _regular, r"[^\n]+"),
                "A regular expression that the whole value matches.",
                words="none",
                example='"https://.*"',
            ),
            Field(
                "default",
                Value(),
                "Its value where nothing sets it.",
                words="none",
                example="HS256",
            ),
            Field(
                "fixed",
                FIXED,
                "The value that it has in an environment: supplied where nothing sets it,"
                " and a rollout is refused where something sets another.",
                default="{}",
                example='{production: "false"}',
            ),
            Field(
                "source",
                Choice(tuple(item.value for item in Source), make=Source),
                "Where it comes from: set by a person, `generated` into the vault, `derived`"
                " from others, `injected` by the Compose file, `common` to all environments"
                " or `per-environment`: another in each.",
                words="anywhere",
                example="per-environment",
                attr="comes",
            ),
            Field(
                "generate",
                Parsed("a form such as hex 32, password 24 or rs256", _making, MAKING_PATTERN),
                "How `shipway secret generate` makes it: `hex` or `base64` and bytes,"
                " `password` and letters, or a key pair, `rs256` or `ed25519`.",
                words="hex 32 where source is generated",
                example="hex 32",
            ),
            Field(
                "public",
                forms.VARIABLE,
                "For a key pair: the name of the public key.",
                words="the public key is not kept",
                example="JWT_PUBLIC_KEY",
            ),
            Field(
                "derive",
                Text(),
                "Its value, composed of others: `${NAME}`. In a URL, what is inserted before"
                " the `@` is escaped. It wins over every other layer. `${SHIPWAY_URL}` is the"
                " environment's address, `${SHIPWAY_HOST}` its host name.",
                words="none",
                example="postgresql://app:${DB_PASSWORD}@postgres:5432/app",
            ),
            Field(
                "build_time",
                Boolean(),
                "It has an effect while building only: it must be a build argument.",
                default="false",
            ),
            Field(
                "equals",
                forms.VARIABLE,
                "Another variable that must have the same value.",
                words="none",
                example="QUEUE_NAME",
            ),
            Field(
                "same",
                Boolean(),
                "Every service that has it must have the same value.",
                default="false",
            ),
            Field(
                "group",
                Text("a name", r"[A-Za-z0-9][A-Za-z0-9_.-]*"),
                "All variables of a group have a value, or none has.",
                words="none",
                example="stripe",
            ),
            Field("about", Text(), "What it is for.", words="nothing", example="signs logins"),
            Field(
                "example",
                Value(),
                "What a value looks like; never used as one.",
                words="none",
                example="https://shop.example.com",
            ),
        ),
        _rule,
    ),
)


def _named(values: dict[str, Placed[Any]]) -> Contract:
    return {
        name: replace(placed.value, name=name, source=placed.source)
        for name, placed in values.items()
    }


CONTRACT = MapOf(RULE, "the name of a variable", forms.VARIABLE_PATTERN, make=_named)
