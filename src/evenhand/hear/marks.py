"""Marks of a person, and of status: the forms that scrubbing looks for, and what columns that hold them are called.

A table, tried in order, each row with what it leaves in place of what it takes. tests/hear/test_scrub.py holds every
row to what must go and to what must stay.
"""

import re
from dataclasses import dataclass
from typing import Literal

# As the record's `scrubbed` has it.
Kind = Literal["status", "name", "plate", "phone", "address", "other"]
KINDS: tuple[Kind, ...] = ("status", "name", "plate", "phone", "address", "other")

_I = re.IGNORECASE
# What may stand between the digits of a number.
_GAP = r"[\s.\-\u2010-\u2015\u2212/()\u00b7,]{0,3}"
_STREET = (
    r"(?:street|st|avenue|ave|av|road|rd|boulevard|blvd|lane|ln|drive|dr|court|ct|place|pl|way|terrace|ter|circle|cir"
    r"|parkway|pkwy|highway|hwy|trail|trl|square|sq|alley|row|loop|plaza)"
)
_SIDE = r"(?:\s+(?:n|s|e|w|ne|nw|se|sw|north|south|east|west|northeast|northwest|southeast|southwest)\b\.?)?"
_DOOR = r"(?:,?\s*(?:apartment|apt|unit|suite|ste|lot|room|rm|no|#)\.?\s*#?\s*\w{1,5}\b)?"
# A word that begins with a capital, with what names have inside: O'Neil, García-López, St. Clair.
NAME = r"(?:[^\W\d_a-z][^\W\d_]*(?:['’\-][^\W\d_]+)*\.?)"
UPPER = r"(?=[^\W\d_])(?![a-zß-ÿ])"
_FULL_NAME = rf"{UPPER}{NAME}(?:\s+(?:(?:de|del|de la|van|von|bin|al|el|da|dos|la)\s+)?{UPPER}{NAME}){{0,3}}"
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_DATE = (
    rf"(?:\d{{1,4}}[-/.]\d{{1,2}}[-/.]\d{{1,4}}|{_MONTH}\.?\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}\.?,?\s+\d{{4}}|{_MONTH}\s+\d{{4}}|(?:19|20)\d\d)"
)
_DIGIT_WORD = (
    r"(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|cero|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve)"
)
_US = r"(?:u\.?\s?s\.?(?:\s?a\.?)?|united states|american|america)"
_WHO = r"(?:i|he|she|we|they|my\s+\w+|who|both|all|you)"
_AM = r"(?:\s*['’](?:m|s|re)|\s+(?:am|is|are|was|were|been|became|become))"
_KIN = (
    r"(?:brother|sister|husband|wife|son|daughter|mother|father|mom|dad|mum|cousin|uncle|aunt"
    r"|nephew|niece|friend|friends"
    r"|neighbou?r|boss|cow?orker|co-worker|boyfriend|girlfriend|partner|grandmother|grandfather"
    r"|roommate|client|hermano"
    r"|hermana|esposo|esposa|hijo|hija|amigo|amiga|primo|prima)"
)
_TITLE = (
    r"(?:mr|mrs|ms|miss|mx|dr|sr|sra|srta|señor|señora|don|doña|officer|ofc|agent|deputy|sgt|sergeant|lt|lieutenant"
    r"|det|detective|trooper|captain|capt|corporal|cpl|sheriff|chief|inspector|judge|pastor|imam|father|sister|rev"
    r"|reverend|professor|prof)"
)
# Capitals after a title or a relation that begin no name.
_NO_NAME = (
    r"(?!(?:I|A|An|The|And|But|Or|So|In|On|At|To|Of|For|From|With|He|She|They|We|It|Who|Was|Is|Are"
    r"|Were|Had|Has|Did|Said|Asked"
    r"|Told|Came|Then|When|While|Sheriff|Deputy|Officer|Officers|Agent|Agents|Chief|Sergeant|Lieutenant|Detective"
    r"|Captain|ICE|CBP|HSI|ERO|DHS|FBI|DEA|ATF|US|USA|Black|White|Asian|Latino|Latina|Hispanic|Native|Somali|Hmong"
    r"|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|Not|No|Never|Did|Do|Does|Would"
    r"|Could|Can|Will|Number)\b)"
)
# Before letters and digits that look like a plate and name a road, a thing, an agency or a form.
_NO_PLATE = (
    r"(?!(?:I|US|MN|WI|IA|ND|SD|CR|CO|RD|RT|RTE|HWY|SR|TH|AR|AK|AM|PM|FM|CH|ID|OK|NO|ICE|CBP|DHS"
    r"|FBI|DEA|ATF|HSI|ERO|TSA|DOT|SUV|USA|MPH"
    r"|EXIT|ROOM|BUS|CX|RAV|CRV|HRV|GMC|BMW|KIA|AND|THE|FOR|ALL|ACT|MAY|JUNE|JULY|SEPT|UNIT|DACA|TPS|VISA|FORM|CASE)"
    r"[\s\-]?\d)"
)
QUESTION = re.compile(
    r"(?:\b(?:ask(?:ed|ing|s)?|question(?:ed|ing|s)?|want(?:ed|s)?\s+to\s+(?:know|see)|wonder(?:ed"
    r"|ing)|demand(?:ed|ing|s)?"
    r"|inquir(?:ed|ing)|preguntó|preguntaron|interrogated)\b[^.;!?\n]*?"
    r"(?=[.;!?\n]|,?\s+(?:and|but|so|then|y)\s+(?:i|he|she|we|they|my|yo)\b|,\s+(?:i|he|she|we|they|my|yo)\b|$)"
    r"|\b(?:are|were|is)\s+(?:you|he|she|they|your\s+\w+)\b[^.;!\n]*?\?"
    r"|\b(?:do|did|does)\s+(?:you|he|she|they)\s+have\b[^.;!\n]*?\?"
    r"|\bwhere\s+(?:are|were|is|was)\s+(?:you|he|she|they|your\s+\w+)\s+(?:from|born)\b[^.;!\n]*?\??)",
    _I,
)
# What answers a question about status: to the end of the sentence.
ANSWER = re.compile(
    r"[\s\"'”’,.;?!]*(?:(?:and|but|so|then|y)\s+)?"
    r"((?:(?:i|he|she|we|they|my\s+\w+|yo)\s*(?:['’](?:m|s|re)\b|\s+(?:am|is|are|was|were|said|say"
    r"|told|tell|answered|answer"
    r"|replied|responded|explained|confirmed|admitted|showed|gave|do|did|have|had|has|don['’]t|didn['’]t|dije))"
    r"|[\"“'‘]?(?:yes|yeah|yep|no|nope|nah|sí|si)\b)[^.;!?\n]*)",
    _I,
)


