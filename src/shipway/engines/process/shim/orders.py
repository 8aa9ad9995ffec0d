"""What the shim is told: the fields of its instance's plan."""

import os

Plan = dict[str, list[str]]
"""The values of each name; one that stands once is a list of one."""


def read_plan(path: str) -> Plan:
    """Return the fields of a plan; a repeated name is a list."""
    with open(path, "rb") as file:  # noqa: PTH123
        fields = os.fsdecode(file.read()).split("\0")[:-1]
    plan: Plan = {}
    for field in fields:
        name, _, value = field.partition("=")
        plan.setdefault(name, []).append(value)
    return plan
