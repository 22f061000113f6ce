"""Pages: one question a page, plain HTML, no script needed; each Continue keeps the draft before it goes on.

The words of the questions are data (terms/form.py); those of the other pages stand in the templates.
"""

import re
import shutil
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from django.apps import apps
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext

from evenhand.errors import CodeSlipError, ProofError
from evenhand.hear import answers
from evenhand.keep import code, ledger, note
from evenhand.keep.lines import decoded, encoded
from evenhand.terms import form
from evenhand.web import words
from evenhand.web.dropbox import copy, models, notices, office, tongue
from evenhand.web.dropbox.correct import correct
from evenhand.web.dropbox.mailbox import letters
from evenhand.web.dropbox.send import send
from evenhand.web.dropbox.settings import FOLDER, LEDGER, TRIAL
from evenhand.web.dropbox.store import DatabaseStore
from evenhand.web.dropbox.stretch import stretched
from evenhand.web.dropbox.visit import Visit, today
from evenhand.web.dropbox.withdraw import is_withdrawn, withdraw

IS_TRIAL = TRIAL.exists()
# where the pages before the questions, and those after, stand in the flow
BEFORE, AFTER = ("start", "before", "code", "readers"), ("check", "sent")
# below it nobody is asked anything (VAULT 7)
LEAST_SPACE = 2 * 2**30
# what a published file may be called
PUBLISHED_NAME = re.compile(r"[a-zA-Z0-9./_-]{1,200}")
WEATHER = "https://www.weather.gov/"


def everywhere(request: HttpRequest) -> dict[str, Any]:
    """What every page has: its language, and whether Leave stands at its top."""
    del request
    spoken = tongue.spoken()
    said = {"language": spoken, "carried": tongue.carried(), "unsigned": spoken in tongue.unsigned()}
    return {**said, "leave": True, "trial": IS_TRIAL}


def _page(request: HttpRequest, name: str, heading: str, status: int = 200, **said: Any) -> HttpResponse:
    return render(request, f"{name}.html", {"heading": heading, **said}, status=status)


def languages(request: HttpRequest) -> HttpResponse:
    """Page 0: each language in its own name."""
    return _page(
        request,
        "languages",
        gettext("Community form"),
        languages=tongue.offered().items(),
        others=tongue.in_work(),
        leave=False,
    )


def start(request: HttpRequest, language: str) -> HttpResponse:
    """Page 1: what this is, and who is behind it. A full disk is told before anything is typed."""
    if shutil.disk_usage(FOLDER).free < LEAST_SPACE:
        return _page(request, "full", gettext("We cannot take reports today"), 503)
    return _page(request, "start", gettext("Tell us about a stop"), readers=office.readers(language), leave=False)


def before(request: HttpRequest, language: str) -> HttpResponse:
    """Page 2. Its Continue makes the visit and the code."""
    if request.method == "POST":
        made = stretched(partial(Visit.begin, language, office.in_force()))
        made.save()
        answer = _on(language, "code")
        made.set_cookie(answer)
        return answer
    return _page(request, "before", gettext("Before you start"))


def show_code(request: HttpRequest, language: str, visit: Visit) -> HttpResponse:
    """Page 3: the code, once; or a visit without one."""
    if request.method == "POST":
        if request.POST.get("go") == "without":
            visit.end()
            visit = Visit.without(language)
            visit.save()
        answer = _on(language, "readers")
        visit.set_cookie(answer)
        return answer
    return _page(request, "code", gettext("Your code"), code=code.shown(visit.code) if visit.code else "")


def readers(request: HttpRequest, language: str, visit: Visit) -> HttpResponse:
    """Page 3a: who may read it. Nobody is ticked in advance."""
    offered = office.readers(language)
    error = ""
    if request.method == "POST":
        known = {reader.name for reader in offered}
        chosen = [name for name in request.POST.getlist("readers") if name in known]
        visit.answers["readers"] = chosen
        if 1 <= len(chosen) <= 4:
            visit.save_draft()
            # an officer who was led back here from the last page goes on to it
            return _on(language, "check" if request.POST.get("go") == "check" else _next(visit, "readers"))
        none = gettext("Choose one to four. Somebody must be able to read it.")
        error = gettext("Choose four or fewer.") if chosen else none
    said = {"readers": offered, "ticked": visit.answers.get("readers", []), "error": error}
    return _page(request, "readers", gettext("Who may read your report?"), **said, officer=_is_officer(visit))


def _is_officer(visit: Visit) -> bool:
    return "yes" in visit.answers.get("work", [])


