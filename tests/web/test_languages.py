"""Languages: all that is read is found, a catalogue is whole or hidden, two readers sign, a page keeps its tongue."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sites
from sites import Server, answer, back_with, on, opened

from evenhand.errors import FormatError
from evenhand.web import catalogue, words

HOUSE = Path(__file__).resolve().parents[2]
WANTED = [word.key for word in words.every()]
PATHS = ("/es/start", "/es/before", "/code?in=es", "/status?in=es", "/what-we-hold?in=es", "/who-can-read?in=es")
# a language of nobody's, with three forms of number, as no library has it
MADE_UP = "qaa"
SAID = catalogue.read(catalogue.file("es"))
# what Spanish says otherwise
ENGLISH = {name for name, forms in SAID.items() if name not in forms}


def catalogues(folder: Path, *options: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "catalogues", "--folder", str(folder), *options]
    return subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, check=False)


def entry(text: str, *forms: str, flags: str = "") -> str:
    if len(forms) == 1:
        return f'{flags}msgid "{text}"\nmsgstr "{forms[0]}"\n\n'
    listed = "".join(f'msgstr[{place}] "{form}"\n' for place, form in enumerate(forms))
    return f'{flags}msgid "{text}"\nmsgid_plural "{text}s"\n{listed}\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(catalogue.LOCALE, tmp_path / "locale")
    return tmp_path / "locale"


def spanish(folder: Path) -> Path:
    return catalogue.file("es", folder, "po")


def test_spanish_says_every_string_and_the_check_finds_nothing(folder: Path) -> None:
    done = catalogues(folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(
        rf"es: {len(WANTED)} of {len(WANTED)}; signed by reader .+; sha256 [0-9a-f]{{64}}\n", done.stdout
    )


def test_strings_of_the_code_and_of_the_templates_are_found() -> None:
    # of a list of data, of a page's code, of a template, with a figure, with a plural, of a model
    for text in (
        "Who was stopped?",
        "Choose four or fewer.",
        "I have saved it",
        "Your report is in the ledger, with number %(number)s.",
        "%(witnesses)s other group has seen the ledger.\0%(witnesses)s other groups have seen the ledger.",
        "The root of a size: never two.",
    ):
        assert text in WANTED
    assert len(WANTED) == len(set(WANTED)) > 300


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('msgid "Send"', 'msgid "Sent off"', "stale: 'Sent off'"),
        ('msgstr "Enviar"', 'msgstr "Mandar"', "not compiled since it was changed: 'django.mo'"),
        ('#: terms/form.py\nmsgid "Bike"', '#, fuzzy\nmsgid "Bike"', "fuzzy: 'Bike'"),
    ],
)
def test_the_check_tells(folder: Path, old: str, new: str, told: str) -> None:
    text = spanish(folder).read_text(encoding="utf-8")
    assert text.count(old) == 1
    spanish(folder).write_text(text.replace(old, new), encoding="utf-8")
    done = catalogues(folder)
    assert (done.returncode, done.stderr) == (1, "")
    assert told in done.stdout


def test_a_torn_placeholder_is_told_and_hides_the_language(folder: Path) -> None:
    text = spanish(folder).read_text(encoding="utf-8")
    assert text.count("de {least} a {most}") == 1
    spanish(folder).write_text(text.replace("de {least} a {most}", "de {menos} a {most}"), encoding="utf-8")
    done = catalogues(folder, "--write")
    assert done.returncode == 1
    assert "placeholders differ: 'Use a whole number from {least} to {most}.'" in done.stdout
    sign(folder, "es", 1, 2)
    assert not catalogue.is_ready("es", list(SAID), folder)


def test_bringing_up_to_the_code_changes_nothing_where_nothing_changed(folder: Path) -> None:
    before = spanish(folder).read_bytes(), catalogue.file("es", folder).read_bytes()
    assert catalogues(folder, "--write").returncode == 0
    assert (spanish(folder).read_bytes(), catalogue.file("es", folder).read_bytes()) == before


def sign(folder: Path, tag: str, *readers: int, name: str = "") -> None:
    digest = catalogue.digest(catalogue.read(catalogue.file(tag, folder)))
    with (folder / "signatures.toml").open("a", encoding="utf-8") as file:
        for reader in readers:
            said = f'language = "{tag}"\nreader = {reader}\nname = "{name or reader}"\ndate = {date(2026, 12, 1)}\n'
            file.write(f'\n[[signed]]\n{said}sha256 = "{digest}"\n')


def test_a_language_is_ready_when_two_readers_have_signed_all_of_it(folder: Path) -> None:
    # what Spanish says, whatever the code has since then
    wanted = list(SAID)
    assert not catalogue.is_ready("es", wanted, folder)
    sign(folder, "es", 1)
    assert not catalogue.is_ready("es", wanted, folder)
    sign(folder, "es", 2)
    assert catalogue.is_ready("es", wanted, folder)
    # a string that the code has since then
    assert not catalogue.is_ready("es", [*wanted, "A new one."], folder)
    # a word that was changed since then
    text = spanish(folder).read_text(encoding="utf-8")
    spanish(folder).write_text(text.replace('msgstr "Enviar"', 'msgstr "Mandar"'), encoding="utf-8")
    assert catalogues(folder, "--write").returncode == 0
    assert not catalogue.is_ready("es", wanted, folder)


def test_one_person_is_not_two_readers(folder: Path) -> None:
    sign(folder, "es", 1, 2, name="A. Reader")
    assert not catalogue.is_ready("es", list(SAID), folder)


def test_what_is_no_catalogue_is_refused(tmp_path: Path) -> None:
    (tmp_path / "django.mo").write_bytes(b"msgid, of all things, in a text")
    with pytest.raises(FormatError, match="no compiled catalogue"):
        catalogue.read(tmp_path / "django.mo")


def test_a_language_that_no_library_has_says_months_days_and_numbers(folder: Path) -> None:
    done = catalogues(folder, "--new", MADE_UP)
    assert done.returncode == 0
    assert f"{MADE_UP}: 0 of {len(WANTED)}" in done.stdout
    path = catalogue.file(MADE_UP, folder, "po")
    text = path.read_text(encoding="utf-8")
    rule = "nplurals=3; plural=(n==1 ? 0 : n==2 ? 1 : 2);"
    text = re.sub(r"nplurals=.*?;.*?;", rule, text)
    text = text.replace('msgid "March"\nmsgstr ""', 'msgid "March"\nmsgstr "martsa"')
    text = text.replace(
        'msgid "{month} {day}, {year}"\nmsgstr ""', 'msgid "{month} {day}, {year}"\nmsgstr "{year} {month} {day}"'
    )
    many = [f'msgstr[{place}] "%(witnesses)s {form}"' for place, form in enumerate(("wan", "tu", "meni"))]
    # begun with two forms, since Babel knows no better
    text = re.sub(
        r'(msgid_plural "Seen by.*\n)(msgstr\[.\] ""\n)+', lambda found: found[1] + "\n".join(many) + "\n", text
    )
    path.write_text(text, encoding="utf-8")
    assert catalogues(folder, "--write").returncode == 0
    said = subprocess.run([sys.executable, "-c", SPEAK, str(folder)], capture_output=True, text=True, check=False)
    assert (said.stdout, said.stderr) == ("2026 martsa 5\n1 wan\n2 tu\n7 meni\n", "")


SPEAK = f"""
import sys, tempfile, os
from pathlib import Path
os.environ["EVENHAND_DROPBOX"] = tempfile.gettempdir()
os.environ["DJANGO_SETTINGS_MODULE"] = "evenhand.web.dropbox.settings"
import django
from django.conf import settings
django.setup()
settings.LOCALE_PATHS = [Path(sys.argv[1])]
from datetime import date
from django.utils import translation
from evenhand.web.dropbox import tongue
with translation.override("{MADE_UP}"):
    print(tongue.day(date(2026, 3, 5)))
    for n in (1, 2, 7):
        said = translation.ngettext("Seen by %(witnesses)s witness.", "Seen by %(witnesses)s witnesses.", n)
        print(said % {{"witnesses": n}})
