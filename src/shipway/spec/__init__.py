"""From a commit's files to an application: shipway.yaml, inference, environment layers.

- load_spec: a directory's shipway.yaml, validated, with the place of every value
- load_application: a checked-out commit as one environment will run it
- resolve_layers: which variable has which value in an environment, and why
- explain: the same for one variable, service by service
- application_to_json, application_from_json, fingerprint: how an application is kept
- differences: what differs between two applications, never with a value
"""

from shipway.spec.difference import Change, Difference, DifferenceKind
from shipway.spec.differences import differences
from shipway.spec.explain import Explanation, explain
from shipway.spec.layers import Layer, Layers, Origin, Variable, resolve_layers
from shipway.spec.load import load_application
from shipway.spec.reader import find_spec, load_spec, read_spec
from shipway.spec.schema import json_schema
from shipway.spec.serial import application_from_json, application_to_json, fingerprint
from shipway.spec.values import EnvironmentSpec, Spec

__all__ = [
    "Change",
    "Difference",
    "DifferenceKind",
    "EnvironmentSpec",
    "Explanation",
    "Layer",
    "Layers",
    "Origin",
    "Spec",
    "Variable",
    "application_from_json",
    "application_to_json",
    "differences",
    "explain",
    "find_spec",
    "fingerprint",
    "json_schema",
    "load_application",
    "load_spec",
    "read_spec",
    "resolve_layers",
]
