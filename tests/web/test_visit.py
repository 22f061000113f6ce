"""Visit: it lives as long as it is used, a day at a time, and its draft seven."""

from datetime import timedelta

from django.http import HttpRequest

from evenhand.web.dropbox import models
from evenhand.web.dropbox.visit import COOKIE, Visit, sweep, today


def asking(visit: Visit) -> HttpRequest:
    request = HttpRequest()
    request.COOKIES[COOKIE] = visit.cookie
    return request


def test_a_visit_that_is_used_goes_on_and_one_that_is_not_ends(database: None) -> None:
    visit = Visit.without("en")
    visit.save()
    models.Visit.objects.update(day=today() - timedelta(days=1))
    assert Visit.of(asking(visit)) is not None
    assert models.Visit.objects.get().day == today()
    models.Visit.objects.update(day=today() - timedelta(days=2))
    assert Visit.of(asking(visit)) is None
    sweep()
    assert not models.Visit.objects.exists()


def test_a_draft_is_there_for_seven_days(database: None) -> None:
    visit = Visit.without("en")
    visit.answers = {"story": "kept"}
    visit.save_draft()
    models.Draft.objects.update(day=today() - timedelta(days=7))
    sweep()
    assert visit.read_draft() == {"story": "kept"}
    models.Draft.objects.update(day=today() - timedelta(days=8))
    sweep()
    assert visit.read_draft() == {}