"""


def test_an_unsigned_language_is_listed_with_its_count_and_is_nowhere(server: Server) -> None:
    text = server.get("/")[2].decode()
    assert 'href="/es/start"' not in text
    assert (
        f'<span lang="es">Español</span>: {len(WANTED) - len(catalogue.missing(SAID, WANTED))} of {len(WANTED)} texts'
        in text
    )
    assert f'<span lang="mww">Hmoob</span>: 0 of {len(WANTED)} texts' in text
    for path in ("/es/start", "/es/before", "/es/who", "/mww/start"):
        assert server.get(path)[0] == 404
    assert b'<html lang="en">' in server.get("/status?in=es")[2]


@pytest.fixture(scope="module")
def unsigned(trial: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A trial that shows what nobody has signed."""
    made = sites.Server(tmp_path_factory.mktemp("unsigned") / "box", sites.free_port())
    shutil.copytree(trial, made.folder)
    os.environ["EVENHAND_UNSIGNED"] = "1"
    made.start()
    del os.environ["EVENHAND_UNSIGNED"]
    yield made
    made.stop()


def test_a_trial_shows_it_to_its_readers_under_a_banner(unsigned: Server) -> None:
    for path in PATHS:
        status, _headers, data = unsigned.get(path)
        assert (status, b'<html lang="es">' in data) == (200, True), path
        assert "Nadie ha firmado todavía este idioma." in data.decode(), path
    assert "Esa página no existe" in unsigned.get("/es/Nada")[2].decode()
    assert b"Nobody has signed" not in unsigned.get("/en/start")[2]


