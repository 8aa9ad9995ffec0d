"""What the areas of the checklist are called in a document."""

from __future__ import annotations

from shipway.model.words import Words

AREAS = {
    "compose": Words("Services", "서비스 구성"),
    "images": Words("Images", "이미지"),
    "proxy": Words("Proxy and certificates", "프록시와 인증서"),
    "environment": Words("Environment variables", "환경변수"),
    "secrets": Words("Secrets", "비밀 값"),
    "code": Words("Code", "코드 준비"),
    "release": Words("Release and rollback", "배포와 롤백"),
    "backup": Words("Backup", "백업"),
    "pipeline": Words("CI/CD", "CI/CD"),
    "live": Words("What runs", "배포 후 검증"),
    "journey": Words("Journeys", "기능 검증"),
}