@dataclass(frozen=True, slots=True)
class Pattern:
    """What is taken out: its kind, the mark that stays in its place, and the form it has.

    With a group named `keep` what it caught stays before the mark. `ids` says that it holds for an office's own
    numbers too, which are long numbers without being anybody's.
    """

    name: str
    kind: Kind
    mark: str
    form: re.Pattern[str]
    ids: bool = False


def _pattern(name: str, kind: Kind, mark: str, form: str, *, flags: re.RegexFlag = _I, ids: bool = False) -> Pattern:
    return Pattern(name, kind, mark, re.compile(form, flags), ids)


_CASED = re.RegexFlag(0)

# In the order in which they are tried: the whole before its parts.
PATTERNS: tuple[Pattern, ...] = (
    _pattern("link", "other", "[link]", r"\b(?:https?|ftp)\s?:\s?/\s?/\s?\S+|\bwww\s?\.\s?\S+", ids=True),
    _pattern(
        "e-mail",
        "other",
        "[e-mail]",
        r"(?<![^\s<>()\[\]\"“”])[^\s<>()\[\]\"“”@]+@[^\s<>()\[\]\"“”]+"
        r"|(?<![\w.+\-])[\w.+\-]+\s{0,2}@\s{0,2}[\w\-]+(?:\s?\.\s?[a-z]{2,})+",
        ids=True,
    ),
    _pattern(
        "e-mail in words",
        "other",
        "[e-mail]",
        r"(?<![\w.+\-])[\w.+\-]+\s*(?:\(at\)|\[at\]|\bat\b)\s*[\w\-]+\s*(?:\(dot\)|\[dot\]|\bdot\b|\.)\s*(?:com"
        r"|org|net|edu|gov|io|us|me)\b",
        ids=True,
    ),
    _pattern("handle", "other", "[account]", r"(?<![\w@])@\w{2,}"),
    _pattern(
        "social security",
        "other",
        "[number]",
        r"(?<!\d)\d{3}[\-\u2010-\u2015. ]\d{2}[\-\u2010-\u2015. ]\d{4}(?!\d)|\b(?:ssn"
        r"|social(?:\s+security)?(?:\s+(?:number|no\.?|#))?)\s*(?:is|was|:|#)*\s*\d[\d\- ]{3,}",
        ids=True,
    ),
    _pattern(
        "alien number",
        "status",
        "[status]",
        r"\b(?:alien|a|uscis|i-?94|visa|passport"
        r"|naturali[sz]ation)[\s\-]*(?:registration\s*)?(?:numbers?|no\.?|#|num)\s*(?:is|was"
        r"|:)?\s*[a-z]?[\d\- ]{4,}|(?<![a-z0-9])a[\s\-#]?\d{3}[\s\-]?\d{3}[\s\-]?\d{3}(?!\d)",
        ids=True,
    ),
    _pattern(
        "birth date",
        "other",
        "[birth date]",
        rf"(?P<keep>\b(?:date\s+of\s+birth|birth\s?date|birthday|d\.?o\.?b\.?|born(?:\s+on)?"
        rf"|nac[ií]\s+el)\s*(?:is|was|on|in|:|=|-)?\s*){_DATE}",
    ),
    _pattern(
        "vehicle number",
        "plate",
        "[plate]",
        r"\b(?=[A-HJ-NPR-Z0-9]*\d)(?=[A-HJ-NPR-Z0-9]*[A-HJ-NPR-Z])[A-HJ-NPR-Z0-9]{17}\b",
    ),
    _pattern(
        "plate named",
        "plate",
        "[plate]",
        r"(?P<keep>\b(?:licen[cs]e\s+plates?|plates?|placas?|tags?|licen[cs]e)\b(?:\s+(?:numbers?|no\."
        r"|#|is|was|are|were|of|read|reads|reading|said"
        r"|says))*\s*[:#\-]?\s*[\"“']?)(?=[a-z0-9\-·]{0,9}(?:\s[a-z0-9]{1,4})?\b)"
        r"(?=[a-z]{0,4}[\s\-·]?[a-z]{0,2}\d)(?:[a-z]{1,4}[\s\-·]?\d{1,5}[a-z]{0,3}"
        r"|\d{1,4}[\s\-·]?[a-z]{2,4}\d{0,4}|(?=[a-z]*\d)[a-z0-9]{5,8})\b",
    ),
    _pattern(
        "address",
        "address",
        "[address]",
        rf"(?<![\w\-/:.])\d{{1,6}}[A-Za-z]?(?:\s*½)?\s+(?:(?:[NSEWnsew]\.?|North|South|East|West|north"
        rf"|south|east|west)\s+)?(?:[A-Z][\w'’.\-]*|\d{{1,3}}(?:st|nd|rd|th|ST|ND|RD"
        rf"|TH))(?:\s+[A-Z][\w'’.\-]*){{0,3}}?\s+(?i:{_STREET})\b\.?(?i:{_SIDE})(?i:{_DOOR})",
        flags=_CASED,
    ),
    _pattern(
        "address in small letters",
        "address",
        "[address]",
        rf"(?<![\w\-/:.$])\d{{3,6}}\s+(?:(?:n|s|e|w|north|south|east|west)\.?\s+)?(?:(?!(?:on|of|in|at"
        rf"|from|to|off|near|by|down|along|and|or|feet|foot|ft|yards?|meters?|miles?|minutes?|hours?"
        rf"|people|officers?|agents?|cars?|vehicles?|dollars|block|mph|the"
        rf"|degrees)\b)[\w'’]+\s+){{1,2}}{_STREET}\b\.?{_SIDE}{_DOOR}",
    ),
    _pattern(
        "door",
        "address",
        "[address]",
        r"\b(?:apartment|apt)\.?\s*(?:no\.?\s*|number\s*)?#?\s*(?=\w{0,3}\d)\w{1,5}\b"
        r"|\bp\.?\s?o\.?\s+box\s+\d+",
    ),
    _pattern(
        "postcode",
        "address",
        "[address]",
        r"(?<![A-Za-z\-])(?P<keep>[A-Z]{2}\.?,?\s+)(?:\d{5}-\d{4}|\d{5})(?![\d\-])|\b(?:[Zz]ip"
        r"|ZIP)(?:\s*[Cc]ode)?\s*(?:is|:)?\s*\d{5}(?:-\d{4})?\b",
        flags=_CASED,
    ),
    _pattern(
        "telephone",
        "phone",
        "[phone]",
        rf"(?<![\d])(?:\+?\d{{1,3}}{_GAP})?\(?\d{{3}}\)?{_GAP}\d{{3}}{_GAP}\d{{4}}(?!\d)(?:\s*(?:x"
        rf"|ext\.?|extension)\s*\d+)?|(?<![\d\-])\d{{3}}\s?[\-\u2010-\u2015.]\s?\d{{4}}(?![\d\-])",
        ids=True,
    ),
    _pattern(
        "telephone abroad",
        "phone",
        "[phone]",
        r"(?<![\d\-])(?:\+|00)(?=(?:\D{0,2}\d){7})\d{1,3}(?:[\s.\-()/]{0,2}\d{1,4}){2,6}(?!\d)",
        ids=True,
    ),
    _pattern("telephone in words", "phone", "[phone]", rf"\b{_DIGIT_WORD}(?:[\s,.\-]+{_DIGIT_WORD}){{6,}}\b", ids=True),
    _pattern(
        "badge",
        "other",
        "[number]",
        r"(?P<keep>\b(?:badge|shield|star|serial|case|ticket|citation|incident|docket|licen[cs]e"
        r"|id)\s*(?:numbers?|no\.?|num\.?|#)?\s*(?:is|was|were|read|said"
        r"|:)?\s*)#?\s*(?=[a-z\-]{0,5}\d)[a-z\d][a-z\d\-]{2,}\b",
    ),
    _pattern(
        "plate",
        "plate",
        "[plate]",
        rf"(?<![\w\-#]){_NO_PLATE}(?:[A-Z]{{3}}[\s\-·]?\d{{3,4}}|[A-Z]{{2}}[\s\-·]?\d{{4,5}}"
        rf"|\d{{3}}[\s\-·]?(?!(?:ICE|CBP|DHS|FBI|DEA|ATF|HSI|ERO|SUV|AND|THE|MPH)\b)[A-Z]{{3}}"
        rf"|\d[A-Z]{{3}}\d{{3}}|[A-Z]{{3}}\d{{2}}[A-Z])(?![\w\-])",
        flags=_CASED,
    ),
    _pattern(
        "citizen",
        "status",
        "[status]",
        rf"(?:\b(?:{_US}|naturali[sz]ed|native|natural|dual|canadian|mexican|somali|full"
        rf"|legal)[\s\-]+(?:born\s+)?)*\b(?<!senior )(?<!city )citizen(?:s(?!\s+['’]?arrest)"
        rf"|ship)?\b(?!\s*(?:['’]s\s+arrest|complaints?|review|patrol|advisory|app\b|band))"
        rf"|\bciudadan[oa]s?(?:\s+american[oa]s?)?\b|\bciudadanía\b",
    ),
    _pattern(
        "resident",
        "status",
        "[status]",
        r"\b(?:(?:lawful|legal|conditional)\s+)?(?:permanent|lawful|legal|conditional)\s+residen(?:ts?"
        r"|cy|ce)\b|\bgreen\s?cards?(?:\s+holders?)?\b|\btarjeta\s+verde\b|\bresidencia\s+permanente\b"
        r"|\bresident\s+(?:alien|card)s?\b",
    ),
    _pattern(
        "undocumented",
        "status",
        "[status]",
        r"\bun-?documented\b(?:\s+(?:immigrants?|persons?|people|workers?))?|\bindocumentad[oa]s?\b"
        r"|\billegal\s+(?:aliens?|immigrants?)\b|\billegals\b|\b(?:un)?authori[sz]ed\s+(?:aliens?"
        r"|immigrants?)\b|\baliens?\b|\bimmigrants?\b|\b(?:am|is|are|was|were|not)\s+documented\b"
        r"|['’](?:m|re)\s+documented\b",
    ),
    _pattern(
        "here legally",
        "status",
        "[status]",
        rf"\b{_WHO}{_AM}\s+(?:not\s+)?(?:here\s+)?(?:il)?legal(?:ly)?\b(?:\s+here)?(?!\s+(?:age"
        rf"|observers?|parked|to\b))|\b(?:came|here|entered|crossed|live|living|stay|staying"
        rf"|in\s+(?:the\s+|this\s+)?(?:{_US}|country))\s+(?:here\s+)?(?:il)?legally\b"
        rf"|\bhere\s+(?:with(?:out)?\s+)?(?:papers|permission)\b",
    ),
    _pattern(
        "papers held",
        "status",
        "[status]",
        r"\b(?:i|we|he|she|they|my\s+\w+)\s+(?:have|had|has|don['’]?t\s+have|do\s+not\s+have"
        r"|didn['’]?t\s+have|did\s+not\s+have|doesn['’]?t\s+have|got|lack(?:ed)?)\s+(?:no\s+|my\s+"
        r"|our\s+|legal\s+|any\s+|all\s+(?:my\s+|our\s+)?|valid\s+)*papers\b|\bwithout\s+papers\b"
        r"|\bsin\s+papeles\b",
    ),
    _pattern(
        "permit",
        "status",
        "[status]",
        r"\b(?:(?:work|student|tourist|visitor|travel|h-?[124][ab]?|f-?1|j-?1|u|t|k-?1|o-?1"
        r"|l-?1)\s?-?\s?)?visas?\b(?!\s+(?:card|debit|credit|gift))(?:\s+(?:holder|expired"
        r"|overstay\w*))?|\b[hfjlok]-?1b?\s+(?:status|student|worker|holder)\b|\bh-?1-?b\b"
        r"|\bh-?2-?[ab]\b|\bwork\s+(?:permits?|authori[sz]ation)\b"
        r"|\bemployment\s+authori[sz]ation(?:\s+(?:card|document))?s?\b|\bi-?(?:551|485|130|765|766"
        r"|589|821)\b|\bpermiso\s+de\s+trabajo\b",
    ),
    _pattern(
        "protection",
        "status",
        "[status]",
        r"\basylum(?:\s+(?:seekers?|case|claim|applicants?|status|hearing))?\b|\basylees?\b"
        r"|\brefugees?\b(?:\s+status)?|\btemporary\s+protected\s+status\b|\btps\b|\bdaca(?:mented)?\b"
        r"|\bdreamers?\b|\bparolees?\b|\bhumanitarian\s+parole\b|\basilo\b|\brefugiad[oa]s?\b",
    ),
    _pattern(
        "passport",
        "status",
        "[status]",
        rf"\b(?:{_US}|mexican|canadian|somali|ethiopian|ecuadorian|guatemalan|honduran|salvadoran"
        rf"|[a-z]+(?:ese|ian|ean|ish))\s+passports?\b(?:\s+cards?)?|\bpassport\s+cards?\b",
    ),
    _pattern(
        "removal",
        "status",
        "[status]",
        r"\b(?:was|were|been|got|being|had\s+been)\s+(?:previously\s+)?deported\b|\b(?:deportation"
        r"|removal|immigration)\s+(?:orders?|case|proceedings|hearing|court\s+date)\b"
        r"|\bfinal\s+order\b|\boverstay(?:ed|ing|s)?\b",
    ),
    _pattern(
        "status",
        "status",
        "[status]",
        r"\b(?:immigration|legal|citizenship|residency|immigrant|migratory)\s+status(?:\s+(?:is|was"
        r"|has|are)\b[^.,;!?\n]*)?|\b(?:my|his|her|their|our)\s+status\b(?:\s+(?:is|was"
        r"|has)\b[^.,;!?\n]*)?|\bstatus\s+migratorio\b",
    ),
    _pattern(
        "born where",
        "status",
        "[status]",
        rf"\b{_WHO}{_AM}\s+(?:both\s+|all\s+)?(?:not\s+)?born\b(?:\s+and\s+raised)?(?:\s+(?:here|abroad"
        rf"|overseas|there|in\b[^.,;!?\n]*))?|\bborn\s+and\s+raised\b(?:\s+(?:here|in\b[^.,;!?\n]*))?"
        rf"|\b(?:{_US}|foreign|native|mexican|somali)[\s\-]?born\b|\bborn\s+(?:here|abroad|overseas)\b"
        rf"|\bborn\s+in\s+(?:the\s+|this\s+)?(?:{_US}|country|[A-Z]\w+)|\bnac[ií]\s+(?:aquí"
        rf"|en\b[^.,;!?\n]*)",
    ),
    _pattern(
        "from where",
        "status",
        "[status]",
        r"\b(?:I|[Hh]e|[Ss]he|[Ww]e)(?:['’](?:m|s|re)|\s+(?:am|is|are))\s+(?:originally\s+"
        r"|both\s+)?from\s+(?:the\s+)?[A-Z]\w+(?:\s+[A-Z]\w+)*|\b[Ss]oy\s+de\s+[A-Z]\w+(?:\s+[A-Z]\w+)*"
        r"|\b(?:came|moved|come)\s+here\s+from\s+(?:the\s+)?[A-Z]\w+(?:\s+[A-Z]\w+)*"
        r"|\b(?:came|moved|immigrated|emigrated)\s+to\s+(?:the\s+|this\s+)?(?:US\b|U\.S\.|United\s+States|America\b|country)"
        r"|\b(?:immigrated|emigrated)\b(?:\s+from\s+[A-Z]\w+)?",
        flags=_CASED,
    ),
    _pattern(
        "name said",
        "name",
        "[name]",
        rf"(?P<keep>\b(?i:name\s*(?:tag\s+)?(?:is|was|said|read|['’]s|:)|names\s+are|(?<!\bis\s)named|me\s+llamo"
        rf"|mi\s+nombre\s+es|se\s+llama|signed,?|sincerely,?|regards,?"
        rf"|this\s+is)\s+)(?:{_NO_NAME}{_FULL_NAME})",
        flags=_CASED,
    ),
    _pattern(
        "name said in small letters",
        "name",
        "[name]",
        r"(?P<keep>\b(?:my\s+name\s*(?:is|['’]s|was)|me\s+llamo|mi\s+nombre\s+es|(?:his"
        r"|her)\s+name\s*(?:is|was|['’]s))\s+)(?!(?:not|on|in|at|the|a|an|no|and|but|or|very|also"
        r"|never|unknown|important|spelled|written|mentioned|asked|called|what|it"
        r"|that)\b)[^\W\d_]{2,}(?:\s+(?!(?:and|but|i|he|she|they|we|was|is|on|in|at|from|who|the|when"
        r"|while|so|because|as|to|my|y)\b)[^\W\d_]{2,}){0,2}",
    ),
    _pattern(
        "name after a title",
        "name",
        "[name]",
        rf"(?P<keep>\b(?i:{_TITLE})\b\.?\s+)(?:[A-Z]\.\s*){{0,2}}{_NO_NAME}{UPPER}(?:{NAME}(?<![.]))"
        rf"(?:\s+{_NO_NAME}{UPPER}{NAME}){{0,2}}",
        flags=_CASED,
    ),
    _pattern(
        "name of a relation",
        "name",
        "[name]",
        rf"(?P<keep>\b(?i:(?:my|his|her|our|their|mi"
        rf"|the)\s+{_KIN}),?\s+){_NO_NAME}{UPPER}{NAME}(?:\s+{_NO_NAME}{UPPER}{NAME})?",
        flags=_CASED,
    ),
    _pattern("long number", "other", "[number]", r"(?<![\d$€£,])\d(?:[\s.\-\u2010-\u2015/()#]{0,3}\d){6,}(?!\d|,\d)"),
)
# An answer that tells nothing of status: what was handed over, or that nothing was said.
NO_ANSWER = re.compile(
    r"\b(?:licen[cs]e|id|i\.d\.|identification|insurance|registration|(?:did|do|would)(?:\s+not|n['’]t)\s+(?:answer|say|reply|know)"
    r"|said\s+nothing|refused|silent)\b",
    _I,
)
# A question that is about status, though no word of status stands in it.
ASKS_STATUS = re.compile(r"\b(?:born|from|papers|documents|legal|status|passport|came\s+(?:here|to)|papeles)\b", _I)
# Dates stand in every account; no long number is looked for inside them.
KEPT_DATES = re.compile(
    r"(?<![\d\-/.])(?:(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:(?:19"
    r"|20)\d\d|\d\d))(?![\d\-/]|\.\d)"
    r"|(?<!\d)\d{1,2}:\d\d(?::\d\d)?(?!\d)|(?<![\d\-/.])(?:19|20)\d\d(?:\s?[-–/,]\s?(?:19|20)\d\d)?(?![\d\-/]|\.\d)"
)
# A mark that we left is never looked into again.
MARK = re.compile(r"\[(?:link|e-mail|account|number|status|birth date|plate|address|phone|name)\]")

