"""`python tests/made/fuzz.py TARGET [libFuzzer's options] [CORPUS]`: it ends with an error when a parser does wrong."""

import sys

import atheris

with atheris.instrument_imports(include=["evenhand.keep"]):
    import fuzzed


def main() -> None:
    target = sys.argv.pop(1)

    def one(data: bytes) -> None:
        fuzzed.hold(target, data)

    atheris.Setup(sys.argv, one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
