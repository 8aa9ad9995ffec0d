"""An ordinary Django project: one image, one `.env`, Celery, nginx with its files."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipway.cli.init import draft
from tests.spec.projects import write

COMPOSE = """\
services:
  db:
    image: postgres:16
    env_file: .env
    volumes: [data:/var/lib/postgresql/data]
  redis: {image: redis:7}
  web:
    build: ./app
    command: sh -c "python manage.py migrate && gunicorn shop.wsgi:application -b 0.0.0.0:8000"
    env_file: .env
    volumes: [static:/app/static]
    expose: ["8000"]
    depends_on: [db, redis]
  celery: {build: ./app, command: celery -A shop worker, env_file: .env}
  beat: {build: ./app, command: celery -A shop beat, env_file: .env}
  flower: {build: ./app, command: celery flower, expose: ["5555"]}
  nginx:
    image: nginx:1.27
    ports: ["80:80"]
    volumes: ["./nginx.conf:/etc/nginx/conf.d/default.conf:ro", "static:/srv/static"]
volumes: {data: {}, static: {}}
"""
EXAMPLE = """\
SECRET_KEY=change-me
POSTGRES_DB=shop
POSTGRES_USER=keeper
POSTGRES_PASSWORD=change-me-too
DATABASE_URL=postgres://keeper:change-me-too@db:5432/shop
MAIL_PASSWORD=
"""
APP = {
    "app/Dockerfile": "FROM python:3.12-slim\n",
    "app/manage.py": 'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\n',
    "app/shop/__init__.py": "from .celery import app\n",
    "app/shop/celery.py": 'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\n',
    "app/shop/wsgi.py": 'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\n',
    "app/shop/settings.py": 'INSTALLED_APPS = ["django.contrib.admin", "mails"]\n'
    'SECRET_KEY = os.environ["SECRET_KEY"]\n'
    'DATABASES = parse(os.environ["DATABASE_URL"])\n',
    "app/mails/__init__.py": "",
    "app/mails/tasks.py": 'os.environ["MAIL_PASSWORD"]\n',
    ".env.example": EXAMPLE,
}
NGINX = """\
server {{
  listen 80;
  location /.well-known/acme-challenge/ {{ root /var/www/certbot; }}
  location /static/ {{ {files} }}
  location / {{ proxy_pass http://web:8000; }}
}}
"""


def proposed(directory: Path, files: str = "alias /srv/static/;", **more: str) -> str:
    texts = {**APP, "compose.yaml": COMPOSE, "nginx.conf": NGINX.format(files=files), **more}
    return draft(write(directory, texts))


def said(text: str, key: str) -> str:
    """Return what the contract says of a variable, without what was guessed."""
    return next(
        line.strip().partition("  #")[0]
        for line in text.split("\n")
        if line.startswith(f"  {key}:")
    )


@pytest.mark.parametrize(
    "files", ["alias /srv/static/;", "root /srv;", "alias /srv/static/img/;", "expires 1h;"]
)
def test_an_nginx_that_mounts_what_it_serves_stays(tmp_path: Path, files: str) -> None:
    """Set aside, pages would have neither styles nor pictures."""
    conf = NGINX.format(files=files)
    if files.startswith("expires"):
        conf = conf.replace("listen 80;", "listen 80; root /srv;")
    text = proposed(tmp_path, **{"nginx.conf": conf})
    assert "\nroutes:\n  /: nginx\n" in text
    assert "deploy: false" not in text


def test_one_that_serves_what_is_in_another_image_is_set_aside(tmp_path: Path) -> None:
    text = proposed(tmp_path, "alias /usr/share/other/;")
    assert "  nginx: {deploy: false}" in text
    assert "whose image must hold these files" in text


def test_whatever_django_and_celery_load_by_themselves_gets_its_variables(tmp_path: Path) -> None:
    """A worker without SECRET_KEY does not start; a scheduler runs no task, and sends no mail."""
    text = proposed(tmp_path)
    assert (
        said(text, "SECRET_KEY") == "SECRET_KEY: {generate: hex 32, services: [beat, celery, web]}"
    )
    assert said(text, "MAIL_PASSWORD") == "MAIL_PASSWORD: {services: [celery, web]}"


def test_an_address_has_the_password_that_the_database_gets(tmp_path: Path) -> None:
    """Both come from `.env`; a generated password must reach both, or nobody gets in."""
    derived = "postgres://keeper:${POSTGRES_PASSWORD}@db:5432/shop"
    text = proposed(tmp_path)
    assert f'derive: "{derived}"' in said(text, "DATABASE_URL")
    assert "generate: password 32" in said(text, "POSTGRES_PASSWORD")
    empty = EXAMPLE.replace("change-me-too", "").replace("DATABASE_URL=", "DATABASE_URL=#")
    other = proposed(tmp_path, **{".env.example": empty.replace("=#", "=\n# ")})
    assert f'derive: "postgresql://{derived.partition("//")[2]}"' in said(other, "DATABASE_URL")


def test_servers_whose_module_has_no_dot_are_followed_too(tmp_path: Path) -> None:
    compose = """\
services:
  api: {build: ., command: "uvicorn main:app --host 0.0.0.0", ports: ["8000"]}
  worker: {build: ., command: celery --app tasks worker}
  mailer: {build: ., command: arq mails.WorkerSettings}
  other: {build: ., command: supervisord}
"""
    text = draft(
        write(
            tmp_path,
            {
                "compose.yaml": compose,
                "Dockerfile": "FROM python:3.12-slim\n",
                "main.py": 'os.environ["API_KEY"]\n',
                "tasks.py": 'os.environ["QUEUE_PASSWORD"]\n',
                "mails.py": 'os.environ["MAIL_PASSWORD"]\n',
                ".env.example": "API_KEY=\nQUEUE_PASSWORD=\nMAIL_PASSWORD=\n",
            },
        )
    )
    assert "services: [api, other]" in said(text, "API_KEY")
    assert "services: [other, worker]" in said(text, "QUEUE_PASSWORD")
    assert "services: [mailer, other]" in said(text, "MAIL_PASSWORD")
