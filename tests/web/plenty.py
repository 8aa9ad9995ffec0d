"""What a long life leaves on the pages: drills, incidents, silences, releases with long names."""

from __future__ import annotations

import json
import sqlite3
import time

from tests.web.conftest import PROJECT, Harbour

SUBJECT = "Bookings: keep what was typed when the payment provider sends people back (#1184)"
CHECKS = (
    ("restored", "answers after 3.2 s"),
    ("rows", "1,284,113 rows in 42 tables, as counted at the backup"),
    ("amcheck", "118 indexes fit their tables"),
    ("checksums", "no page of 164,201 is damaged"),
)
WRONG = "postgres-primary-data: disk is filling 91.2%, above 80.0% for 5 min; full in 3 h"
FALSCH = "postgres-primary-data: 디스크 사용량 91.2% (기준 80.0% 초과, 5분 지속), 3시간 뒤 가득 참"


def fill(harbour: Harbour) -> None:
    """Write all of it into the state, as the daemon would."""
    now = time.time()
    with sqlite3.connect(harbour.shipway.places.database) as state:
        for number, passed in enumerate((1, 1, 0, 1)):
            at = now - number * 86_400
            checks = [{"name": name, "passed": bool(passed), "says": says} for name, says in CHECKS]
            state.execute(
                "INSERT INTO drill (project, environment, subject, backup, began_at, ended_at,"
                " rto_s, rpo_s, passed, checks_json)"
                " VALUES (?, 'production', 'postgres-primary', 'f00d', ?, ?, 143.2, 0.9, ?, ?)",
                (PROJECT, at - 12, at, passed, json.dumps(checks)),
            )
        for number in range(6):
            state.execute(
                "INSERT INTO restore_point (project, environment, service, name, at, epoch,"
                " position) VALUES (?, 'production', 'postgres-primary', ?, ?, 'e', '0/1')",
                (PROJECT, f"before-r{40 + number}-of-{PROJECT}-production", now - number * 9e3),
            )
        for number in range(8):
            over = number > 1
            state.execute(
                "INSERT INTO incident (condition, subject, project, environment, level, state,"
                " says_en, says_ko, unit, hint, release, opened_at, last_seen_at, resolved_at)"
                " VALUES ('disk', ?, ?, 'production', 4, ?, ?, ?, '%', 'shipway clean', 'r1',"
                " ?, ?, ?)",
                (
                    f"postgres-primary-data-{number}",
                    PROJECT,
                    "resolved" if over else "open",
                    WRONG,
                    FALSCH,
                    now - number * 5e4,
                    now + 9e5,
                    now - number * 5e4 + 900 if over else None,
                ),
            )
        state.execute(
            "INSERT INTO silence (project, environment, condition, subject, until, by, reason,"
            " created_at) VALUES (?, 'staging', 'api-p95', 'recommendations-worker', ?,"
            " 'github-actions', 'load test of the week before the sale', ?)",
            (PROJECT, now + 9e6, now),
        )
        state.execute(
            "INSERT INTO audit (at, who, action, project, environment, details_json)"
            " VALUES (?, 'github-actions', 'promote', ?, 'production', ?)",
            (now, PROJECT, json.dumps({"rollout": 1, "override": SUBJECT})),
        )
        for number in range(12):
            rollout = state.execute(
                "INSERT INTO rollout (project, environment, kind, state, engine, requested_by,"
                " created_at, request_json, release, finished_at, problem_json) VALUES"
                " (?, 'staging', 'deploy', ?, 'process', 'github-actions', ?, '{}', 1, ?, ?)",
                (
                    PROJECT,
                    "failed" if number % 3 == 0 else "succeeded",
                    now - number * 3600,
                    now - number * 3600 + 61,
                    json.dumps({"kind": "build-failed", "message": f"api: {SUBJECT}"})
                    if number % 3 == 0
                    else None,
                ),
            ).lastrowid
            state.execute(
                "INSERT INTO progress VALUES (?, 1, ?, 'build', 'output', ?, '')",
                (rollout, now, "api: " + "/srv/very/long/path" * 30),
            )
    state.close()