def question(request: HttpRequest, language: str, name: str, visit: Visit) -> HttpResponse:
    """Pages 4 to 19; of a report that was sent, they are answered again."""
    if visit.entry and not visit.code:
        return _on(language, "sent")
    page = next((page for page in answers.pages(visit.answers) if page.name == name), None)
    if page is None:
        raise Http404
    problems: list[answers.Problem] = []
    flags: tuple[answers.Flag, ...] = ()
    if request.method == "POST":
        _take(request, page, visit)
        problems = answers.problems(page, visit.answers, today())
        # what tells who somebody is, is shown to its writer once; it is taken out on sending
        asked = {each.name for each in page.questions}
        flags = tuple(flag for flag in answers.flags(visit.answers) if flag.question in asked)
        if not problems and (not flags or request.POST.get("seen")):
            if visit.entry:
                return _see(f"/mine/correct{tongue.carried()}")
            last = answers.pages(visit.answers)[-1].name
            return _on(language, last if "early" in request.POST else _next(visit, name))
    # it may have changed with the answer
    ahead = answers.pages(visit.answers)
    ahead = ahead[ahead.index(page) :] if page in ahead else ()
    said: dict[str, Any] = {
        "questions": [_asked(page, asked, visit.answers, problems) for asked in page.questions],
        "problems": [(problem.question, _sentence(problem)) for problem in problems],
        "flags": flags,
        "for_another": form.FOR_ANOTHER if answers.for_another(page, visit.answers) else "",
        "back": f"/mine/correct{tongue.carried()}" if visit.entry else f"/{language}/{_before(visit, name)}",
        # once all that is required was asked, but for how it may be used, which is the last page
        "early": len(ahead) > 1 and not visit.entry and not any(each.required for each in ahead[:-1]),
        "young": notices.notices(language)["young"] if page == form.SHORT else (),
    }
    return _page(request, "question", gettext(page.heading), page=page, **said)


def _take(request: HttpRequest, page: form.Page, visit: Visit) -> None:
    """Keep what was answered on a page, without words of status, before anything else is done with it."""
    for asked in page.questions:
        values = [value.replace("\0", "").replace("\r\n", "\n") for value in request.POST.getlist(asked.name)]
        visit.answers[asked.name] = values if asked.kind in ("one", "many") else "".join(values[:1])
    chosen = visit.answers.get("readers", [])
    visit.answers = {**answers.without_status(visit.answers), "readers": chosen}
    visit.save_draft()


def _sentence(problem: answers.Problem) -> str:
    return gettext(problem.sentence).format(**problem.figures)


def _asked(
    page: form.Page, asked: form.Question, given: dict[str, Any], problems: list[answers.Problem]
) -> dict[str, Any]:
    """A question as the template draws it."""
    error = next((_sentence(problem) for problem in problems if problem.question == asked.name), "")
    alone = not asked.heading and len([each for each in page.questions if not each.heading]) == 1
    said = given.get(asked.name, [] if asked.kind in ("one", "many") else "")
    heading = gettext(asked.heading or page.heading)
    # where the page does not say so itself
    hint = asked.kind == "many" and len(asked.answers) > 1 and not page.words
    return {"is": asked, "heading": heading, "hidden": alone, "hint": hint, "given": said, "error": error}


def _said(page: form.Page, given: dict[str, Any]) -> list[str]:
    """What was answered on a page, in the words of the form."""
    found: list[str] = []
    for asked in answers.questions(page, given):
        said = given.get(asked.name, [])
        labels = {each.code: gettext(each.label) for each in asked.answers}
        if asked.kind == "month" and isinstance(said, str):
            labels[said] = tongue.month_said(said)
        found += [labels.get(each, each) for each in ([said] if isinstance(said, str) else said) if each]
    return found


def check(request: HttpRequest, language: str, visit: Visit) -> HttpResponse:
    """Page 20, and Send."""
    shown = answers.pages(visit.answers)
    missing = [page for page in shown if answers.problems(page, visit.answers, today())]
    if request.method == "POST":
        if not visit.answers.get("readers"):
            return _on(language, "readers")
        if missing:
            return _on(language, missing[0].name)
        send(visit, request.POST.get("website", ""))
        return _on(language, "sent")
    labels = {reader.name: reader.label for reader in office.readers(language)}
    said = [(page, _said(page, visit.answers)) for page in shown]
    chosen = [labels[name] for name in visit.answers.get("readers", []) if name in labels]
    back, officer = f"/{language}/{shown[-1].name}", _is_officer(visit)
    return _page(request, "check", gettext("Check your answers"), said=said, readers=chosen, back=back, officer=officer)


def sent(request: HttpRequest, language: str, visit: Visit) -> HttpResponse:
    """Page 21: only now is anything acknowledged."""
    if not visit.promise:
        # who came back with a code has no page of having sent
        return _see(f"/mine{tongue.carried()}") if visit.entry else _on(language, "check")
    shown = code.shown(visit.code) if visit.code else ""
    here = notices.notices(language)
    return _page(request, "sent", gettext("Sent. Thank you."), code=shown, by=tongue.day(_by(visit)), notices=here)


