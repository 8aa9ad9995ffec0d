"""What it costs: declared figures with their day and source, added up; never a guess."""

from __future__ import annotations

from functools import reduce

from shipway.documents.blocks import Items, Section, Table, plain, strong
from shipway.documents.facts import Facts
from shipway.documents.parts.tables import environment_name
from shipway.documents.speaking import Speaker
from shipway.model.declared import CostSpec, OptionSpec


def costs(facts: Facts, say: Speaker) -> Section:
    """Return the cost report of all options, and how money is saved."""
    rows = [row for option in facts.about.options for row in _option(option, say)]
    return Section(
        say.say("Costs", "비용 관리"),
        (
            Table(
                (
                    say.say("Option", "옵션"),
                    say.say("Item", "항목"),
                    say.say(f"{facts.about.currency} a month", f"월 비용 ({facts.about.currency})"),
                    say.say("As of", "기준일"),
                    say.say("Source", "출처"),
                ),
                tuple(rows),
                empty=say.say("No cost is declared.", "선언된 비용이 없습니다."),
            ),
            Section(say.say("Saving money", "비용 절감 팁"), (Items(_tips(facts, say)),)),
        ),
    )


def _option(option: OptionSpec, say: Speaker) -> list[tuple[str, ...]]:
    name = plain(option.name)
    rows = [_item(name, one, option, say) for one in option.costs]
    if option.costs:
        total = reduce(lambda left, right: left + right, (one.amount for one in option.costs))
        rows.append((name, strong(say.say("total", "합계")), strong(str(total)), "–", "–"))
    if option.cost:
        rows.append(
            (name, plain(option.cost), "–", *_dated(option.as_of, option.figures_from, say))
        )
    return rows


def _item(name: str, one: CostSpec, option: OptionSpec, say: Speaker) -> tuple[str, ...]:
    dated = _dated(one.as_of or option.as_of, one.figures_from or option.figures_from, say)
    return (name, plain(one.item), str(one.amount), *dated)


def _dated(day: object, source: str, say: Speaker) -> tuple[str, str]:
    return (
        str(day) if day else say.say("**not dated**", "**기준일 없음**"),
        plain(source) or say.say("**no source**", "**출처 없음**"),
    )


def _tips(facts: Facts, say: Speaker) -> tuple[str, ...]:
    sleeping = [one for one in facts.environments if one.sleep_after_s is not None]
    names = ", ".join(
        f"{environment_name(one.name, say)} ({say.span(one.sleep_after_s)})" for one in sleeping
    )
    asleep = (
        say.say(f"Sleeps when nobody asks for it: {names}.", f"비활성 시 자동 sleep: {names}")
        if sleeping
        else say.say(
            "No environment sleeps: `sleep_after: 1h` stops one while nobody asks for it.",
            "sleep이 설정된 환경이 없습니다. `sleep_after: 1h`로 비활성 환경을 멈출 수 있습니다.",
        )
    )
    return (
        asleep,
        say.say(
            "What is not needed any more goes completely: `shipway destroy ENV --data`.",
            "불필요해진 환경은 완전히 삭제합니다: `shipway destroy ENV --data`",
        ),
        *(plain(tip) for tip in facts.about.cost_tips),
    )
