"""Multiple systems: how many would all lists together have missed, over every way in which lists may go together?

People on several lists say how far lists overlap, and a log-linear model of the overlap says how many are on none
(Fienberg 1972; Bishop, Fienberg and Holland 1975). Models that fit about as well give numbers far apart (Silverman,
Chan and Vincent 2024), so the answer is the fan of them, and the interval chooses the model anew in each draw. A
sensitivity, never a headline: no single number of it may be quoted.

Blind to: dependence beyond the order fitted; lists that refer people to each other (too few) or shut them out (too
many); people no list could hold.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, ClassVar, NamedTuple

import numpy as np

from evenhand.errors import PlanError
from evenhand.maths import decomposable, hierarchy, latent_class, multiple_systems, reselection
from evenhand.maths import lists as membership
from evenhand.maths.hierarchy import Model
from evenhand.maths.latent_class import LatentClasses
from evenhand.maths.lists import Cells
from evenhand.maths.multiple_systems import STEPWISE, Fan, LogLinear
from evenhand.maths.reselection import Reselection
from evenhand.tables.sift import Sifted
from evenhand.terms.evidence import Evidence, Lists
from evenhand.terms.result import Answer, Band, Estimate, Exclusion, Refusal, Result, Scope, Series
from evenhand.weigh import method

NO_LISTS = Refusal(
    "there are no lists to compare",
    {"lists": 0},
    "a [[lists]] section in the plan: a table with one 0/1 column a list and a count",
)
# With two lists the odds ratio between them is not in the data: METHODS 6.6 shows it over this range.
ODDS_RATIOS = (1 / 4, 1 / 3, 1 / 2, 1.0, 2.0, 3.0, 4.0)
# Beyond so many lists not every model can be looked at, and pairs are added one by one instead.
MOST_LISTS_BY_BIC = max(hierarchy.MOST_MODELS)
LOWEST_BIC, STRICT = "lowest BIC", f"stepwise, p {STEPWISE[0]:g}"
# Above this split R-hat the chains have not found the same answer, and none is given.
LARGEST_R_HAT = 1.1
# Decomposable models: totals up to so many times the people seen, and the answer must not lean on that bound.
MOST_TIMES, AT_EDGE = 10, 0.01
# Chains of the latent classes are as long as the bootstrap, up to this, after so many steps for each draw kept.
MOST_LATENT_DRAWS, STEPS_BEFORE = 1000, 4
UNQUOTED = (
    "sensitivity only: no single number may be quoted; the answer is the range over models (the fan), and the interval "
    "allows for the choice among them"
)
ONE_MODEL = "one model of the fan; its own interval knows nothing of the choice of model"


@dataclass(frozen=True, slots=True)
class MultipleSystems:
    """How many people (or events) there are on any list or none, over a fan of models.

    `lists` picks one of several sets by name. `model` adds one by name, as "[12,3]", to the fan; it is never the
    headline. `draws` is of the bootstrap; chains of the latent classes are as long, up to 1,000. Lists are counted
    beforehand: the scope says what they are of and restricts nothing.
    """

    lists: str = ""
    model: str = ""
    draws: int = 1000
    seed: int = 0
    confidence: float = 0.95
    scope: Scope = field(default_factory=Scope)

    name: ClassVar[str] = "multiple_systems"

    def weigh(self, evidence: Evidence) -> Result:
        """The fan with the interval that re-selects, or a refusal."""
        if not evidence.lists:
            return method.result(self, Sifted(None, (), 0), (), NO_LISTS)
        lists = self._chosen(evidence.lists)
        if refusal := _broken(lists):
            return self._result(lists, Sifted(None, (), 0), refusal)
        sifted, cells = _seen(lists)
        if refusal := _two_lists(lists, cells) or _unjoined(lists) or _all_refer(lists) or self._no_answer(cells):
            return self._result(lists, sifted, refusal)
        if refusal := _too_thin(lists, cells, self._named(cells)):
            return self._result(lists, sifted, refusal)
        try:
            found = self._found(cells)
        except ValueError as error:
            needed = "lists that share more people, or fewer lists"
            return self._result(lists, sifted, Refusal(str(error), _figures(lists, cells), needed))
        return self._result(lists, sifted, answer(lists, cells, found), diagnose(lists, cells, found))

    def _chosen(self, given: tuple[Lists, ...]) -> Lists:
        """The lists the plan means. PlanError when that is not one of those given."""
        of = [lists for lists in given if self.lists in ("", lists.name)]
        if len(of) == 1:
            return of[0]
        names = ", ".join(lists.name or "(without a name)" for lists in given)
        raise PlanError(f"lists = {self.lists!r} picks {len(of)} of the plan's [[lists]]: name one of {names}")

    def _named(self, cells: Cells) -> LogLinear | None:
        return multiple_systems.fit(cells, self.model, self.confidence) if self.model else None

    def _no_answer(self, cells: Cells) -> Refusal | None:
        """The refusal of a model asked for by name that these cells cannot answer."""
        try:
            self._named(cells)
        except ValueError as error:
            return Refusal(str(error), {"model": self.model}, "a smaller model, or none by name")
        return None

    def _found(self, cells: Cells) -> "Found":
        kept = min(max(self.draws, 4), MOST_LATENT_DRAWS)
        chains = {"draws": kept, "burn_in": STEPS_BEFORE * kept}
        if cells.lists <= MOST_LISTS_BY_BIC:
            reselected = reselection.lowest_bic(cells, None, self.draws, self.seed, self.confidence)
        else:
            reselected = reselection.stepwise(cells, STEPWISE[0], self.draws, self.seed, self.confidence)
        return Found(
            fan=multiple_systems.fan(cells, self.confidence),
            reselected=reselected,
            latent=latent_class.sample(cells, **chains, seed=self.seed, confidence=self.confidence),
            named=self._named(cells),
        )

    def _result(
        self, lists: Lists, sifted: Sifted, said: Answer | Refusal, diagnostics: dict[str, Any] | None = None
    ) -> Result:
        return method.result(self, sifted, (), said, diagnostics, variant=lists.name)


class Found(NamedTuple):
    """What the models say: the fan, the interval that re-selects, latent classes, and a model asked for by name."""

    fan: Fan
    reselected: Reselection
    latent: LatentClasses
    named: LogLinear | None = None

    @property
    def headline(self) -> str:
        """How the model behind the headline was chosen."""
        return LOWEST_BIC if LOWEST_BIC in self.fan.answers else STRICT

    @property
    def converged(self) -> bool:
        """Whether the chains of the latent classes found the same answer."""
        return self.latent.r_hat <= LARGEST_R_HAT


class Row(NamedTuple):
    """One row of the fan; without an answer the numbers are None and `chosen_by` says so."""

    model: str
    chosen_by: str
    total: float | None = None
    low: float | None = None
    high: float | None = None
    bic: float | None = None
    minus_infinity: str = ""


def answer(lists: Lists, cells: Cells, found: Found) -> Answer:
    """The answer from what the models say: the headline re-selected, the fan beside it, and its range as a band."""
    rows = tuple(_rows(lists, found))
    totals = [row.total for row in rows if row.total is not None]
    numbered = ", ".join(f"{at} {name}" for at, name in enumerate(lists.names, 1))
    over_models = Band(
        "model",
        min(totals),
        max(totals),
        f"{lists.unit} on any list or none, over the models of the fan: the answer is this range, not a number in it",
        {"answers": len(totals) - 1, "choices": len(rows) - 1},
    )
    reading = (
        f"models by their largest terms, lists numbered {numbered}; each interval is of one model, but the last "
        "row's, whose model is chosen anew in each draw"
    )
    return Answer(
        estimates=tuple(_estimates(lists, cells, found)),
        smallest_visible=None,
        bands=(over_models, *_over_links(lists, cells, found)),
        series=(Series("fan", {name: tuple(getattr(row, name) for row in rows) for name in Row._fields}, reading),),
    )


def _estimates(lists: Lists, cells: Cells, found: Found) -> Iterator[Estimate]:
    people, chosen = cells.people, found.reselected
    ends = (chosen.total, chosen.low, chosen.high)
    interval = "BCa bootstrap, the model chosen anew in each draw"
    yield Estimate("total", "count", *ends, n=people, interval=interval, note=f"{lists.unit}; {UNQUOTED}")
    yield Estimate("seen", "count", people, people, people, people, interval="counted", note="on one list or more")
    missed = (ends[0] - people, ends[1] - people, ends[2] - people)
    yield Estimate("missed", "count", *missed, n=people, interval=interval, note=UNQUOTED)
    fitted = {**found.fan.answers, **({"named": found.named} if found.named else {})}
    for how, fit in fitted.items():
        if how != found.headline:
            quantity = f"total_{re.sub(r'[^a-z0-9]+', '_', how.lower())}"
            interval = "Wald, on the log of the number missed"
            yield Estimate(quantity, "count", fit.total, fit.low, fit.high, people, interval=interval, note=ONE_MODEL)
    if found.converged:
        latent, interval = found.latent, "posterior quantiles"
        ends = (latent.median, latent.low, latent.high)
        yield Estimate("total_latent_classes", "count", *ends, n=people, interval=interval, note=ONE_MODEL)


def _rows(lists: Lists, found: Found) -> Iterator[Row]:
    """The fan, a row a choice; the last is the headline with its own interval."""
    for how, fit in found.fan.answers.items():
        yield _row(lists, how, fit)
    if found.named:
        yield _row(lists, "named", found.named)
    for how in found.fan.without:
        yield Row("", f"{how}: no answer")
    latent, classes = found.latent, f"{latent_class.CLASSES} latent classes"
    if found.converged:
        yield Row(classes, "posterior median", latent.median, latent.low, latent.high)
    else:
        yield Row(classes, f"refused: chains do not agree, R-hat {latent.r_hat:.2f}, at most {LARGEST_R_HAT} expected")
    fit, again = found.fan.answers[found.headline], found.reselected
    lacking = _together(lists, fit.minus_infinity)
    yield Row(fit.name, f"{found.headline}, re-selected", again.total, again.low, again.high, fit.bic, lacking)


def _row(lists: Lists, how: str, fit: LogLinear) -> Row:
    return Row(fit.name, how, fit.total, fit.low, fit.high, fit.bic, _together(lists, fit.minus_infinity))


def _together(lists: Lists, terms: Model) -> str:
    """Terms by the names of their lists: "A and B; B and C"."""
    return "; ".join(" and ".join(name for at, name in enumerate(lists.names) if term >> at & 1) for term in terms)


def _over_links(lists: Lists, cells: Cells, found: Found) -> Iterator[Band]:
    """How far links that were missed have raised the headline: the same choice of model with those links put back."""
    if not lists.linkage_error:
        return
    try:
        joined = _by_the_same_rule(membership.rejoin(cells, lists.linkage_error), found).total
    except ValueError:  # put back, nothing is left that any model answers: there is no such reading
        return
    reading = "from every missed link put back, each cut off one list, to the lists as they were joined"
    total = found.reselected.total
    figures = {"linkage_error": lists.linkage_error, "total_rejoined": joined, "total": total}
    yield Band("links", min(joined, total), max(joined, total), reading, figures)


def _by_the_same_rule(cells: Cells, found: Found) -> LogLinear:
    """The model of these cells that the headline's rule chooses. Raises ValueError where none has an answer."""
    membership.hold(cells)
    if found.headline == LOWEST_BIC:
        return multiple_systems.lowest_bic(cells)
    return multiple_systems.stepwise(cells, STEPWISE[0])


