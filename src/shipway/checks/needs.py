"""What checks look at, and what is said where a project has none of it."""

from __future__ import annotations

from shipway.checks.model import Needs, Words

COMPOSE = Needs(
    lambda facts: facts.compose,
    Words("{n} sets of Compose files", "Compose 파일 {n}벌"),
    Words("there is no Compose file", "Compose 파일이 없습니다"),
)
SERVICES = Needs(
    lambda facts: facts.services,
    Words("{n} services", "서비스 {n}개"),
    Words(
        "there is no Compose file for servers that loads",
        "읽을 수 있는 서버용 Compose 파일이 없습니다",
    ),
)
ENV_FILES = Needs(
    lambda facts: facts.env_files,
    Words("{n} files of variables", "환경변수 파일 {n}개"),
    Words("there is no file of variables", "환경변수 파일이 없습니다"),
)
ENV_EXAMPLES = Needs(
    lambda facts: facts.env_examples,
    Words("{n} example files", "환경변수 예시 파일 {n}개"),
    Words("there is no .env.example", ".env.example 파일이 없습니다"),
)
ENV_VALUES = Needs(
    lambda facts: facts.env_values,
    Words("{n} files of values", "환경변수 값 파일 {n}개"),
    Words(
        "no file of values lies among the project's files",
        "프로젝트 파일 중에 환경변수 값 파일이 없습니다",
    ),
)
DOCKERFILES = Needs(
    lambda facts: facts.dockerfiles,
    Words("{n} Dockerfiles", "Dockerfile {n}개"),
    Words("there is no Dockerfile", "Dockerfile이 없습니다"),
)
NGINX = Needs(
    lambda facts: facts.nginx,
    Words("{n} nginx files", "nginx 파일 {n}개"),
    Words("there is no nginx file", "nginx 파일이 없습니다"),
)
WORKFLOWS = Needs(
    lambda facts: facts.workflows,
    Words("{n} workflows", "워크플로 {n}개"),
    Words("there is no GitHub workflow", "GitHub 워크플로가 없습니다"),
)
SCRIPTS = Needs(
    lambda facts: facts.scripts,
    Words("{n} pieces of shell", "셸 명령 묶음 {n}개"),
    Words("there is no shell script", "셸 스크립트가 없습니다"),
)
SETTINGS = Needs(
    lambda facts: facts.settings,
    Words("{n} Settings classes", "Settings 클래스 {n}개"),
    Words("there is no pydantic Settings class", "pydantic Settings 클래스가 없습니다"),
)
PYTHON = Needs(
    lambda facts: facts.python,
    Words("{n} Python files", "Python 파일 {n}개"),
    Words("there is no Python file", "Python 파일이 없습니다"),
)
CODE = Needs(
    lambda facts: facts.code,
    Words("{n} source files", "소스 파일 {n}개"),
    Words("there is no source file", "소스 파일이 없습니다"),
)
DOCUMENTS = Needs(
    lambda facts: facts.documents,
    Words("{n} documents", "문서 {n}개"),
    Words("there is no Markdown document", "Markdown 문서가 없습니다"),
)
FILES = Needs(
    lambda facts: facts.files.paths,
    Words("{n} files", "파일 {n}개"),
    Words("there is no file", "파일이 없습니다"),
)
TRACKED = Needs(
    lambda facts: tuple(facts.files.tracked or ()),
    Words("{n} files tracked by git", "git이 추적하는 파일 {n}개"),
    Words("git tracks nothing here", "git이 추적하는 파일이 없습니다"),
)
