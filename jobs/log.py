"""Log lines on stderr: a constant sentence, then the values beside it; one line an event."""

import logging

_OWN = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime"}


class Lines(logging.Formatter):
    """Writes `2026-11-24T07:30:00Z INFO source polled source=uk-aisi new=2`, controls escaped."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one record as one line; an error's traceback follows on lines of its own."""
        values = {k: v for k, v in record.__dict__.items() if k not in _OWN}
        said = " ".join(f"{key}={_quoted(value)}" for key, value in values.items())
        when = self.formatTime(record, "%Y-%m-%dT%H:%M:%S")
        line = f"{when} {record.levelname} {_plain(record.getMessage())} {said}".rstrip()
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def start_log(level: str) -> None:
    """Send the product's log to stderr from the given level on."""
    handler = logging.StreamHandler()
    handler.setFormatter(Lines())
    ours = logging.getLogger("policywatch")
    ours.handlers = [handler]
    ours.setLevel(level.upper())
    logging.getLogger("apscheduler").handlers = [handler]
    logging.getLogger("apscheduler").setLevel(logging.ERROR)


def _plain(value: object) -> str:
    """Escape controls: a feed's title must not forge a line or move a terminal's cursor."""
    text = str(value)
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _quoted(value: object) -> str:
    shown = _plain(value)
    return f'"{shown}"' if " " in shown or not shown else shown