def diagnose(lists: Lists, cells: Cells, found: Found) -> dict[str, Any]:
    """What is behind the numbers: models chosen, lists left out, lists that refer, links, and models averaged."""
    fit, again = found.fan.answers[found.headline], found.reselected
    most_often = dict(list(again.chosen.items())[:5])
    return {
        **_figures(lists, cells),
        "model": fit.name,
        "chosen_by": found.headline,
        "minus_infinity": _together(lists, fit.minus_infinity),
        "without": dict(found.fan.without),
        "reselection": {
            "draws": len(again.draws) + again.without,
            "without_an_answer": again.without,
            "models_chosen": len(again.chosen),
            "most_often": most_often,
        },
        "latent_classes": {"r_hat": found.latent.r_hat, "converged": found.converged},
        "decomposable": averaged(cells),
        "without_each_list": without_each(lists, cells, found),
        "refer": referring(lists, fit),
        "inside": inside(lists, cells),
    }


def _figures(lists: Lists, cells: Cells) -> dict[str, Any]:
    every = membership.combinations(cells.lists)
    on_each = {name: int(cells.counts[every >> at & 1 == 1].sum()) for at, name in enumerate(lists.names)}
    return {
        "unit": lists.unit,
        "seen": cells.people,
        "on_two_or_more": cells.shared,
        "on_each_list": on_each,
        "combinations_nobody_has": int(np.sum(cells.counts == 0)),
    }


