"""Canvass: the two-minute form of everybody on a roster. A ticket opens it; nothing ties the ticket to an answer."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from django.db.models import Case, F, Value, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from evenhand.errors import CodeSlipError
from evenhand.flow import canvass
from evenhand.flow.canvass import Settings
from evenhand.hear import canvass_form
from evenhand.keep import frame, ledger, ticket
from evenhand.terms.canvass import pages
from evenhand.terms.form import Page
from evenhand.web.dropbox import models, office, tongue
from evenhand.web.dropbox.settings import FOLDER
from evenhand.web.dropbox.store import DatabaseStore, cut_log, writing
from evenhand.web.dropbox.stretch import stretched
from evenhand.web.dropbox.visit import Visit, today


def _on(language: str, name: str) -> HttpResponse:
    answer = redirect(f"/{language}/canvass/{name}")
    answer.status_code = 303
    return answer


def entrance(request: HttpRequest) -> HttpResponse:
    """The address on the slip."""
    del request
    return _on("en", "start")


def opened(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page while the canvass takes answers; after it, a page that says so."""

    def seen(request: HttpRequest, language: str, **named: str) -> HttpResponse:
        made = canvass.settings(FOLDER)
        if made is None:
            raise Http404
        if not made.is_open(today()):
            return render(request, "canvass_closed.html", {"heading": gettext("This canvass is over")})
        return view(request, language, made, **named)

    return seen


@opened
def start(request: HttpRequest, language: str, made: Settings) -> HttpResponse:
    """The ticket. A slip of the pen is told without any look-up, what is unknown in one sentence."""
    labels = {reader.name: reader.label for reader in office.readers(language)}
    said = {"heading": gettext("A question to everybody on the roster"), "desk": labels.get(made.desk, made.desk)}
    said |= {"label": made.label, "until": tongue.day(made.until), "error": ""}
    if request.method == "POST":
        force = office.in_force()
        try:
            digits = ticket.read(request.POST.get("code", ""))
        except CodeSlipError:
            said["error"] = gettext("One of the digits may be wrong. Please look again.")
            return render(request, "canvass_start.html", said)
        derived = stretched(partial(ticket.derive, digits, force.origin, *force.code))
        if models.Ticket.objects.filter(pk=derived.lookup).exists():
            visit = Visit.without(language)
            visit.answers = {"ticket": derived.lookup.hex(), "row": derived.row.hex()}
            visit.save_draft()
            visit.save()
            answer = _on(language, "stopped")
            visit.set_cookie(answer)
            return answer
        said["error"] = gettext("We do not know this code. Please look again.")
    return render(request, "canvass_start.html", said)


@opened
def question(request: HttpRequest, language: str, made: Settings, name: str) -> HttpResponse:
    """Were you stopped, and of a yes what happened."""
    visit = Visit.of(request)
    if visit is None or "ticket" not in visit.answers:
        return _on(language, "start")
    both = pages(made.races)
    page = both[name == "what"]
    if name == "what" and visit.answers.get("stopped") != ["yes"]:
        return _on(language, "stopped")
    problems: list[canvass_form.Problem] = []
    if request.method == "POST":
        for asked in page.questions:
            values = [value.strip()[:40].replace("\0", "") for value in request.POST.getlist(asked.name)]
            visit.answers[asked.name] = values if asked.answers else "".join(values[:1])
        visit.save_draft()
        problems = canvass_form.problems(page, visit.answers, today())
        if not problems and name == "stopped" and visit.answers["stopped"] == ["yes"]:
            return _on(language, "what")
        if not problems:
            return _on(language, "done" if _keep(visit, made, both) else "start")
    sentences = [(each.question, gettext(each.sentence).format(**each.figures)) for each in problems]
    said: dict[str, Any] = {
        "heading": gettext(page.heading).format(since=tongue.day(made.since)),
        "page": page,
        "problems": sentences,
    }
    said["questions"] = [_asked(asked, visit.answers, dict(sentences)) for asked in page.questions]
    said["back"] = f"/{language}/canvass/{'stopped' if name == 'what' else 'start'}"
    return render(request, "question.html", said)


def _asked(asked: Any, given: dict[str, Any], errors: dict[str, str]) -> dict[str, Any]:
    """A question as the template draws it."""
    said = given.get(asked.name, [] if asked.answers else "")
    hint = asked.kind == "many"
    return {"is": asked, "heading": gettext(asked.heading), "hidden": False, "hint": hint, "given": said,
            "error": errors.get(asked.name, "")}  # fmt: skip


def _keep(visit: Visit, made: Settings, both: tuple[Page, Page]) -> bool:
    """Seal the answer to the desk and mark the ticket; all tickets are written anew, so that no row's age tells."""
    force = office.in_force()
    (facts_key,) = (desk.facts for desk in force.desks if desk.name == made.desk)
    lookup = bytes.fromhex(visit.answers["ticket"])
    said = {"canvass": made.id, "manifest": force.version, "row": visit.answers["row"]}
    said |= canvass_form.facts(both, visit.answers)
    with writing():
        used = dict(models.Ticket.objects.select_for_update().order_by("lookup").values_list("lookup", "used"))
        held = {bytes(each): was for each, was in used.items()}
        now = canvass.settings(FOLDER)
        if lookup not in held or now is None or now.id != made.id or not now.is_open(today()):
            return False
        # a first answer has no time; a change has one, sealed, so that the desk can tell which is the last
        said["order"] = time.time_ns() // 1_000_000 if held[lookup] else 0
        sealed = frame.make("facts", frame.facts_text(said), [facts_key])
        ledger.append(DatabaseStore(), "canvass", [sealed], today())
        models.Ticket.objects.update(used=Case(When(lookup=lookup, then=Value(True)), default=F("used")))
    visit.end()
    cut_log()
    return True


def done(request: HttpRequest, language: str) -> HttpResponse:
    """It is kept."""
    del language
    return render(request, "canvass_done.html", {"heading": gettext("Thank you. It is kept.")})
