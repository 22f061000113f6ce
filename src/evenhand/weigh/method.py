"""The one signature: a method is a frozen dataclass whose fields are its settings; `weigh` gives the answer.

Every method on records goes sift → gates → tally → arithmetic, and hands back what it set aside.
"""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any, ClassVar, Protocol

from evenhand.tables import derive
from evenhand.tables.sift import Keep, Sifted
from evenhand.terms.evidence import Evidence
from evenhand.terms.result import Answer, Contrast, Refusal, Result, Scope, Verdict


class Method(Protocol):
    """Settings in, a Result out; nothing else is asked of a method.

    One that compares two groups has a `contrast` among its settings.
    """

    name: ClassVar[str]

    @property
    def scope(self) -> Scope:
        """The encounters looked at."""

    def weigh(self, evidence: Evidence) -> Result:
        """The answer, or the refusal."""


def encounters_in(table: Any, scope: Scope) -> list[Keep]:
    """The first predicates of every method: one row a stop, and the scope's fields and period."""
    rules = [Keep(reason, holds) for reason, holds in derive.in_scope(table, scope)]
    if derive.has(table, "repeated"):
        rules.insert(0, Keep("a further row of a stop already counted", table.repeated != "yes"))
    return rules


def encounters_told(table: Any, scope: Scope) -> list[Keep]:
    """The first predicates of every method on reports (of `telling.tellings`): one row an encounter, in scope."""
    once = Keep("a further telling of an encounter already counted", table.first)
    return [once, *(Keep(reason, holds) for reason, holds in derive.in_scope(table, scope))]


def contrast_of(method: Method) -> Contrast | None:
    """The two groups a method compares; None where it compares none."""
    contrast: Contrast | None = getattr(method, "contrast", None)
    return contrast


def in_contrast(table: Any, contrast: Contrast) -> list[Keep]:
    """The last predicates of every method that compares: race recorded, and one of the two groups."""
    return [
        Keep("race not recorded", derive.race_known(table, contrast)),
        Keep("race is in neither group, or in either", derive.group(table, contrast).notnull()),
    ]


def identifier(method: Method, variant: str = "") -> str:
    """`method[/variant]/Group-Reference/scope[/period]`: the id of a result, stable while the plan is."""
    period, contrast = method.scope.period, contrast_of(method)
    groups = contrast.name if contrast else ""
    parts = [method.name, variant, groups, method.scope.name, period.name if period else ""]
    return "/".join(part for part in parts if part)


def settings(method: Method) -> dict[str, Any]:
    """The method's own settings by name, without contrast and scope, which a result carries apart."""
    own = (field.name for field in fields(method) if field.name not in ("contrast", "scope"))  # type: ignore[arg-type]  # every method is a dataclass; Protocol cannot say so
    return {name: getattr(method, name) for name in own}


def same_side(headline: float, others: Iterable[float]) -> dict[str, Any]:
    """How many ratios of other specifications lie on the headline's side of 1: `fitted` and `same_sign_share`."""
    ratios = [headline, *others]
    agree = sum((ratio - 1) * (headline - 1) > 0 for ratio in ratios)
    return {"fitted": len(ratios), "same_sign_share": agree / len(ratios)}


def refusing(gates: Iterable[Verdict]) -> Refusal | None:
    """The refusal of the first gate that refuses, with its figures, or None."""
    for verdict in gates:
        if verdict.verdict == "refuse":
            return Refusal(verdict.sentence, {"gate": verdict.gate, **verdict.figures})
    return None


def result(
    method: Method,
    sifted: Sifted,
    gates: Iterable[Verdict],
    answer: Answer | Refusal,
    diagnostics: Mapping[str, Any] | None = None,
    variant: str = "",
) -> Result:
    """A Result of `method`: what went in, what was set aside, what the gates said, the answer."""
    return Result(
        id=identifier(method, variant),
        method=method.name,
        settings=settings(method),
        contrast=contrast_of(method),
        scope=method.scope,
        rows_in=sifted.rows_in,
        excluded=sifted.excluded,
        gates=tuple(gates),
        answer=answer,
        diagnostics=diagnostics or {},
    )