def averaged(cells: Cells) -> dict[str, Any]:
    """Decomposable models averaged (Madigan and York 1997), for 3 to 5 lists; no answer where it leans on the bound."""
    if cells.lists > decomposable.MOST_LISTS:
        return {"why": f"decomposable models are averaged for up to {decomposable.MOST_LISTS} lists"}
    most = MOST_TIMES * cells.people
    found = decomposable.average(cells, most)
    told: dict[str, Any] = {"most_missing": most, "at_edge": found.at_edge}
    if found.at_edge > AT_EDGE:
        return told | {"why": "the answer depends on the most that may be missing"}
    ends = {"low": found.low, "median": found.median, "high": found.high}
    return told | ends | {"least_relative_error": found.least_relative_error, "likeliest": next(iter(found.models))}


def without_each(lists: Lists, cells: Cells, found: Found) -> dict[str, dict[str, Any]]:
    """The total by the headline's rule with each list left out; of two lists left, as if they were independent."""
    told: dict[str, dict[str, Any]] = {}
    for at, name in enumerate(lists.names):
        fewer = membership.leave_out(cells, at)
        try:
            if fewer.lists == 2:
                first, second, both = (int(n) for n in fewer.counts)
                total, model = float(membership.two_list_curve(both, first, second, [1.0])[0]), "[1,2]"
            else:
                fit = _by_the_same_rule(fewer, found)
                total, model = fit.total, fit.name
        except ValueError as error:
            told[name] = {"seen": fewer.people, "why": str(error)}
        else:
            told[name] = {"seen": fewer.people, "total": total, "model": model}
    return told


