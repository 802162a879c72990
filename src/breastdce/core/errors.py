"""The one exception hierarchy: what happened, the evidence, and the remedy.

BreastDceError
├─ InputError      the data given cannot support the request
│  └─ ExamRefused  one exam cannot enter the data set; the others go on
├─ CallError       the call was wrong (exit status 2)
│  └─ RecipeError  the recipe was wrong, found before any work
├─ StoreError      the artifact store or the output folder is damaged or unwritable
├─ EngineError     an optional package is missing
└─ NetworkError    a server cannot be reached
"""

from __future__ import annotations

from collections.abc import Mapping

from breastdce.core.codes import Code


class BreastDceError(Exception):
    """Base of all errors raised on purpose.

    Parameters
    ----------
    code
        Stable identifier; tests and scripts match on it, never on the message.
    message
        One sentence: what could not be done.
    evidence
        The numbers and names that were seen, JSON-serializable.
    remedy
        One sentence: what the user can do now; the code's own remedy when left out.
    """

    def __init__(
        self,
        code: Code,
        message: str | None = None,
        *,
        evidence: Mapping[str, object] | None = None,
        remedy: str | None = None,
    ) -> None:
        self.code = code
        self.message = message or code.meaning
        self.evidence = dict(evidence or {})
        self.remedy = remedy or code.remedy
        super().__init__(self.message)

    def __str__(self) -> str:
        facts = ", ".join(f"{key}={value}" for key, value in self.evidence.items())
        return f"[{self.code}] {self.message} ({facts}). {self.remedy}"

    def __reduce__(self) -> tuple[object, ...]:
        # Exceptions cross process boundaries; keyword-only arguments do not pickle by default.
        return (_rebuild, (type(self), self.code, self.message, self.evidence, self.remedy))


def _rebuild(
    kind: type[BreastDceError],
    code: Code,
    message: str,
    evidence: dict[str, object],
    remedy: str,
) -> BreastDceError:
    return kind(code, message, evidence=evidence, remedy=remedy)


class InputError(BreastDceError):
    """The data given cannot support the request."""


class ExamRefused(InputError):
    """One exam cannot enter the data set; `code` is an ExamCode or SeriesCode."""


class CallError(BreastDceError):
    """The call was wrong; exit status 2."""


class RecipeError(CallError):
    """The recipe is wrong; raised at planning time, before any work."""


class StoreError(BreastDceError):
    """The artifact store or the output folder is damaged or unwritable."""


class EngineError(BreastDceError):
    """An optional package is missing."""


class NetworkError(BreastDceError):
    """A server cannot be reached."""
