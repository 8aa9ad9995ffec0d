"""The documents of an application with a database: what was proved, and never a secret."""

from __future__ import annotations

import json
import urllib.request

from tests.support.commands import type_command
from tests.support.dbapp import PASSWORD, Board, DatabaseApp
from tests.support.running import Shipway

CONTRACT = """
variables: {GREETING: @GREETING@}
contract:
  SESSION_KEY: {generate: hex 32, services: [api], about: signs sessions}
  NEWS_KEY: {services: [api], secret: true, required: {GREETING: never}}
  GREETING: {allowed: [one, two]}
"""


def typed(shipway: Shipway, app: DatabaseApp, *words: str) -> str:
    done = type_command(shipway, app, *words)
    assert done.returncode == 0, done.stderr
    return done.stdout


def greeting(app: DatabaseApp) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{app.staging}/env", timeout=10) as answer:
        return str(json.load(answer)["GREETING"])


def test_the_documents_tell_what_was_saved_proved_and_set_and_never_a_secret(
    shipway: Shipway, app: DatabaseApp, board: Board
) -> None:
    """R004 R105 R116: state and origin of each variable, the drill's figures, a rollback's reach."""
    plain = app.spec
    board.rows("INSERT INTO items VALUES (1, now())")
    app.spec = plain + CONTRACT.replace("@GREETING@", "one")
    app.deliver()
    for environment in ("staging", "production"):
        typed(shipway, app, "secret", "generate", "--missing", "-e", environment)
    shipway.rolled("deploy", app.directory, "staging")
    app.spec = plain + CONTRACT.replace("@GREETING@", "two")
    app.deliver()
    shipway.rolled("deploy", app.directory, "staging")
    board.rows("INSERT INTO items VALUES (2, now())")
    assert greeting(app) == "two"

    shipway.rolled("rollback", app.directory, "staging")
    assert greeting(app) == "one", "the configuration went back with the release"
    assert board.numbers() == [1, 2], "the data stays as it is"

    shipway.rolled("promote", app.directory, "production")
    production = Board(shipway=shipway, project=app.project, environment="production")
    production.rows("CREATE TABLE items (n bigint PRIMARY KEY); INSERT INTO items VALUES (7)")
    production.backed_up()
    assert "backups" in production.call("base")
    drill = production.call("drill")["drills"][0]
    assert drill["passed"], drill["checks"]

    kinds = ("specification", "plan", "checklist", "record", "infrastructure")
    texts = {
        (kind, language): str(
            shipway.client.get(f"/projects/{app.project}/documents/{kind}", lang=language)["text"]
        )
        for kind in kinds
        for language in ("en", "ko")
    }
    key = typed(shipway, app, "secret", "get", "SESSION_KEY", "-e", "production").strip()
    assert len(key) == 64
    for text in texts.values():
        assert key not in text
        assert PASSWORD not in text

    infrastructure = texts["infrastructure", "en"].splitlines()
    saved = next(line for line in infrastructure if line.startswith("| db | all the time"))
    assert "never: unproven" not in saved
    assert " – " not in saved, saved
    rto = next(line for line in infrastructure if line.startswith("| RTO | 4 h |"))
    assert "no drill yet" not in rto
    assert "(" in next(line for line in infrastructure if line.startswith("| RPO | 1 h |"))

    contract = texts["specification", "en"]
    assert (
        "- [x] `SESSION_KEY`: signs sessions; secret; generated: hex 32; api"
        " – set in staging, production by the vault" in contract
    )
    assert "- [ ] `NEWS_KEY`" in contract
    assert "- [x] `GREETING`" in contract
    assert "production `two`" in contract
    assert "| data of db | no, only with --with-data |" in contract
    assert "; 설정 위치" not in contract

    korean = texts["record", "ko"]
    assert "| r2 | 승격 | " in korean
    assert "sha256:" in korean
    assert "복원 훈련" in texts["checklist", "ko"]
