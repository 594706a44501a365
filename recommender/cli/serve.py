"""``recommender serve``: migrate under a lock, load, serve, and say so in one line when ready."""

from __future__ import annotations

import socket

import click

from recommender.cli.options import in_format


@click.command("serve")
@click.option("--host", default=None, help="Address to listen on. Default: 127.0.0.1.")
@click.option("--port", type=click.IntRange(0, 65535), default=None, help="0 = any free port. Default: 8000.")
@click.option("--workers", type=click.IntRange(1, 64), default=None, help="Processes. Default: 2.")
@in_format
def command(host: str | None, port: int | None, workers: int | None, output_format: str) -> None:
    """Serve the web pages and the API until SIGTERM or Ctrl-C. The format is that of problems."""
    from recommender.cli.serving import Site, serve_site
    from recommender.settings import load_settings
    from recommender.storage.migrate import upgrade
    from recommender.workspace import open_workspace

    settings = load_settings(host=host, port=port, workers=workers)
    with listen(settings.host, settings.port) as listener:
        workspace = open_workspace(settings, with_database=False)
        upgrade(workspace.database)
        workspace.database.purge()
        from web import create_app

        app = create_app(settings, workspace)
        # Each worker opens connections of its own; the parent's must not be shared with them.
        workspace.database.close()
        serve_site(
            Site(app, listener, settings.host, settings.workers, workspace.database.forget_connections)
        )


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises Rejected: port_in_use, port_refused, host_unknown.

    Taken before anything slow, so that a port in use is told at once.
    """
    from recommender.domain.errors import Problem, Rejected

    place = f"{host}:{port}"
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise Rejected([Problem(place, "host_unknown", host)]) from error
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(1024)
    except OSError as error:
        import errno

        listener.close()
        code = "port_in_use" if error.errno == errno.EADDRINUSE else "port_refused"
        raise Rejected([Problem(place, code, params={"detail": error.strerror or str(error)})]) from error
    return listener
