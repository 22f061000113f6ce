"""Check what each language says: `uv run python -m catalogues`; with --write, bring the catalogues up to the code.

A catalogue (`django.po`) is edited by people; --write adds what the code says anew, takes out what it says no more, and
compiles `django.mo`, which the drop box reads. --new TAG begins a language. The hash is what two native readers sign.
"""

import argparse
import io
import os
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from evenhand.web import catalogue


class Spoken(Catalog):
    """A catalogue that keeps its own rule of number, also where Babel has no data of the language."""

    @property
    def mime_headers(self) -> list:
        headers = Catalog.mime_headers.fget(self)
        if any(name == "Plural-Forms" for name, _ in headers):
            return headers
        # where Babel has it: the last line ends the head
        place = [name for name, _ in headers].index("MIME-Version")
        return [*headers[:place], ("Plural-Forms", self.plural_forms), *headers[place:]]

    @mime_headers.setter
    def mime_headers(self, headers: list) -> None:
        Catalog.mime_headers.fset(self, headers)


def like(old: Catalog) -> Spoken:
    """An empty catalogue with the head of another."""
    made = Spoken(old.locale_identifier, fuzzy=False)
    made.mime_headers = old.mime_headers
    # a rule that Babel would leave out
    made._num_plurals, made._plural_expr = old.num_plurals, old.plural_expr
    made.header_comment = old.header_comment
    return made


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m catalogues", description=__doc__)
    options.add_argument("--write", action="store_true", help="bring every django.po up to the code, and compile it")
    options.add_argument("--new", metavar="TAG", help="begin a language, by its BCP 47 tag")
    options.add_argument("--folder", type=Path, default=catalogue.LOCALE, help="where the languages lie")
    asked = options.parse_args()
    found = words_of_the_code()
    if asked.new:
        path = catalogue.file(asked.new, asked.folder, "po")
        path.parent.mkdir(parents=True)
        today = datetime.now(UTC)
        begun = Spoken(
            asked.new,
            project="evenhand",
            version="1",
            last_translator="nobody yet",
            revision_date=today,
            language_team=asked.new,
            msgid_bugs_address="the issues of evenhand",
            fuzzy=False,
        )
        save(begun, path)
    tags = sorted(path.parts[-3] for path in asked.folder.glob("*/LC_MESSAGES/django.po"))
    faults = 0
    for tag in tags:
        if asked.write or asked.new == tag:
            renew(tag, asked.folder, found)
        faults += told(tag, asked.folder, found)
    return 1 if faults else 0


def words_of_the_code() -> list:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evenhand.web.dropbox.settings")
    # settings name a folder; nothing is written to it
    os.environ.setdefault("EVENHAND_DROPBOX", str(Path(tempfile.gettempdir()) / "evenhand-catalogues"))
    import django

    django.setup()
    from evenhand.web import words

    return words.every()


def opened(path: Path) -> Catalog:
    # the locale is read from the path, not from Babel's data, which has no Hmong in Latin script and no Karen
    with path.open("rb") as file:
        old = read_po(file, locale=path.parts[-3])
    made = like(old)
    for each in old:
        if each.id:
            made[each.id] = each
    return made


def save(made: Catalog, path: Path) -> None:
    with path.open("wb") as file:
        write_po(file, made, width=110, omit_header=False)


def compiled(made: Catalog) -> bytes:
    """What the drop box reads; Babel would say the English where a form of number is missing."""
    whole = like(made)
    for each in made:
        if each.id and all([each.string] if isinstance(each.string, str) else each.string):
            whole.add(each.id, each.string, flags=each.flags)
    data = io.BytesIO()
    write_mo(data, whole)
    return data.getvalue()


def renew(tag: str, folder: Path, found: list) -> None:
    """The strings of the code in their order, with what was said for them, and the header as it is."""
    path = catalogue.file(tag, folder, "po")
    old = opened(path)
    made = like(old)
    for word in found:
        name = (word.text, word.plural) if word.plural else word.text
        there = old.get(word.text)
        kept = there is not None and there.id == name
        made.add(
            name,
            there.string if kept else None,
            locations=[(word.file, None)],
            flags=there.flags if kept else (),
            user_comments=there.user_comments if kept else (),
        )
    save(made, path)
    catalogue.file(tag, folder).write_bytes(compiled(opened(path)))


def told(tag: str, folder: Path, found: list) -> int:
    """Print what is to do for a language, and count the faults: what is missing is none, since it only hides it."""
    written, wanted = opened(catalogue.file(tag, folder, "po")), [word.key for word in found]
    listed = [each for each in written if each.id]
    ids = {catalogue.key(*each.id) if isinstance(each.id, tuple) else each.id: () for each in listed}
    mo = catalogue.file(tag, folder)
    said = catalogue.read(mo)
    lists = {
        "missing": catalogue.missing(said, wanted),
        "stale": catalogue.stale(ids, wanted),
        "placeholders differ": catalogue.differing(said),
        "fuzzy": [str(each.id) for each in listed if each.fuzzy],
        "not compiled since it was changed": [] if mo.exists() and mo.read_bytes() == compiled(written) else [mo.name],
    }
    done = len(wanted) - len(lists["missing"])
    readers = sorted(catalogue.signers(tag, said, folder))
    print(f"{tag}: {done} of {len(wanted)}; signed by reader {readers or 'none'}; sha256 {catalogue.digest(said)}")
    for name, texts in lists.items():
        for text in texts:
            print(f"    {name}: {text!r}")
    return sum(map(len, lists.values())) - len(lists["missing"])


if __name__ == "__main__":
    sys.exit(main())