def referring(lists: Lists, fit: LogLinear) -> tuple[dict[str, Any], ...]:
    """Pairs of lists known to refer, and what that does to the headline's model."""
    told = []
    for first, second in lists.refer:
        pair = 1 << lists.names.index(first) | 1 << lists.names.index(second)
        allowed = pair in fit.model
        does = (
            "the model lets them go together" if allowed else "the model holds them apart: its total is likely too low"
        )
        told.append({"lists": f"{first} and {second}", "in_model": allowed, "direction": does})
    return tuple(told)


def inside(lists: Lists, cells: Cells) -> tuple[str, ...]:
    """Lists all of whose members are on another: together they are one list."""
    every = membership.combinations(cells.lists)
    on = [every >> at & 1 == 1 for at in range(cells.lists)]
    return tuple(
        f"{lists.names[a]} inside {lists.names[b]}"
        for a in range(cells.lists)
        for b in range(cells.lists)
        if a != b and not cells.counts[on[a] & ~on[b]].any()
    )


def _seen(lists: Lists) -> tuple[Sifted, Cells]:
    """The cells, and who is set aside: people on none of the lists are not seen by them."""
    kept = [cell for cell in lists.cells if any(cell.on)]
    rows = np.array([cell.on for cell in kept], dtype=np.int64).reshape(len(kept), len(lists.names))
    cells = membership.tally(rows, [cell.n for cell in kept])
    n = sum(cell.n for cell in lists.cells)
    return Sifted(None, (Exclusion("on none of the lists", n - cells.people),), n), cells


