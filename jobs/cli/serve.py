"""`policywatch serve`."""

import click

from jobs.cli.frame import note, opened, settings
from jobs.log import start_log


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(0, 65535))
@click.pass_context
def serve(ctx: click.Context, host: str, port: int) -> None:
    """Serve the pages that mails link to, behind a proxy that speaks HTTPS."""
    import uvicorn  # noqa: PLC0415 - no other command needs a web server

    from web.app import make_app  # noqa: PLC0415

    found = settings(ctx)
    start_log(found.log)
    with opened(found) as store:
        # Made, brought up to date or refused now, and not at somebody's first click.
        store.secret()
    if not found.base_url:
        note("no mail links here: set POLICYWATCH_BASE_URL to where these pages are reached")
    note(f"serving on http://{host}:{port}/, until stopped")
    uvicorn.run(
        make_app(found.home),
        host=host,
        port=port,
        log_config=None,
        # Addresses hold tokens, which no log may keep.
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=64,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=5,
    )
