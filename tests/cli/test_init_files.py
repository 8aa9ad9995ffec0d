"""Which Compose files init takes where a team keeps several."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipway.cli.init import draft

APP = "services:\n  web: {build: ., ports: ['8000:8000'], volumes: ['.:/app']}\n"
OVER = "services:\n  web: {restart: always}\n"


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"compose.yaml": APP}, None),
        ({"compose.yaml": APP, "compose.monitoring.yaml": APP, "compose.dev.yaml": OVER}, None),
        ({"compose.yaml": APP, "compose.override.yaml": OVER}, "compose: compose.yaml"),
        (
            {"docker-compose.yml": APP, "docker-compose.prod.yml": APP.replace(".:", "/srv:")},
            "compose: docker-compose.prod.yml",
        ),
        (
            {
                "docker-compose.yml": APP,
                "docker-compose.prod.yml": OVER,
                "docker-compose.override.yml": OVER,
            },
            "compose: [docker-compose.yml, docker-compose.prod.yml]",
        ),
    ],
)
def test_a_file_for_servers_is_taken_and_what_is_for_development_is_left(
    tmp_path: Path, files: dict[str, str], said: str | None
) -> None:
    for name, text in {**files, "Dockerfile": "FROM python:3.12-slim\n"}.items():
        (tmp_path / name).write_text(text)
    found = [line for line in draft(tmp_path).split("\n") if line.startswith("compose:")]
    assert found == ([said] if said else [])


SITE = """\
services:
  nginx:
    image: nginx
    ports: ["80:80"]
    volumes: ["./nginx.conf:/etc/nginx/conf.d/default.conf:ro", "./html:/usr/share/nginx/html:ro"]
  api: {build: ., ports: ["5001:5000"]}
"""


@pytest.mark.parametrize("home", ["root /usr/share/nginx/html;", "try_files $uri @api;"])
def test_a_proxy_that_serves_files_itself_stays_and_takes_all_requests(
    tmp_path: Path, home: str
) -> None:
    """Set aside, the site's pages would be gone."""
    server = f"location / {{ {home} }} location /api/ {{ proxy_pass http://api:5000/; }}"
    files = {
        "compose.yaml": SITE,
        "nginx.conf": f"server {{ listen 80; {server} }}\n",
        "Dockerfile": "FROM python:3.12-slim\n",
        "html/index.html": "boats",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    text = draft(tmp_path)
    assert "\nroutes:\n  /: nginx\n" in text
    assert "deploy: false" not in text
    (tmp_path / "nginx.conf").write_text(
        "server { listen 80; location / { proxy_pass http://api:5000; } }\n"
    )
    assert "nginx: {deploy: false}" in draft(tmp_path)


DESK = """\
services:
  app: {build: ., image: desk/app, env_file: .env}
  queue: {image: desk/app, command: python artisan.py queue:work, env_file: .env}
  nginx: {build: ./nginx, ports: ["8000:80"], depends_on: [app]}
  db: {image: postgres, environment: {POSTGRES_PASSWORD: "${DB_PASSWORD}"}}
  redis: {image: redis}
  meter: {build: ., links: ["redis:cache"], environment: {REDIS_URL: "redis://cache:6379"}}
"""


def test_a_team_with_one_image_one_env_file_and_a_web_server_in_front(tmp_path: Path) -> None:
    """What the port of a command, `env_file` and `links` tell is not guessed otherwise."""
    files = {
        "compose.yaml": DESK,
        "Dockerfile": 'FROM python:3.12-slim\nCMD ["gunicorn", "-b", "0.0.0.0:9000", "app:app"]\n',
        "nginx/Dockerfile": "FROM nginx\n",
        ".env.example": "DEBUG=1\nDB_PASSWORD=secret\nSECRET_KEY=\n",
        "app.py": "import os\nkey = os.environ['SECRET_KEY']\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    text = draft(tmp_path)
    assert "# - app takes requests on port 9000: its command says so." in text
    assert "queue is taken as worker" in text
    assert "DEBUG: {services: [app, queue], default: 1, fixed: {production: 0}, type: int}" in text
    assert "DB_PASSWORD: {generate: password 32, services: [app, queue]}" in text
    assert "SECRET_KEY: {generate: hex 32, services: [app, meter, queue]}" in text
    assert "outside of this project" not in text


def test_paths_that_a_web_server_of_its_own_passes_on_are_no_routes(tmp_path: Path) -> None:
    files = {
        "compose.yaml": "services:\n  front: {build: front, ports: ['80']}\n"
        "  backend: {build: backend, ports: ['8000']}\n",
        "front/Dockerfile": "FROM nginx\n",
        "front/nginx.conf": "server { location /api/ { proxy_pass http://backend:8000/; } }\n",
        "backend/Dockerfile": "FROM python:3.12-slim\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert "\nroutes:\n  /: front\n" in draft(tmp_path)
