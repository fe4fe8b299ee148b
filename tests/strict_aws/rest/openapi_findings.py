"""What an import finds wrong: warnings that let it go on, errors that discard it."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.strict_aws.call import Call
from tests.strict_aws.refusals import Refusal, bad_request
from tests.strict_aws.rules import rule

ERRORS = rule(
    "rest.import-errors",
    "Errors discard the whole import; the refusal lists them, one a line, and the warnings after them",
    "AWS notes, section 4.4; error texts quoted in public deployment logs",
)
WARNINGS = rule(
    "rest.import-warnings",
    "Warnings are listed in the answer, or with failonwarnings discard the import",
    "AWS notes, section 4.4; recorded: test_import_rest_api_with_base_path_oas30",
)


@dataclass
class Findings:
    """The warnings and errors of one import, in the order they were found."""

    warnings: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def warn(self, text: str) -> None:
        """Note what is dropped."""
        self.warnings.append(text)

    def fail(self, text: str) -> None:
        """Note what can't be made."""
        self.errors.append(text)

    def refusal(self, call: Call) -> Refusal | None:
        """The refusal that these findings come to for a call with or without failOnWarnings, if any."""
        if self.errors and call.holds(ERRORS):
            text = _lines("Errors found during import:", self.errors)
            if self.warnings:
                text += "\n" + _lines("Additionally, these warnings were found:", self.warnings)
            return bad_request(text)
        if self.warnings and call.params.get("failOnWarnings") and call.holds(WARNINGS):
            return bad_request(_lines("Warnings found during import:", self.warnings))
        return None


def _lines(title: str, texts: list[str]) -> str:
    return "\n\t".join([title, *texts])