def own_copy(request: HttpRequest, language: str, visit: Visit) -> HttpResponse:
    """A plain page to fill in and keep, made on the spot: what was sent is sealed, and cannot be shown again."""
    del visit
    shown = [page for page in answers.pages({}) if page.number not in form.LEFT_OUT_FOR_THE_YOUNG]
    return _page(request, "copy", gettext("My own notes"), back=f"/{language}/sent", pages=shown, today=today())


def _by(visit: Visit) -> date:
    return date.fromisoformat(visit.promise.split("\nby ")[1].split("\n")[0])


def promise(request: HttpRequest, language: str, visit: Visit) -> HttpResponse:
    """The promise as a file."""
    del request
    return _file(visit.promise.encode()) if visit.promise else _on(language, "sent")


def _file(data: bytes) -> HttpResponse:
    return HttpResponse(
        data,
        content_type="text/plain; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="note.txt"'},
    )


def leave(request: HttpRequest) -> HttpResponse:
    """Ends the visit, clears what the browser kept, and goes to the weather."""
    visit = Visit.of(request)
    if visit is not None:
        visit.end()
    answer = _see(WEATHER)
    answer["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return answer


def come_back(request: HttpRequest) -> HttpResponse:
    """A code, and then what became of the report. A slip is told without any look-up."""
    if request.method != "POST":
        return _page(request, "comeback", gettext("Come back with your code"))
    try:
        typed = code.read(request.POST.get("code", ""))
    except CodeSlipError:
        error = gettext("One of the digits may be wrong. Please look again.")
        return _page(request, "comeback", gettext("Come back with your code"), error=error)
    made = stretched(partial(Visit.back, tongue.spoken(), typed, office.in_force()))
    lookup = bytes.fromhex(made.lookup)
    entry = DatabaseStore().by_lookup(lookup)
    draft = models.Draft.objects.filter(pk=lookup).exists()
    if entry is None and not draft:
        error = gettext("We have nothing under this code. Drafts are deleted after 7 days.")
        return _page(request, "comeback", gettext("Come back with your code"), error=error)
    made.entry = encoded(entry.commitment) if entry else ""
    made.save()
    answer = _see(f"/mine{tongue.carried()}" if entry else f"/{made.language}/check")
    made.set_cookie(answer)
    return answer


def mine(request: HttpRequest, visit: Visit) -> HttpResponse:
    """What became of a report, in words."""
    store = DatabaseStore()
    entry = store.entry(decoded(visit.entry)) if visit.entry else None
    if entry is None:
        return _see(f"/code{tongue.carried()}")
    withdrawn = is_withdrawn(store, entry)
    copied = models.Entry.objects.filter(pk=entry.commitment, copied=True).exists()
    state = "withdrawn" if withdrawn else "waiting" if entry.index is None else "in the ledger"
    said: dict[str, Any] = {"entry": entry, "state": state, "witnesses": _witnesses(), "begun": bool(visit.answers)}
    said["copied"] = copied
    said["letters"], said["unread"] = ((), 0) if withdrawn else letters(visit)
    return _page(request, "mine", gettext("Your report"), **said)


def add(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Add or correct: what was sent is not shown; what is answered again replaces, a text is added."""
    if not visit.entry or not visit.code:
        return _see(f"/code{tongue.carried()}")
    store = DatabaseStore()
    entry = store.entry(decoded(visit.entry))
    if entry is None or is_withdrawn(store, entry):
        return _see(f"/mine{tongue.carried()}")
    if request.method == "POST":
        wrong = [page for page in _answered(visit) if answers.problems(page, visit.answers, today())]
        if wrong:
            return _on(tongue.spoken(), wrong[0].name)
        correct(visit)
        return _see(f"/mine/added{tongue.carried()}")
    said = [(page, _said(page, visit.answers)) for page in answers.pages(visit.answers)]
    begun = any(given for _, given in said)
    back = f"/mine{tongue.carried()}"
    return _page(request, "correct", gettext("Add or correct"), said=said, begun=begun, back=back)


def _answered(visit: Visit) -> list[form.Page]:
    shown = answers.pages(visit.answers)
    return [page for page in shown if any(visit.answers.get(asked.name) for asked in page.questions)]


def added(request: HttpRequest, visit: Visit) -> HttpResponse:
    """What was added is kept."""
    del visit
    return _page(request, "added", gettext("Sent. Thank you."))


def helped(request: HttpRequest) -> HttpResponse:
    """People to talk to, how to complain, deadlines; the same on every page's foot."""
    return _page(request, "help", gettext("Help"), notices=notices.notices(tongue.spoken()))


def _witnesses() -> int:
    path = LEDGER / "checkpoint"
    if not path.exists():
        return 0
    signed = note.parse(path.read_bytes())
    return sum(note.signed_by(signed, each) for each in office.in_force().witnesses)


def receipt(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The receipt as a file, once the ledger has it."""
    del request
    if not visit.entry:
        return _see(f"/code{tongue.carried()}")
    try:
        return _file(ledger.prove(DatabaseStore(), decoded(visit.entry)).bytes)
    except ProofError:
        return _see(f"/mine{tongue.carried()}")


def take_back(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Delete a report: its content goes from here at once, from desks with their next pull; its place stays."""
    if not visit.entry or not visit.code:
        return _see(f"/code{tongue.carried()}")
    if request.method == "POST":
        withdraw(visit)
        return _see(f"/mine{tongue.carried()}")
    return _page(request, "withdraw", gettext("Delete your report?"))


def what_we_hold(request: HttpRequest) -> HttpResponse:
    """Every table and column of this server, from the models themselves, and what we could be made to hand over."""
    tables = [
        (model.__name__, gettext(words.said(model.__doc__ or "")), [field.name for field in model._meta.fields])
        for model in apps.get_app_config("dropbox").get_models()
    ]
    return _page(request, "hold", gettext("What we hold"), tables=tables)


def who_can_read(request: HttpRequest) -> HttpResponse:
    """Who can read what, and what to do if it goes wrong."""
    return _page(request, "who", gettext("Who can read this"), readers=office.readers(tongue.spoken()))


def status(request: HttpRequest) -> HttpResponse:
    """How this server is, without a live count."""
    last = models.Batch.objects.order_by("number").last()
    said: dict[str, Any] = {"last": tongue.day(last.day) if last else "", "hours": copy.hours_since()}
    return _page(request, "status", gettext("Status"), witnesses=_witnesses(), **said)


def published(request: HttpRequest, path: str) -> HttpResponseBase:
    """The published ledger, as files; openings are nobody's to fetch here."""
    del request
    # a folder that is reached by a link is the same folder
    ledger_folder = LEDGER.resolve()
    # what no file can be called is not looked for
    found = (ledger_folder / path).resolve() if PUBLISHED_NAME.fullmatch(path) else ledger_folder
    if (
        not found.is_relative_to(ledger_folder)
        or not found.is_file()
        or path.startswith(("openings", "."))
        or "/." in path
    ):
        raise Http404
    answer = FileResponse(found.open("rb"), content_type="application/octet-stream")
    # a checkpoint may get a witness's line later; nothing else that is published ever changes
    changes = path.startswith("checkpoint")
    answer["Cache-Control"] = "no-cache" if changes else "public, max-age=31536000, immutable"
    return answer


def too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form token that has ended: the page again, and what was typed is in the draft."""
    del reason
    return _page(request, "too_old", gettext("Please press Send once more"), 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """No such page."""
    del exception
    return _page(request, "missing", gettext("There is no such page"), 404)


def within(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page that needs a visit; without one it goes to the start."""

    def visited(request: HttpRequest, language: str = "", **named: str) -> HttpResponse:
        visit = Visit.of(request)
        if visit is None:
            return _on(language, "start") if language else _see(f"/code{tongue.carried()}")
        if language:
            # who went on in another language is told in that one
            visit.language = language
            return view(request, language=language, **named, visit=visit)
        known = visit.language if visit.language in tongue.offered() else tongue.spoken()
        with translation.override(tongue.asked_for(request) or known):
            return view(request, **named, visit=visit)

    return visited


def unsent(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page of a report that was not sent yet; of one that was sent, it leads to what can still be done."""

    def visited(request: HttpRequest, language: str, visit: Visit, **named: str) -> HttpResponse:
        if visit.entry:
            return (
                _see(f"/mine/correct{tongue.carried()}") if visit.code and not visit.promise else _on(language, "sent")
            )
        return view(request, language=language, visit=visit, **named)

    return visited


def _on(language: str, name: str) -> HttpResponse:
    return _see(f"/{language}/{name}")


def _see(path: str) -> HttpResponse:
    """On to another page, as a page and not as the form again."""
    answer = redirect(path)
    answer.status_code = 303
    return answer


def _next(visit: Visit, name: str) -> str:
    order = _order(visit)
    return order[order.index(name) + 1]


def _before(visit: Visit, name: str) -> str:
    order = _order(visit)
    return order[order.index(name) - 1]


def _order(visit: Visit) -> list[str]:
    """The names of all pages that this visitor is shown."""
    return [*BEFORE, *(page.name for page in answers.pages(visit.answers)), *AFTER]
