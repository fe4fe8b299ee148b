"""One line about a run of pytest: ``verdict.py REPORT.XML STATUS``, from its JUnit report and exit status."""

import sys
import xml.etree.ElementTree as ET
from pathlib import Path

REASONS = {
    2: "interrupted, or broken before the tests began",
    3: "pytest broke",
    4: "wrong usage of pytest",
    5: "no test was found",
}


def counts(report: Path) -> str:
    """``12 passed, 1 failed in 3 s``; empty where pytest wrote no report."""
    if not report.exists():
        return ""
    suites = ET.parse(report).getroot().findall("testsuite")
    total, failed, errors, skipped = (
        sum(int(suite.get(name, "0")) for suite in suites) for name in ("tests", "failures", "errors", "skipped")
    )
    seconds = sum(float(suite.get("time", "0")) for suite in suites)
    parts = {
        "passed": total - failed - errors - skipped,
        "failed": failed,
        "in error": errors,
        "skipped": skipped,
    }
    named = [f"{count} {word}" for word, count in parts.items() if count or word == "passed"]
    return f"{', '.join(named)} in {seconds:.0f} s"


def main() -> None:
    """Print the verdict."""
    report, status = Path(sys.argv[1]), int(sys.argv[2])
    told = [text for text in (counts(report), REASONS.get(status, "")) if text]
    if status and not told:
        told = [f"pytest ended with {status}"]
    print(f"TESTS {'FAILED' if status else 'PASSED'}{': ' if told else ''}{'; '.join(told)}")


if __name__ == "__main__":
    main()
