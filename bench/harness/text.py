"""The rollout benchmark's figures as a person reads them.  Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bench.harness.machine import table
from bench.harness.results import preface

Figures = Mapping[str, Any]


def rollout_text(figures: Figures) -> str:
    """Return the results as Markdown."""
    load = figures["load"]
    shipway, compose = figures["shipway"], figures.get("compose")
    parts = [
        preface("Deploys under load", figures),
        (
            f"Engine: {figures['engine']}. The load: {load['requests_per_s']:g} requests/s from "
            f"keep-alive clients, {load['post_share']:.0%} of them POSTs, a request of "
            f"{load['slow_request_s']} s every {load['slow_requests_every_s']:g} s, "
            f"{load['websockets']} WebSockets held open. Every deploy is a new commit: two versions "
            "in turn, with a change in both images.\n"
        ),
        table(_heads(compose), _rows(shipway, compose)),
    ]
    if compose:
        parts.append(_comparison(figures["ratio"], shipway, compose))
    parts.append(_steps(shipway))
    if shipway["failures"]:
        parts.append(f"\nFailed requests by reason: {shipway['failures']}")
    return "\n".join(parts).rstrip() + "\n"


def _heads(compose: Figures | None) -> Sequence[str]:
    side = ["`docker compose up -d --build` behind nginx"] if compose else []
    return ["", "Shipway", *side]


def _rows(shipway: Figures, compose: Figures | None) -> list[list[str]]:
    sides = [shipway, *([compose] if compose else [])]

    def row(title: str, cells: Sequence[str]) -> list[str]:
        return [title, *cells]

    rows = [
        row("deploys under load", [str(side["deploys"]) for side in sides]),
        row(
            "failed requests",
            [f"{side['requests_failed']:,} of {side['requests_total']:,}" for side in sides],
        ),
        row(
            "failed requests a deploy",
            [f"{side['requests_failed'] / side['deploys']:,.0f}" for side in sides],
        ),
        row(
            "seconds failing a deploy, median / max",
            [
                f"{shipway['failing_s']:g} in all",
                *([_both(compose["failing_s_per_deploy"], "s")] if compose else []),
            ],
        ),
        row(
            "WebSockets cut early",
            [f"{side['websockets_cut_early']} of {side['websockets_opened']}" for side in sides],
        ),
        row("a deploy, median / max", [_both(side["deploy_s"], "s") for side in sides]),
        row(
            "until the new release alone answers, median / max",
            [
                _both(shipway["until_served_s"], "s"),
                *([_both(compose["until_last_failure_s"], "s")] if compose else []),
            ],
        ),
        row(
            "the switch itself, median / max",
            [
                _both(shipway["steps_s"]["switch"], "s"),
                *(["none: it is down meanwhile"] if compose else []),
            ],
        ),
    ]
    rows += [
        row(
            f"latency {name}, before → during",
            [
                f"{side['before']['latency_ms'][name]:.1f} → {side['latency_ms'][name]:.1f} ms"
                for side in sides
            ],
        )
        for name in ("p50", "p95", "p99", "max")
    ]
    rows.append(row("requests/s in fact", [f"{side['requests_per_s']:g}" for side in sides]))
    return rows


def _both(values: Mapping[str, float], unit: str) -> str:
    return f"{values['median']:.2f} / {values['max']:.2f} {unit}"


def _comparison(ratio: Mapping[str, float], shipway: Figures, compose: Figures) -> str:
    mine = shipway["requests_failed"] / shipway["deploys"]
    theirs = compose["requests_failed"] / compose["deploys"]
    return (
        f"\nA deploy takes {ratio['deploy_s']:.2f} times as long as with Compose, and the new "
        f"release answers after {ratio['until_served_s']:.2f} times the time; failed requests a "
        f"deploy: {mine:,.0f} against {theirs:,.0f}.\n\n"
        "Both sides have the same images, stores and load, one after the other in one run; "
        "nginx stays up and passes on to published ports, so it needs no reload. Compose's "
        "deploy is over when its command ends; its requests may fail a while longer.\n"
    )


def _steps(shipway: Figures) -> str:
    rows = [
        [name, f"{values['median']:.3f} s", f"{values['max']:.3f} s"]
        for name, values in shipway["steps_s"].items()
    ]
    head = "\nWhere a deploy's time goes, step by step:\n\n"
    return head + table(["step", "median", "max"], rows)
