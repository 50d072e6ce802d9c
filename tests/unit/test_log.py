import logging

from jobs.log import Lines


def line(message: str, **values: object) -> str:
    record = logging.makeLogRecord({"levelname": "INFO", "msg": message, "created": 0, **values})
    return Lines().format(record).split(" ", 1)[1]


def test_values_stand_beside_a_constant_sentence() -> None:
    assert line("source polled", source="gov", new=2) == "INFO source polled source=gov new=2"


def test_a_title_cannot_forge_a_line_or_move_the_cursor() -> None:
    forged = line("item kept", title="x\n2026 INFO all is well\x1b[2J")
    assert forged == 'INFO item kept title="x\\n2026 INFO all is well\\x1b[2J"'
