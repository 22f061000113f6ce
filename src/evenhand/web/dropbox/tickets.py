"""Tickets: a canvass is opened and closed at the drop box: it takes look-ups and gives sealed frames, and sees no code.

`python -m evenhand.web.dropbox.tickets open|close`, which `evenhand canvass` runs.
"""

import json
import sys
from base64 import b64encode

from evenhand.errors import EvenhandError, PlanError
from evenhand.flow import canvass
from evenhand.flow.canvass import Settings
from evenhand.keep.durable import put
from evenhand.web.dropbox import settings
from evenhand.web.dropbox.prepare import migrate

# the server reads its settings again for every page, as its own user or another's
MODE = 0o644


def open_(made: Settings, lookups: list[bytes]) -> None:
    """Hold the look-ups, and none of an earlier canvass."""
    from evenhand.web.dropbox import models
    from evenhand.web.dropbox.store import writing

    with writing():
        models.Ticket.objects.all().delete()
        models.Ticket.objects.bulk_create(models.Ticket(lookup=each) for each in sorted(lookups))
    put(settings.FOLDER / canvass.FILE, made.text, MODE)


def close() -> list[bytes]:
    """Take no more answers, forget the look-ups, give out every sealed answer; done again, it gives the same."""
    from evenhand.web.dropbox import models
    from evenhand.web.dropbox.store import cut_log, writing

    made = canvass.settings(settings.FOLDER)
    if made is None:
        raise PlanError("there is no canvass here")
    if made.answered is None:
        with writing():
            used = list(models.Ticket.objects.select_for_update().order_by("lookup").values_list("used", flat=True))
            put(settings.FOLDER / canvass.FILE, canvass.closed(made, sum(used)).text, MODE)
    with writing():
        models.Ticket.objects.all().delete()
    cut_log()
    found = models.Frame.objects.filter(entry__kind="canvass", data__isnull=False).order_by("digest")
    return [bytes(each) for each in found.values_list("data", flat=True) if each is not None]


def main() -> int:
    """Open or close."""
    try:
        migrate()
        if sys.argv[1] == "open":
            said = json.load(sys.stdin)
            open_(Settings.read(said["settings"].encode()), [bytes.fromhex(each) for each in said["lookups"]])
        else:
            json.dump([b64encode(each).decode() for each in close()], sys.stdout)
    except EvenhandError as error:
        sys.stderr.write(f"canvass: {error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
