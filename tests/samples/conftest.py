"""Says at the end of a run how many tests could not see their samples."""

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = [
        report
        for report in terminalreporter.getreports("skipped")
        if report.nodeid.startswith("tests/samples/")
    ]
    if skipped:
        terminalreporter.write_line(
            f"{len(skipped)} tests of real-format samples did not run: no ../shared/samples here",
            yellow=True,
        )