def test_a_server_that_is_no_trial_shows_nothing_unsigned(tmp_path: Path) -> None:
    ask = "import django; django.setup(); from evenhand.web.dropbox import tongue; print(*tongue.offered())"
    there = {**os.environ, "EVENHAND_UNSIGNED": "1", "EVENHAND_DROPBOX": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", ask], env=there, capture_output=True, text=True, check=True)
    assert done.stdout == "en\n"


def test_told_in_spanish_from_the_first_page_to_the_last_and_back(unsigned: Server, browser: Any) -> None:
    page, english = opened(browser, width=320), []
    page.goto(f"{unsigned.url}/es/before")

    def look() -> None:
        assert page.get_attribute("html", "lang") == "es", page.url
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, page.url
        # what is English and says so, such as the name of a table
        marked = page.eval_on_selector_all("body [lang=en]", "all => all.map(each => each.innerText)")
        lines = [line for line in page.inner_text("body").splitlines() if line not in marked]
        english.extend((page.url, line) for line in lines if line.strip() in ENGLISH)

    look()
    on(page, "Continuar")
    shown = page.inner_text(".code")
    on(page, "Ya lo guardé")
    # a desk of a trial has a label in English alone, and says so
    assert page.get_attribute("label.choice span", "lang") == "en"
    page.check("input[value=legal]")
    on(page, "Continuar")
    while not page.url.endswith("/check"):
        look()
        answer(page)
        if page.url.endswith("/when"):
            page.fill("#q-month", "2026-03")
        on(page, "Continuar")
    look()
    assert "marzo de 2026" in page.inner_text("dl")
    on(page, "Enviar")
    look()
    assert page.inner_text("h1") == "Enviado. Gracias."
    assert re.search(r"el \d{1,2} de [a-z]+ de 20\d\d, a las 6 de la mañana", page.inner_text("main"))
    for path in ("/mine", "/mine/withdraw", "/status?in=es", "/what-we-hold?in=es", "/who-can-read?in=es"):
        page.goto(unsigned.url + path)
        look()
    returned = opened(browser)
    returned.goto(f"{unsigned.url}/code?in=es")
    returned.fill("#code", "1234")
    on(returned, "Continuar")
    assert "Puede que una de las cifras no sea correcta" in returned.inner_text("main")
    returned.fill("#code", shown)
    on(returned, "Continuar")
    assert returned.inner_text("h1") == "Su relato"
    # a code is the same whatever is spoken
    other = opened(browser)
    back_with(unsigned, other, shown)
    assert other.inner_text("h1") == "Your report"
    assert english == []
