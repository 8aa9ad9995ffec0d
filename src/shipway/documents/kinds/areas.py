"""What the areas of the checklist are called in a document, and in which group they stand."""

from __future__ import annotations

from shipway.model.words import Words

AREAS = {
    "compose": Words("Services", "서비스 구성"),
    "images": Words("Images", "이미지"),
    "proxy": Words("Proxy and certificates", "프록시와 인증서"),
    "environment": Words("Environment variables", "환경변수"),
    "secrets": Words("Secrets", "비밀 값"),
    "code": Words("Code", "코드"),
    "release": Words("Release and rollback", "배포와 롤백"),
    "backup": Words("Backup", "백업"),
    "pipeline": Words("CI/CD", "CI/CD"),
    "live": Words("What runs", "실행 환경"),
    "journey": Words("Journeys", "기능 검증"),
}

GROUPS: tuple[tuple[Words, tuple[str, ...]], ...] = (
    (Words("Code", "코드 준비"), ("code", "images")),
    (
        Words("Infrastructure", "인프라 준비"),
        ("compose", "proxy", "backup", "release", "pipeline"),
    ),
    (Words("Security", "보안"), ("secrets", "environment")),
    (Words("What runs", "배포 후 검증"), ("live", "journey")),
)
"""The groups of the specification's checklist, in the order that its readers know."""
