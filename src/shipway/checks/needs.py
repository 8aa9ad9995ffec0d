"""What checks look at, and what is said where a project has none of it."""

from __future__ import annotations

from shipway.checks.model import Needs, Words
from shipway.model.words import plural

COMPOSE = Needs(
    lambda facts: facts.compose,
    lambda n: Words(f"{plural(n, 'set')} of Compose files", f"Compose 파일 {n}벌"),
    Words("there is no Compose file", "Compose 파일이 없습니다"),
)
SERVICES = Needs(
    lambda facts: facts.services,
    lambda n: Words(plural(n, "service"), f"서비스 {n}개"),
    Words(
        "there is no Compose file for servers that loads",
        "읽을 수 있는 서버용 Compose 파일이 없습니다",
    ),
)
ENV_FILES = Needs(
    lambda facts: facts.env_files,
    lambda n: Words(f"{plural(n, 'file')} of variables", f"환경변수 파일 {n}개"),
    Words("there is no file of variables", "환경변수 파일이 없습니다"),
)
ENV_EXAMPLES = Needs(
    lambda facts: facts.env_examples,
    lambda n: Words(plural(n, "example file"), f"환경변수 예시 파일 {n}개"),
    Words("there is no .env.example", ".env.example 파일이 없습니다"),
)
ENV_VALUES = Needs(
    lambda facts: facts.env_values,
    lambda n: Words(f"{plural(n, 'file')} of values", f"환경변수 값 파일 {n}개"),
    Words(
        "no file of values lies among the project's files",
        "프로젝트 파일 중에 환경변수 값 파일이 없습니다",
    ),
)
DOCKERFILES = Needs(
    lambda facts: facts.dockerfiles,
    lambda n: Words(plural(n, "Dockerfile"), f"Dockerfile {n}개"),
    Words("there is no Dockerfile", "Dockerfile이 없습니다"),
)
NGINX = Needs(
    lambda facts: facts.nginx,
    lambda n: Words(plural(n, "nginx file"), f"nginx 파일 {n}개"),
    Words("there is no nginx file", "nginx 파일이 없습니다"),
)
WORKFLOWS = Needs(
    lambda facts: facts.workflows,
    lambda n: Words(plural(n, "workflow"), f"워크플로 {n}개"),
    Words("there is no GitHub workflow", "GitHub 워크플로가 없습니다"),
)
SCRIPTS = Needs(
    lambda facts: facts.scripts,
    lambda n: Words(f"{plural(n, 'piece')} of shell", f"셸 명령 묶음 {n}개"),
    Words("there is no shell script", "셸 스크립트가 없습니다"),
)
SETTINGS = Needs(
    lambda facts: facts.settings,
    lambda n: Words(plural(n, "Settings class", "Settings classes"), f"Settings 클래스 {n}개"),
    Words("there is no pydantic Settings class", "pydantic Settings 클래스가 없습니다"),
)
PYTHON = Needs(
    lambda facts: facts.python,
    lambda n: Words(plural(n, "Python file"), f"Python 파일 {n}개"),
    Words("there is no Python file", "Python 파일이 없습니다"),
)
CODE = Needs(
    lambda facts: facts.code,
    lambda n: Words(plural(n, "source file"), f"소스 파일 {n}개"),
    Words("there is no source file", "소스 파일이 없습니다"),
)
DOCUMENTS = Needs(
    lambda facts: facts.documents,
    lambda n: Words(plural(n, "document"), f"문서 {n}개"),
    Words("there is no Markdown document", "Markdown 문서가 없습니다"),
)
FILES = Needs(
    lambda facts: facts.files.paths,
    lambda n: Words(plural(n, "file"), f"파일 {n}개"),
    Words("there is no file", "파일이 없습니다"),
)
REPOSITORY = Needs(
    lambda facts: () if facts.files.exported else tuple(facts.files.tracked or ()),
    lambda n: Words(f"{plural(n, 'file')} tracked by git", f"git이 추적하는 파일 {n}개"),
    Words("there is no git repository here", "git 저장소가 아닙니다"),
)
TRACKED = Needs(
    lambda facts: tuple(facts.files.tracked or ()),
    lambda n: Words(f"{plural(n, 'file')} tracked by git", f"git이 추적하는 파일 {n}개"),
    Words("git tracks nothing here", "git이 추적하는 파일이 없습니다"),
)
