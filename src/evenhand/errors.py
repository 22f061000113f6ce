"""What can go wrong, one class for each thing a caller would do differently.

Data that merely fall short are a `Refusal` (terms.result), not an error. A message says what was
found, what was expected and what to do, and never repeats what a person told us.
"""


class EvenhandError(Exception):
    """Any error of ours; the command line prints its sentence and exits with `exit_code`."""

    exit_code = 1


class RecordError(EvenhandError):
    """A file or a table breaks the record's contract: mend the file or its mapping."""


class PlanError(EvenhandError):
    """A plan cannot be carried out as written: mend the plan."""


class OutputError(EvenhandError):
    """What was made could not be written: choose another place."""


class MissingExtraError(EvenhandError):
    """A part that is installed on request is not there: install the extra named."""


class FormatError(EvenhandError):
    """Bytes are not of the format they claim: fetch them again, from where they were made."""


class ProofError(EvenhandError):
    """Well formed, and it does not hold: a signature, a hash or a sum is wrong. Keep it, and ask who made it."""


class OutOfStepError(EvenhandError):
    """A witness has seen another size of this ledger than it was asked to go on from: go on from `size`."""

    def __init__(self, size: int) -> None:
        super().__init__(f"the witness has seen a ledger of {size} leaves: go on from there")
        self.size = size


class CodeSlipError(EvenhandError):
    """A return code has a slip in it, found by its check digits: look again, nothing was looked up."""


class NotSealedToUsError(EvenhandError):
    """None of these keys opens it: it was sealed to others."""


class NotClearedError(EvenhandError):
    """The disclosure gate does not let this out."""

    exit_code = 3
