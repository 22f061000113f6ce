"""How hard words are to read: the school grade of Kincaid and others, with a counter of syllables of our own."""

import re

# vowels that stand together and are spoken apart: cre-ate, are-a, vide-o, quie-t, soci-al is not among them
APART = re.compile(
    r"(?<=cr)ea|ea$|yo(?=ne)|oe(?=ver)|(?<!m)eo$|(?<![ctsg])i(?:a|u|et|o(?!n))|u(?:al|el$|ent)|(?<!q)ui(?=ng)|e(?=ing$)|ying$"
)
# an e that is not spoken, within a word made of two, and in every
SILENT_WITHIN = re.compile(r"(?<=som)e(?=[a-z])|(?<=ev)e(?=ry)|(?<=hom)e(?=w)|(?<=saf)e(?=l)|(?<=mov)e(?=m)")


def sentences(texts: list[str]) -> list[list[str]]:
    """Words by sentence; a heading or a label is a sentence of its own."""
    parts = [part for text in texts for part in re.split(r"[.?!:]\W?\s", text + " ")]
    return [
        found for part in parts if (found := re.findall(r"[A-Za-z0-9'’{}%()-]*[A-Za-z0-9][A-Za-z0-9'’{}%()-]*", part))
    ]


def syllables(word: str) -> int:
    """Runs of vowels, more where they are spoken apart, without a silent e; at least one."""
    plain = SILENT_WITHIN.sub("", re.sub(r"[^a-z]", "", re.sub(r"['’]s$", "", word.lower())))
    runs = len(re.findall(r"[aeiouy]+", plain)) + len(APART.findall(plain))
    silent = plain.endswith("e") and not re.search(r"[^aeiouy]le$|[aeiouy]e$", plain)
    silent |= bool(re.search(r"[^aeiouytd]ed$|[^aeiouysxzcgh]es$", plain)) and not re.search(r"[^aeiouy]les$", plain)
    return max(1, runs - silent)


def grade(texts: list[str]) -> float:
    """Kincaid, Fishburne, Rogers and Chissom (1975): school grade by sentence length and syllables."""
    listed = sentences(texts)
    words = [word for sentence in listed for word in sentence]
    return 0.39 * len(words) / len(listed) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59
