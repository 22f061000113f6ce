"""Tongue: which language a page is in; from its path, else from `?in=`, else from the visit. No cookie says it.

Only what two native readers signed is shown. In a trial EVENHAND_UNSIGNED=1 shows the rest, under a banner, to be read.
"""

import os
from collections.abc import Callable
from datetime import date
from functools import cache

from django import template
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from evenhand.hear.answers import MONTH
from evenhand.web import catalogue, words
from evenhand.web.dropbox.settings import TRIAL

ENGLISH = "en"
register = template.Library()
# no library has these for every language of ours: they are words like all others, and the catalogue says them
MONTHS = (
    _("January"),
    _("February"),
    _("March"),
    _("April"),
    _("May"),
    _("June"),
    _("July"),
    _("August"),
    _("September"),
    _("October"),
    _("November"),
    _("December"),
)


class Spoken:
    """Middleware: what is said within a request is said in its language."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer, in the language that the address names."""
        with translation.override(asked_for(request) or ENGLISH):
            return self._get_response(request)


@cache
def wanted() -> tuple[str, ...]:
    """Every string that a language must say."""
    return tuple(word.key for word in words.every())


@cache
def offered() -> dict[str, str]:
    """The languages that pages exist in, each in its own name."""
    return {tag: name for tag, name in catalogue.NAMES.items() if tag == ENGLISH or tag in unsigned() or _ready(tag)}


@cache
def unsigned() -> frozenset[str]:
    """The languages that only a trial shows."""
    if os.environ.get("EVENHAND_UNSIGNED") != "1" or not TRIAL.exists():
        return frozenset()
    begun = {tag for tag in catalogue.NAMES if catalogue.read(catalogue.file(tag))}
    return frozenset(tag for tag in begun if not _ready(tag))


def _ready(tag: str) -> bool:
    return catalogue.is_ready(tag, wanted())


@cache
def in_work() -> tuple[tuple[str, str, int, int], ...]:
    """The others: tag, name, how many strings are said, of how many."""
    return tuple(
        (
            tag,
            name,
            len(wanted()) - len(catalogue.missing(catalogue.read(catalogue.file(tag)), wanted())),
            len(wanted()),
        )
        for tag, name in catalogue.NAMES.items()
        if tag not in offered()
    )


def asked_for(request: HttpRequest) -> str:
    """The language that an address names, where it is one that is offered."""
    first = request.path.split("/")[1]
    named = first if first in offered() else request.GET.get("in", "")
    return named if named in offered() else ""


def spoken() -> str:
    """The language that is spoken now."""
    return translation.get_language() or ENGLISH


def carried() -> str:
    """What an address without a language gets, so that the page behind it keeps this one."""
    return "" if spoken() == ENGLISH else f"?in={spoken()}"


@register.filter
def day(of: date) -> str:
    """A day as people say it."""
    return gettext("{month} {day}, {year}").format(month=gettext(MONTHS[of.month - 1]), day=of.day, year=of.year)


def month_said(typed: str) -> str:
    """A month as people say it, where one was typed; else what was typed."""
    found = MONTH.fullmatch(typed)
    return gettext("{month} {year}").format(month=gettext(MONTHS[int(found[2]) - 1]), year=found[1]) if found else typed
