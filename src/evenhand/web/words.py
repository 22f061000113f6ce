"""Words: every string that a person may read on the web, found in the code and in the templates.

What is found is what a catalogue must hold. A string of code stands in `_()`, `gettext()` or `ngettext()`; one of a
template in `{% translate %}` or `{% blocktranslate %}`; what the models say of themselves is read on /what-we-hold.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from evenhand.web import catalogue

HOUSE = Path(__file__).resolve().parents[1]
MARKED = ("_", "gettext", "gettext_noop", "ngettext")
ROOMS = ("terms", "hear", "web")


class Word(NamedTuple):
    """A string, its plural where it has one, and the file it stands in."""

    text: str
    plural: str
    file: str

    @property
    def key(self) -> str:
        """What it is called in a catalogue."""
        return catalogue.key(self.text, self.plural)


def every() -> list[Word]:
    """Each string once, by its file and its place in it; Django's templates are begun."""
    found: dict[str, Word] = {}
    for word in (*_of_code(), *_of_templates()):
        found.setdefault(word.key, word)
    return list(found.values())


def _of_code() -> Iterator[Word]:
    for room in ROOMS:
        for path in sorted((HOUSE / room).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            file = path.relative_to(HOUSE).as_posix()
            yield from (Word(*texts, file) for texts in _called(tree))
            if path.name == "models.py":
                yield from (Word(said(ast.get_docstring(each) or ""), "", file) for each in _models(tree))


def said(docstring: str) -> str:
    """A docstring as a page shows it: the names of columns in quotes."""
    return re.sub(r"`(\w+)`", r"“\1”", " ".join(docstring.split()))


def _called(tree: ast.Module) -> Iterator[tuple[str, str]]:
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
        if isinstance(call.func, ast.Name) and call.func.id in MARKED:
            texts = [each.value for each in call.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
            if texts:
                yield texts[0], texts[1] if call.func.id == "ngettext" else ""


def _models(tree: ast.Module) -> list[ast.ClassDef]:
    return [
        node for node in tree.body if isinstance(node, ast.ClassDef) and ast.unparse(node.bases[0]) == "models.Model"
    ]


def _of_templates() -> Iterator[Word]:
    from django.template import engines
    from django.template.backends.django import DjangoTemplates
    from django.templatetags.i18n import BlockTranslateNode, TranslateNode

    backend = engines["django"]
    assert isinstance(backend, DjangoTemplates)
    for path in sorted((HOUSE / "web").rglob("templates/*")):
        nodes = backend.engine.from_string(path.read_text(encoding="utf-8")).nodelist
        file = path.relative_to(HOUSE).as_posix()
        for node in (*nodes.get_nodes_by_type(TranslateNode), *nodes.get_nodes_by_type(BlockTranslateNode)):
            if isinstance(node, BlockTranslateNode):
                plural = node.render_token_list(node.plural)[0] if node.plural else ""
                yield Word(node.render_token_list(node.singular)[0], plural, file)
            # a variable's words stand in the code that gives it
            elif isinstance(node, TranslateNode) and isinstance(node.filter_expression.var.literal, str):
                yield Word(node.filter_expression.var.literal, "", file)
