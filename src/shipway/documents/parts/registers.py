"""What is kept by looking: small issues, recommendations, files to change; and what is left out."""

from __future__ import annotations

from shipway.documents.blocks import Block, Box, Boxes, Items, Section, Table, Text, code, plain
from shipway.documents.facts import Facts, IssueFacts
from shipway.documents.speaking import Speaker
from shipway.model.evidence import Result


def minor_issues(facts: Facts, say: Speaker) -> Section:
    """Return the small known issues with file and effect; none of them blocks anything."""
    rows = [_issue(one, say) for one in facts.issues]
    rows += [("–", plain(note), "–", "–") for note in facts.about.notes]
    return Section(
        say.say("Minor issues", "발견된 사소한 이슈 (비중요)"),
        (
            Table(
                (
                    say.say("Where", "파일"),
                    say.say("What", "내용"),
                    say.say("Effect", "영향"),
                    say.say("State", "상태"),
                ),
                tuple(rows),
                empty=say.say("None is known.", "알려진 이슈가 없습니다."),
            ),
        ),
    )


def _issue(issue: IssueFacts, say: Speaker) -> tuple[str, str, str, str]:
    state = {
        True: say.say("found in the file", "파일에서 확인됨"),
        False: say.say("its file holds no TODO any more", "파일에 더 이상 TODO 없음"),
        None: say.say("as its owner says", "담당자 기록"),
    }[issue.found]
    return (
        code(issue.place) if issue.place else "–",
        plain(issue.text),
        plain(issue.effect) or say.say("not told", "미기재"),
        state,
    )


def recommendations(facts: Facts, say: Speaker) -> Section:
    """Return what is recommended; what the platform supplies is ticked by itself."""
    boxes = [
        Box(
            plain(say.words(one.text)),
            Result.PASSED if one.closed_by else Result.NOT_CHECKED,
            say.say("supplied: ", "제공됨: ") + say.words(one.closed_by)
            if one.closed_by
            else say.say("open: ", "미적용: ") + say.words(one.how),
        )
        for one in facts.recommendations
    ]
    return Section(
        say.say("Recommendations", "권장 사항"),
        (Boxes(tuple(boxes), empty=say.say("None.", "없음.")),),
    )


def tracked_files(facts: Facts, say: Speaker) -> Section:
    """Return the files to change, each with whether its change was made."""
    states = {
        True: say.say("done", "완료"),
        False: say.say("**not done**", "**미완료**"),
        None: say.say("not checked", "미확인"),
    }
    return Section(
        say.say("Files to change", "수정 대상 파일"),
        (
            Table(
                (
                    say.say("File", "파일"),
                    say.say("Work", "작업"),
                    say.say("What", "설명"),
                    say.say("State", "상태"),
                    say.say("Seen", "확인 내용"),
                ),
                tuple(
                    (
                        code(one.path),
                        say.say("delete", "삭제") if one.gone else say.say("change", "수정"),
                        plain(one.change),
                        states[one.done],
                        plain(say.words(one.says)),
                    )
                    for one in facts.tracked
                ),
                empty=say.say("None.", "없음."),
            ),
        ),
    )


def left_out(facts: Facts, say: Speaker) -> Section:
    """Return what is out of scope and why; nothing of it is asked for."""
    blocks: tuple[Block, ...] = (Text(say.say("Nothing is declared.", "선언된 항목이 없습니다.")),)
    if facts.about.out_of_scope:
        blocks = (
            Items(
                tuple(
                    plain(one.what) + (f" – {plain(one.why)}" if one.why else "")
                    for one in facts.about.out_of_scope
                )
            ),
            Text(
                say.say(
                    "None of it is needed to deploy, and no check asks for it.",
                    "배포에 필요하지 않으며, 어떤 점검도 요구하지 않습니다.",
                )
            ),
        )
    return Section(say.say("Out of scope", "범위 외 (Out of Scope)"), blocks)


def changes(facts: Facts, say: Speaker) -> Table:
    """Return how things were, and how they are to be."""
    return Table(
        (
            say.say("What", "환경"),
            say.say("Before", "현재"),
            say.say("After", "변경 후"),
        ),
        tuple(
            (plain(one.what), plain(one.before), plain(one.after)) for one in facts.about.changes
        ),
        empty=say.say("No change is declared.", "선언된 변경이 없습니다."),
    )
