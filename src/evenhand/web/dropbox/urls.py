"""URLs of the drop box (VAULT 8): neutral words, and no code in any of them."""

from django.urls import path, re_path

from evenhand.web.dropbox import canvass, desk_api, pages, tongue
from evenhand.web.dropbox.pages import unsent, within

handler404 = "evenhand.web.dropbox.pages.not_found"
IN = f"(?P<language>{'|'.join(tongue.offered())})"
urlpatterns = [
    path("", pages.languages),
    path("leave", pages.leave),
    path("code", pages.come_back),
    path("mine", within(pages.mine)),
    path("mine/receipt", within(pages.receipt)),
    path("mine/correct", within(pages.add)),
    path("mine/added", within(pages.added)),
    path("mine/withdraw", within(pages.take_back)),
    path("status", pages.status),
    path("help", pages.helped),
    path("desk/pull", desk_api.pull),
    path("desk/openings", desk_api.openings),
    path("desk/append", desk_api.append),
    path("what-we-hold", pages.what_we_hold),
    path("who-can-read", pages.who_can_read),
    path("ledger/<path:path>", pages.published),
    path("canvass", canvass.entrance),
    re_path(rf"^{IN}/canvass/start$", canvass.start),
    re_path(rf"^{IN}/canvass/(?P<name>stopped|what)$", canvass.question),
    re_path(rf"^{IN}/canvass/done$", canvass.done),
    re_path(rf"^{IN}/start$", pages.start),
    re_path(rf"^{IN}/before$", pages.before),
    re_path(rf"^{IN}/code$", within(unsent(pages.show_code))),
    re_path(rf"^{IN}/readers$", within(unsent(pages.readers))),
    re_path(rf"^{IN}/check$", within(unsent(pages.check))),
    re_path(rf"^{IN}/sent$", within(pages.sent)),
    re_path(rf"^{IN}/copy$", within(pages.own_copy)),
    re_path(rf"^{IN}/promise$", within(pages.promise)),
    re_path(rf"^{IN}/(?P<name>[a-z-]+)$", within(pages.question)),
]