def _broken(lists: Lists) -> Refusal | None:
    """The refusal of cells that are no counts of lists, and of a share or a name that is none."""
    number = len(lists.names)
    if not 2 <= number <= membership.MOST_LISTS:
        reason = f"{number} lists: expected {membership.FEWEST_LISTS} to {membership.MOST_LISTS}"
        return Refusal(reason, {"lists": number}, "three lists or more, joined into few enough")
    negative = sum(cell.n < 0 for cell in lists.cells)
    if negative:
        return Refusal(f"{negative} cells hold less than 0 {lists.unit}", {"negative": negative}, "counts of 0 or more")
    wrong = sum(len(cell.on) != number or not set(cell.on) <= {0, 1} for cell in lists.cells)
    if wrong:
        reason = f"{wrong} cells do not say 0 or 1 for each of {number} lists"
        return Refusal(reason, {"cells": wrong}, "a row a combination, 1 on a list and 0 not")
    if stray := sorted({name for pair in lists.refer for name in pair} - set(lists.names)):
        return Refusal(f"refer names {', '.join(stray)}, and no list is called that", {"lists": lists.names})
    if lists.linkage_error is not None and not 0 <= lists.linkage_error < 1:
        reason = f"a linkage error of {lists.linkage_error:g}, expected a share of at least 0 and below 1"
        return Refusal(reason, {"linkage_error": lists.linkage_error})
    return None


def _two_lists(lists: Lists, cells: Cells) -> Refusal | None:
    """The refusal of two lists, with all people over the odds ratio that the data do not hold."""
    if cells.lists >= membership.FEWEST_LISTS:
        return None
    figures = _figures(lists, cells)
    needed = "a third list that neither of these feeds"
    first, second, both = (int(n) for n in cells.counts)
    if not both:
        return Refusal("2 lists that share nobody: they say nothing of those on neither", figures, needed)
    totals = membership.two_list_curve(both, first, second, ODDS_RATIOS)
    figures["two_lists"] = {"odds_ratio": ODDS_RATIOS, "total": tuple(float(total) for total in totals)}
    reason = "2 lists: how far being on one goes with being on the other is not in the data, and the number turns on it"
    return Refusal(reason, figures, needed)


def _unjoined(lists: Lists) -> Refusal | None:
    """The refusal where nobody looked how many links were missed: each one missed counts a person twice."""
    if lists.linkage_error is not None:
        return None
    return Refusal(
        "nobody says how many links between the lists were missed, and each one missed raises the number",
        {"linkage_error": None},
        "linkage_error in [[lists]]: the share of people on several lists whose entries were not joined, by review",
    )


def _all_refer(lists: Lists) -> Refusal | None:
    """The refusal where every pair of lists is known to refer: no pair is left that overlaps by itself."""
    pairs = {frozenset(pair) for pair in combinations(lists.names, 2)}
    if not pairs <= {frozenset(pair) for pair in lists.refer}:
        return None
    return Refusal(
        f"all {len(pairs)} pairs of lists refer people to each other: their overlap says nothing of those on none",
        {"pairs": len(pairs), "refer": len(pairs)},
        "a list that takes people from none of the others",
    )


def _too_thin(lists: Lists, cells: Cells, named: LogLinear | None) -> Refusal | None:
    """The refusal of lists that share too few people; what a model asked for by name says goes into its figures."""
    every = membership.combinations(cells.lists)
    figures = _figures(lists, cells) | (_of(named) if named else {})
    try:
        membership.hold(cells)
    except ValueError as error:
        return Refusal(str(error), figures, "a longer period, or lists that share more people")
    for at, name in enumerate(lists.names):
        on = every >> at & 1 == 1
        members, shared = int(cells.counts[on].sum()), int(cells.counts[on & (np.bitwise_count(every) > 1)].sum())
        if members == 1:
            return Refusal(f"one member on the list {name}: it says nothing", figures, f"the lists without {name}")
        if shared == 0:
            reason = f"the list {name} shares nobody with the others: it may be of other {lists.unit}"
            return Refusal(reason, figures, f"the lists without {name}")
    return None


def _of(fit: LogLinear) -> dict[str, Any]:
    """What one model says, for the figures of a refusal: it has an answer, and the table may yet be too thin."""
    return {"model": fit.name, "model_total": fit.total, "model_low": fit.low, "model_high": fit.high}
