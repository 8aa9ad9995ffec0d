"""A shop's facts, as they might be on a Friday."""

from __future__ import annotations

from datetime import date

from shipway.documents.facts import (
    BackupFacts,
    CheckFacts,
    EnvironmentFacts,
    Facts,
    FigureFacts,
    IndicatorFacts,
    RecoveryFacts,
    ReleaseFacts,
    RouteFacts,
    ServiceFacts,
    VariableFacts,
)
from shipway.model.declared import (
    Amount,
    ChangeSpec,
    CostSpec,
    DecisionSpec,
    DocumentSpec,
    LeftOut,
    OptionSpec,
    QuestionSpec,
    RequirementSpec,
    StepSpec,
    TargetSpec,
)
from shipway.model.evidence import Result
from shipway.model.words import Words

AT = 1_795_500_000.0
SECRET = "hunter2-is-never-shown"
SERVICES = (
    ServiceFacts(name="web", role="web", runs="Dockerfile", port=3000, exposure="proxy", running=1),
    ServiceFacts(name="worker", role="worker", runs="Dockerfile", note="celery -c 4", running=0),
    ServiceFacts(
        name="postgres",
        role="stateful",
        runs="postgres:16-alpine",
        port=5432,
        volumes=("postgres_data",),
        running=1,
    ),
)


def shop() -> Facts:
    return Facts(
        project="shop",
        at=AT,
        commit="1a2b3c4d5e6f",
        about=DocumentSpec(
            title="Shop",
            phase="Phase 2",
            purpose="verify the MVP",
            time_zone="Asia/Seoul",
            options=(
                OptionSpec(
                    name="One server",
                    chosen=True,
                    pros=("cheap",),
                    costs=(
                        CostSpec(item="server", amount=Amount(5, 8)),
                        CostSpec(item="disk", amount=Amount(2, 2), figures_from="the invoice"),
                    ),
                    as_of=date(2026, 11, 20),
                    figures_from="the price list",
                ),
                OptionSpec(
                    name="Four services",
                    cons=("four consoles",),
                    parts=("the API on Render",),
                    cost="free at first",
                ),
            ),
            out_of_scope=(LeftOut(what="Kubernetes", why="one server is enough"),),
            changes=(ChangeSpec(what="Staging", before="none", after="port 4400"),),
            created=date(2026, 11, 1),
            reviewed=("database", "worker"),
            author="Mina",
            version="1.2",
            decisions=(DecisionSpec(about="Promotion", decision="by hand", by="Mina"),),
            questions=(QuestionSpec(ask="A domain?", yes="DNS", no="a port", answer="yes"),),
            requirements=(
                RequirementSpec(id="FR-1", text="health is probed", check="compose.healthcheck"),
                RequirementSpec(id="NFR-1", text="quick", kind="quality"),
            ),
            targets=(
                TargetSpec(name="Promotion", figure="promote", target="30s"),
                TargetSpec(name="Rollback works", figure="rollback-success", target="100%"),
                TargetSpec(name="Loss", figure="rpo", target="1h"),
            ),
            next_steps=(StepSpec(text="review", state="current"),),
            must_confirm=("the firewall of the provider",),
        ),
        compose_files=("compose.yaml",),
        environments=(
            EnvironmentFacts(
                name="staging", port=4400, urls=("http://127.0.0.1:4400/",), services=SERVICES
            ),
            EnvironmentFacts(
                name="production",
                port=443,
                tls=True,
                urls=("https://shop.example.com/",),
                engine="docker",
                services=SERVICES,
                routes=(RouteFacts(service="web", path="/", host="shop.example.com"),),
                health=("/health",),
                live=ReleaseFacts(label="r7", commit="1a2b3c4d5e6f", subject="a | pipe", at=AT),
                previous=ReleaseFacts(label="r6", commit="0a0b0c0d0e0f", subject="before"),
            ),
        ),
        variables=(
            VariableFacts(
                name="JWT_SECRET",
                services=("web",),
                required="always",
                secret=True,
                source="generated",
                set_in=("staging",),
                missing_in=("production",),
            ),
            VariableFacts(name="TZ", set_in=("staging", "production")),
        ),
        checks=(
            CheckFacts(
                id="compose.healthcheck",
                area="compose",
                title=Words("Services have healthchecks", "헬스체크가 있다"),
                state=Result.PASSED,
                severity="error",
            ),
            CheckFacts(
                id="live.ports",
                area="live",
                title=Words("Only the proxy is reached", "프록시만 열려 있다"),
                state=Result.FAILED,
                severity="error",
                evidence=Words("5432 answers", "5432가 응답함"),
                environment="production",
                release="r7",
                at=AT,
            ),
            CheckFacts(
                id="live.clock",
                area="live",
                title=Words("The clock is right", "시계가 맞다"),
                state=Result.NOT_CHECKED,
                severity="notice",
            ),
        ),
        figures=(
            FigureFacts(id="promote", value=2.4, at=AT, count=9),
            FigureFacts(id="rollback-success", value=50.0, at=AT, count=2),
        ),
        backups=(
            BackupFacts(
                subject="postgres",
                how=Words("log", "WAL"),
                schedule=Words("daily", "매일"),
                kept=Words("30 days", "30일"),
                to_a_moment=True,
                newest_at=AT,
                restorable_at=AT + 4,
            ),
        ),
        recovery=RecoveryFacts(
            rpo_wanted_s=3600, rto_wanted_s=14_400, rpo_s=4.2, drilled_at=AT, restorable_at=AT
        ),
        indicators=(
            IndicatorFacts(
                title=Words("API P95", "API 응답시간 P95"),
                target="500 ms",
                alarm="> 800 ms",
                level=Words("warning", "경고"),
                value="",
                unknown="no request yet",
            ),
        ),
    )
