"""Why it is deployed, and the verdict whether that is proved by what runs."""

from __future__ import annotations

from shipway.documents.blocks import Block, Boxes, Items, Section, Text, code, plain
from shipway.documents.facts import CheckFacts, Facts
from shipway.documents.parts.boxes import box
from shipway.documents.parts.tables import environment_name, release
from shipway.documents.speaking import Speaker
from shipway.model.evidence import Result


def purpose(facts: Facts, say: Speaker) -> Section:
    """Return purpose, scope and what comes afterwards."""
    about = facts.about
    lines = [
        (say.say("Purpose", "목적"), about.purpose),
        (say.say("Scope", "범위"), about.scope),
        (say.say("Afterwards", "이후"), about.after),
        (say.say("Reviewed", "검토 대상"), ", ".join(about.reviewed)),
    ]
    said = tuple(f"**{label}**: {plain(text)}" for label, text in lines if text)
    blocks: tuple[Block, ...] = (
        (Items(said),)
        if said
        else (Text(say.say("No purpose is declared.", "선언된 목적이 없습니다.")),)
    )
    return Section(say.say("Purpose and scope", "목적과 범위"), blocks)


def proofs(facts: Facts) -> tuple[CheckFacts, ...]:
    """Return the checks that prove the purpose, of the environment the document is about."""
    main = facts.main
    wanted = facts.about.proven_by
    return tuple(
        one
        for one in facts.checks
        if main is not None
        and one.environment == main.name
        and (one.id in wanted if wanted else one.id.startswith(("live.", "journey.")))
    )


def proven(facts: Facts) -> bool | None:
    """Return whether the purpose is proved; None where nobody can say yet.

    What failed refutes it.  Proved it is where every check that was named passed, or, where
    none was named, at least one passed and none is open that would stop a deployment.
    """
    found = proofs(facts)
    if any(one.state is Result.FAILED and not one.waived for one in found):
        return False
    passed = {one.id for one in found if one.state is Result.PASSED}
    wanted = set(facts.about.proven_by) or {
        one.id for one in found if one.id.startswith("journey.")
    }
    return True if passed and wanted <= passed else None


def purpose_verdict(facts: Facts, say: Speaker) -> Section:
    """Return the verdict over the purpose with the checks that it rests on."""
    title = say.say("Verdict on the purpose", "목적 검증 결과")
    main = facts.main
    aim = plain(facts.about.purpose) or say.say("it works where it runs", "실행 환경에서 정상 동작")
    where = environment_name(main.name, say) if main is not None else "–"
    what = release(main.live, say) if main is not None else "–"
    known = {one.id for one in proofs(facts)}
    missing = [one for one in facts.about.proven_by if one not in known]
    said = {
        True: say.say(
            f"**Proved** in {where}, {what}: {aim}.", f"**검증 완료** ({where}, {what}): {aim}"
        ),
        False: say.say(
            f"**Refuted** in {where}, {what}: {aim}. What failed stands below.",
            f"**검증 실패** ({where}, {what}): {aim}. 실패 항목은 아래와 같습니다.",
        ),
        None: say.say(
            f"**Not proved yet** in {where}, {what}: {aim}. `shipway check {where}` decides.",
            f"**미검증** ({where}, {what}): {aim}. `shipway check`로 판정합니다.",
        ),
    }[proven(facts)]
    blocks: list[Block] = [Text(said), Boxes(tuple(box(one, say) for one in proofs(facts)))]
    if missing:
        names = ", ".join(code(one) for one in missing)
        blocks.append(
            Text(
                say.say(
                    f"No such journey or check is there: {names}.",
                    f"해당하는 여정이나 점검이 없습니다: {names}",
                )
            )
        )
    return Section(title, tuple(one for one in blocks if not isinstance(one, Boxes) or one.boxes))