# Columns of a sheet by name (`mapping.plain`), first match first; the words of a dropped column leave the texts too.
COLUMNS: tuple[tuple[Kind, str], ...] = (
    (
        "other",
        r"birth|(^|_)dob(_|$)|(^|_)born|e_?mail|ssn|social_sec|(^|_)vin(_|$)|badge|shield|passport"
        r"|id_?(number|no|num)$"
        r"|licen[cs]e_?(no|num|number|id)|driver_?s?_licen|(case|ticket|citation|incident)_?(no|num"
        r"|number)$|(^|_)url$|facebook|instagram",
    ),
    (
        "phone",
        r"phone|(^|_)(cell|mobile|tel|fax)(_|$)|telephone|whats_?app|call_?back_?(number|no)"
        r"|contact_?(number|no|info)",
    ),
    (
        "address",
        r"address|(^|_)street(_|$)|(^|_)(zip|zip_?code|postcode|postal_code)$|house_?(no|number)|(^"
        r"|_)lives|where_.*_lives?|intersection|(^|_)apt(_|$)",
    ),
    ("plate", r"plate|(^|_)tag_?(no|num|number)$"),
    (
        "status",
        r"(^|_)status$|status_of_person|nationality|country_of_origin|documented|asylum|green_?card"
        r"|residency|refugee",
    ),
    (
        "name",
        r"(^|_)(names?|nombre|surname|apellidos?)(_|$)|complainant|(^|_)(caller|teller|victim"
        r"|reporting_party|reporter|complainer|client|contact)$"
        r"|(^|_)(first|last|middle|full|sur)names?(_|$)|(officer|agent|deputy)s?_?(name|involved|id)"
        r"|(^|_)officers?$|(^|_)agents?$|spouse|witness_?names?|(^|_)initials$",
    ),
)
# Of what is named so, no person is the owner.
THINGS = re.compile(
    r"(city|county|agency|department|place|town|state|school|shop|file|sheet|street|event|office"
    r"|unit|precinct|district)_names?$"
)


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


# What stands in a column for names where there is none, and particles that are in many.
NOBODY = _words(
    "n a na none unknown anonymous anon self same caller declined withheld not given stated no name refused the "
    "and of person mr mrs ms dr jr sr"
)
# Names that are also plain words: only taken where they begin with a capital.
ALSO_WORDS = _words(
    "will may an do so in to day long young white black brown green king park street hill june april august grant "
    "mark bill pat rob sue rose hope grace faith joy art drew chase rich ray dawn guy lee my van la de el le ha "
    "her his he she we you it at on case law cook price short small best good gold snow rain summer autumn star "
    "ford cross stone field fields woods wood lake rivers west east north south car stop police officer agent"
)
