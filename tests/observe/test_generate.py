"""What is generated for Prometheus, Alertmanager and Grafana, read by their own tools (R179)."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from shipway.cli.main import root

TOOLS = Path(__file__).resolve().parents[2] / ".dev" / "tools" / "prometheus" / "usr" / "bin"

SPEC = """\
project: shop
language: ko
environments: {production: 4500}
services: {api: {port: 8000}}
alerts: {api-p95: {threshold: 1s, for: 10m, level: urgent}, websockets: false}
notify: {slack: SLACK_URL, phone: {url: PHONE_URL, level: immediate}}
"""
COMPOSE = "services: {api: {image: nginx, ports: ['8000']}}\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "shipway.yaml").write_text(SPEC)
    (tmp_path / "compose.yaml").write_text(COMPOSE)
    return tmp_path


def generate(project: Path, *words: str) -> Result:
    result = CliRunner().invoke(root, ["-C", str(project), "generate", *words])
    assert result.exit_code == 0, result.output
    return result


def tool(name: str) -> str:
    found = shutil.which(name) or shutil.which(name, path=str(TOOLS))
    if found is None:
        pytest.skip(f"{name} is not here: ./dev tools prometheus")
    return found


def accepted(name: str, *words: str) -> str:
    done = subprocess.run([tool(name), *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_promtool_accepts_the_rules(project: Path, tmp_path: Path) -> None:
    target = tmp_path / "rules.yml"
    generate(project, "prometheus", "-o", str(target))
    assert "15 rules found" in accepted("promtool", "check", "rules", str(target))
    text = target.read_text()
    assert 'shipway_api_p95_seconds{project="shop",environment="production"} > 1' in text
    assert "websockets" not in text


def test_promtool_accepts_what_is_scraped(project: Path, tmp_path: Path) -> None:
    target = tmp_path / "prometheus.yml"
    (tmp_path / "shipway-rules.yml").write_text(generate(project, "prometheus").output)
    text = generate(project, "prometheus", "--scrape", "127.0.0.1:8443").output
    target.write_text(text.replace("/etc/prometheus/shipway-token", str(tmp_path / "token")))
    (tmp_path / "token").write_text("t")
    accepted("promtool", "check", "config", str(target))


def test_amtool_accepts_the_routes(project: Path, tmp_path: Path) -> None:
    target = tmp_path / "alertmanager.yml"
    generate(project, "alertmanager", "-o", str(target))
    accepted("amtool", "check-config", str(target))
    routed = accepted(
        "amtool", "config", "routes", "test", f"--config.file={target}", "severity=immediate"
    )
    assert routed.strip() == "slack,phone"
    routed = accepted(
        "amtool", "config", "routes", "test", f"--config.file={target}", "severity=notice"
    )
    assert routed.strip() == "slack"


def test_the_dashboard_has_a_panel_for_each_rule(project: Path) -> None:
    board = json.loads(generate(project, "grafana").output)
    assert board["title"] == "Shipway shop/production"
    titles = [panel["title"] for panel in board["panels"]]
    assert "응답 지연 (P95)" in titles
    assert "WebSocket 동시 연결" not in titles
    assert len({panel["id"] for panel in board["panels"]}) == len(titles)
