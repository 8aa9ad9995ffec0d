"""What of an application is saved is read from its files (R125, R114)."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipway.backup.redis import password
from shipway.backup.sources import Inventory, inventory
from shipway.errors import Problem
from shipway.model.application import Application
from shipway.model.backup_settings import DAY_S, BackupSettings
from shipway.spec import application_from_json, application_to_json, load_application

COMPOSE = """
services:
  api:
    build: .
    ports: ["8000:8000"]
    volumes: ["uploads:/app/uploads", "/srv/media:/app/media", "/etc/tz:/tz:ro", "./x:/app/x"]
  db: {image: "pgvector/pgvector:pg16", volumes: ["pgdata:/var/lib/postgresql/data"]}
  cache: {image: "redis:7-alpine", volumes: ["redisdata:/data"], command: redis-server --requirepass pw}
  graph: {image: "neo4j:5", volumes: ["graph:/data"]}
  old: {image: "mysql:8", volumes: ["mysql:/var/lib/mysql"]}
volumes: {uploads: {}, pgdata: {}, redisdata: {}, graph: {}, mysql: {}}
"""


def application(folder: Path, backup: str = "", environment: str = "production") -> Application:
    (folder / "compose.yaml").write_text(COMPOSE)
    (folder / "Dockerfile").write_text("FROM python:3.11-slim\nCMD python api.py\n")
    (folder / "shipway.yaml").write_text(f"project: shop\n{backup}\n")
    return load_application(folder, environment=environment)


def named(found: Inventory) -> list[tuple[str, str]]:
    return [(item.kind.value, item.subject) for item in found.sources]


def test_a_plain_project_says_nothing_and_all_its_data_is_found(tmp_path: Path) -> None:
    found = inventory(application(tmp_path))
    assert set(named(found)) == {
        ("base", "db"),
        ("redis", "cache"),
        ("volume", "graph"),
        ("volume", "uploads"),
        ("volume", "mysql"),
        ("volume", "/srv/media"),
        ("state", "shipway"),
    }
    assert "mysql" in found.notes[0]
    assert "may not open" in found.notes[0]


def test_neo4j_is_dumped_by_its_own_command_which_is_not_run_here_for_want_of_an_image(
    tmp_path: Path,
) -> None:
    graph = next(s for s in inventory(application(tmp_path)).sources if s.subject == "graph")
    assert graph.neo4j


def test_what_is_excluded_is_left_out_and_told(tmp_path: Path) -> None:
    found = inventory(application(tmp_path, "backup: {exclude: [uploads, graph, media]}"))
    assert {subject for _kind, subject in named(found)} == {"db", "cache", "mysql", "shipway"}
    assert sum("left out" in note for note in found.notes) == 2


def test_a_service_that_says_what_it_is_is_believed(tmp_path: Path) -> None:
    found = inventory(application(tmp_path, "backup: {services: {old: postgres, cache: files}}"))
    assert ("base", "old") in named(found)
    assert ("volume", "redisdata") in named(found)


def test_the_password_of_redis_is_found_where_compose_has_it(tmp_path: Path) -> None:
    assert password(application(tmp_path).service("cache")) == "pw"


def test_every_key_reaches_the_settings_and_survives_being_kept(tmp_path: Path) -> None:
    app = application(
        tmp_path,
        """
backup:
  repository: {bucket: b-1, endpoint: https://s3.example.com, prefix: shop, key: K, secret: S}
  timezone: Asia/Seoul
  schedule: "0 2 * * *"
  redis_schedule: false
  keep: 14d
  keep_wal: 2d
  keep_redis: 12h
  rpo: 1h
  rto: 4h
  buckets: [{bucket: media, endpoint: http://127.0.0.1:9000}]
  drill: {schedule: false, queries: [{sql: select count(*) from orders, at_least: 5}]}
""",
    )
    settings = app.backup
    assert settings.s3 is not None
    assert (settings.s3.bucket, settings.s3.key, settings.s3.secret) == ("b-1", "K", "S")
    assert (settings.base_cron, settings.redis_cron, settings.drill_cron) == ("0 2 * * *", "", "")
    assert (settings.keep_s, settings.redis_keep_s) == (14 * DAY_S, 12 * 3600)
    assert settings.buckets[0].name == "media"
    assert settings.drill_queries[0].at_least == 5
    kept = application_from_json(application_to_json(app, reveal=True))
    assert kept.backup == settings


def test_production_is_saved_by_itself_and_staging_is_not(tmp_path: Path) -> None:
    assert application(tmp_path).backup == BackupSettings(scheduled=True)
    assert not application(tmp_path, environment="staging").backup.scheduled
    both = "backup: {environments: [staging, production]}"
    assert application(tmp_path, both, environment="staging").backup.scheduled


def test_the_schedules_follow_the_environments_own_clock(tmp_path: Path) -> None:
    told = "variables: {TZ: Asia/Seoul}"
    assert application(tmp_path, told).backup.timezone == "Asia/Seoul"
    assert application(tmp_path, "variables: {TZ: Mars/Base}").backup.timezone == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("backup: {schedule: daily}", "cron"),
        ('backup: {schedule: "61 3 * * *"}', "cron"),
        ("backup: {timezone: Seoul}", "time zone"),
        ("backup: {keep: 30}", "days or hours"),
        ("backup: {repository: {endpoint: https://x}}", "bucket"),
        ("backup: {repository: relative/path}", "absolute path"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(Problem) as caught:
        application(tmp_path, text)
    assert said in str(caught.value)
    assert "shipway.yaml:2" in str(caught.value)
