"""How two configurations differ, in Korean: `web: port 80 changed (80 → 81)`.  Pure.

The English is `spec.difference`'s: a service, what differs, its name, how, and in brackets
the old and the new.  Keys, names and values stay as they are written in shipway.yaml.
"""

from __future__ import annotations

import re

from shipway.korean.particles import Place

KINDS = {
    "service": "서비스",
    "variable": "변수",
    "build argument": "빌드 인자",
    "file": "파일",
    "route": "라우트",
    "tls": "TLS",
    "header": "헤더",
    "page": "페이지",
    "ingress": "프록시",
    "address": "주소",
    "job": "작업",
    "smoke": "스모크 점검",
    "journey": "여정",
    "policy": "정책",
    "resource": "리소스",
    "engine": "엔진",
}
CHANGES = {"added": "추가", "removed": "삭제", "changed": "변경"}
AS_WRITTEN = {"header", "file"}
"""Whose values are nobody's words."""

_SAID = re.compile(
    rf"(?:(?P<owner>[^ :]+): )?(?P<kind>{'|'.join(KINDS)}) (?P<name>.+?)"
    rf" (?P<change>{'|'.join(CHANGES)})(?: \((?P<detail>.*)\))?",
    re.DOTALL,
)
_PER = {"s": "초당", "min": "분당", "h": "시간당"}
_WORDS = {"none": "없음", "everyone": "누구나", "yes": "예", "no": "아니요", "off": "꺼짐"}
_WORD = re.compile(rf"(?<![\w.-])(?:{'|'.join(_WORDS)})(?![\w.-])")


def difference_in_korean(said: str) -> str:
    """Return a difference in Korean, nothing where it is none."""
    found = _SAID.fullmatch(said)
    if found is None:
        return ""
    owner = f"{found['owner']}: " if found["owner"] else ""
    told = f"{owner}{KINDS[found['kind']]} {found['name']} {CHANGES[found['change']]}"
    if not found["detail"]:
        return told
    written = found["kind"] in AS_WRITTEN
    return f"{told} ({found['detail'] if written else _detail(found['detail'])})"


def _detail(text: str) -> str:
    text = re.sub(r"^to ([^ ,]+)", lambda at: f"{Place(at[1]):으로} 연결", text)
    text = re.sub(
        r"(\d+)/(s|min|h|[\d.]+ s) and (\d+) more",
        lambda at: f"{_per(at[2])} {at[1]}회, 추가 {at[3]}회",
        text,
    )
    text = re.sub(r"ordered from (\S+) by (HTTP|DNS)", r"\1에서 발급, \2 검증", text)
    text = re.sub(r"\b(\d+) bytes\b", r"\1바이트", text)
    text = re.sub(r"\b([\d.]+) s\b", r"\1초", text)
    text = text.replace(" where hashed", " (해시된 파일만)").replace(
        "password of ", "비밀번호 변수 "
    )
    return _WORD.sub(lambda at: _WORDS[at[0]], text)


def _per(unit: str) -> str:
    return _PER.get(unit) or f"{unit.removesuffix(' s')}초당"
