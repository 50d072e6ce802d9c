"""`policywatch run`."""

import os
import sys

import click

from jobs.cli import digest_past, poll
from jobs.cli.frame import Code, as_json, end, opened, say_json, settings
from jobs.log import start_log
from jobs.schedule import Service


@click.command()
@click.option("--once", is_flag=True, help="One pass, then end: for cron or a systemd timer.")
@as_json
@click.pass_context
def run(ctx: click.Context, *, once: bool, json_: bool) -> None:
    """Poll what is due and send digests on schedule, until SIGTERM or Ctrl-C.

    A broken configuration file does not stop it: the last valid one stays in force. A second
    `run` in the same directory ends at once with code 75.
    """
    found = settings(ctx)
    start_log(found.log)
    with opened(found) as store, store.service_lock("run"):
        service = Service(found)
        service.check()
        if not once:
            service.run()
            _leave()
        report, sendings = service.poll_due(), service.send_due(wait=False)
    if json_:
        shown = [digest_past.sending_json(sending) for sending in sendings]
        say_json(poll.report_json(report) | {"digests": shown})
    else:
        poll.show(report)
        digest_past.show(sendings)
    undelivered = any(not sending.delivered for sending in sendings)
    end(ctx, Code.MAIL if undelivered else Code.SOURCES if report.failed else Code.OK)


def _leave() -> None:
    """End the process without waiting for fetches that hang until their deadline.

    All they hold is in memory: what was not taken in stays due.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
