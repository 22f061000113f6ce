"""A visitor without a screen: a connection, its cookies, the last page; quick enough for hundreds at once."""

import contextlib
import http.client
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from http.client import HTTPMessage
from urllib.parse import urlencode

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
CODE = re.compile(r'class="code">([\d ]+)<')
HEADING = re.compile(r"<h1>([^<]*)</h1>")
# of a form: what a person may tick, and what they may write
TICKED = re.compile(r'<input type="(radio|checkbox)" name="([^"]+)" value="([^"]+)"')
WRITTEN = re.compile(r'<(?:textarea|input type="(?:text|month)") id="q-([^"]+)"')
FORM = "application/x-www-form-urlencoded"
SEE_OTHER = (302, 303)


@dataclass(frozen=True)
class Answer:
    """What came back: the raw bytes, and no redirect followed."""

    status: int
    headers: HTTPMessage
    data: bytes

    @property
    def text(self) -> str:
        return self.data.decode()

    @property
    def heading(self) -> str:
        found = HEADING.search(self.text)
        return found[1] if found else ""

    @property
    def to(self) -> str:
        return self.headers.get("Location", "")


@dataclass
class Visitor:
    """One person, one connection. A connection that the server cut is opened anew by the next request."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    timeout: float = 30
    page: str = ""
    code: str = ""
    connection: http.client.HTTPConnection | None = None

    def ask(self, method: str, path: str, body: bytes | str | None = None, **headers: str) -> Answer:
        """One request, its answer as it came; its cookies are kept."""
        if self.connection is None:
            self.connection = http.client.HTTPConnection("localhost", self.port, timeout=self.timeout)
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookies:
            said.setdefault("Cookie", "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        try:
            self.connection.request(method, path, body, said)
            got = self.connection.getresponse()
            answer = Answer(got.status, got.headers, got.read())
        except (OSError, http.client.HTTPException):
            self.close()
            raise
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        if "Clear-Site-Data" in answer.headers:
            self.cookies.clear()
        return answer

    def get(self, path: str) -> Answer:
        """A page, wherever it leads."""
        answer = self.ask("GET", path)
        while answer.status in SEE_OTHER and answer.to.startswith("/"):
            answer = self.ask("GET", answer.to)
        self.page = answer.data.decode(errors="replace")
        return answer

    def post(self, path: str, said: Sequence[tuple[str, str]] = ()) -> Answer:
        """The form of the last page, filled in; the answer itself."""
        found = TOKEN.search(self.page)
        assert found is not None, f"the page before {path} has no form"
        return self.ask("POST", path, urlencode([*said, ("csrfmiddlewaretoken", found[1])]), Content_Type=FORM)

    def begin(self, with_code: bool = True, readers: Sequence[str] = ("legal",)) -> None:
        """Up to the first question."""
        self.get("/en/before")
        self.post("/en/before")
        found = CODE.search(self.get("/en/code").text)
        assert found is not None
        self.code = found[1] if with_code else ""
        self.post("/en/code", [("go", "saved" if with_code else "without")])
        self.get("/en/readers")
        assert self.post("/en/readers", [("readers", each) for each in readers]).status in SEE_OTHER

    def first_answers(self, words: str = "") -> list[tuple[str, str]]:
        """The first answer of each question on the last page; `words`, if any, where one may write."""
        chosen = {name: value for _, name, value in reversed(TICKED.findall(self.page))}
        # who is under 18 is asked less
        chosen |= {"age": "25-34"} if "age" in chosen else {}
        written = [(name, words) for name in WRITTEN.findall(self.page) if words and name == "story"]
        return [*chosen.items(), *written]

    def answer(self, path: str, words: str = "") -> str:
        """One page of the form answered; where it leads to."""
        self.get(path)
        answer = self.post(path, self.first_answers(words))
        if answer.status not in SEE_OTHER and words:
            # what tells who somebody is, is shown once to its writer
            answer = self.post(path, [*self.first_answers(words), ("seen", "1")])
        assert answer.status in SEE_OTHER, (path, answer.status)
        return answer.to

    def ready(self, with_code: bool = True, words: str = "") -> None:
        """Up to the last page before Send, by the shortest way."""
        self.begin(with_code)
        for name in ("doing", "when", "where", "words", "use"):
            if name != "words" or words:
                self.answer(f"/en/{name}", words)
        self.get("/en/check")

    def send(self) -> Answer:
        """Send, and no more: the page after it is another request."""
        return self.post("/en/check")

    def back(self, code: str) -> Answer:
        """Come back with a code; the page that it leads to."""
        self.get("/code")
        answer = self.post("/code", [("code", code)])
        if answer.status in SEE_OTHER:
            return self.get(answer.to)
        self.page = answer.text
        return answer

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
        self.connection = None


@contextlib.contextmanager
def visitor(port: int) -> Iterator[Visitor]:
    """One that ends."""
    made = Visitor(port)
    try:
        yield made
    finally:
        made.close()


def at_once(works: Sequence[Callable[[], object]], clients: int) -> None:
    """Each work once, so many at a time; the first that fails is raised here."""
    left, failed, lock = list(works), [], threading.Lock()

    def run() -> None:
        while True:
            with lock:
                if not left or failed:
                    return
                work = left.pop()
            try:
                work()
            except BaseException as error:  # noqa: BLE001  # raised below, where it is seen
                failed.append(error)

    threads = [threading.Thread(target=run) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
