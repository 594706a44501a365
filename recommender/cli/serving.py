"""The servers: gunicorn (threads in a few processes), waitress where there is no fork.

The application is loaded once and shared by forking. Readiness is asked over the socket itself: the one line
on standard output appears when a request has been answered, not before.
"""

from __future__ import annotations

import http.client
import os
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

THREADS = 4
_READY_SECONDS = 60.0
_ANY_HOST = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - asked, not bound here


@dataclass(frozen=True)
class Site:
    """An application and the listening socket that it is to be served on.

    ``host`` as it was asked for; ``forked`` is called in every worker before its first request.
    """

    app: WSGIApplication
    listener: socket.socket
    host: str
    workers: int
    forked: Callable[[], None]

    @property
    def port(self) -> int:
        return int(self.listener.getsockname()[1])

    @property
    def address(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"


def serve_site(site: Site) -> None:
    """Serve until told to stop. Does not return under gunicorn (SystemExit)."""
    if sys.platform == "win32":
        serve_with_threads(site)
    else:
        serve_with_processes(site)


def serve_with_processes(site: Site) -> None:
    """gunicorn: ``workers`` processes of four threads, without its control socket."""
    from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]

    announce = Announcement(site)

    class Server(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
        def load_config(self) -> None:
            for name, value in {
                # detach: gunicorn takes the descriptor over and closes it when it stops
                "bind": f"fd://{site.listener.detach()}",
                "workers": site.workers,
                "worker_class": "gthread",
                "threads": THREADS,
                "preload_app": True,
                "control_socket_disable": True,
                "worker_tmp_dir": "/dev/shm" if Path("/dev/shm").is_dir() else None,  # noqa: S108 - heartbeat only
                "timeout": 60,
                "graceful_timeout": 20,
                "keepalive": 5,
                "loglevel": "warning",
                "proc_name": "recommender",
                "post_fork": lambda _server, _worker: site.forked(),
                "post_worker_init": lambda _worker: announce.start(),
            }.items():
                self.cfg.set(name, value)

        def load(self) -> WSGIApplication:
            return site.app

    Server().run()


def serve_with_threads(site: Site) -> None:
    """waitress: one process, for systems without fork."""
    from waitress.server import create_server

    server = create_server(site.app, sockets=[site.listener], threads=THREADS * site.workers)
    Announcement(site).start()
    try:
        server.run()
    finally:
        server.close()


class Announcement:
    """Says "Serving on ..." once, from whichever worker first sees ``/readyz`` answer 200."""

    def __init__(self, site: Site) -> None:
        self._address = site.address
        self._host, self._port = _ANY_HOST.get(site.host, site.host), site.port
        # A pipe that holds one byte: every forked worker may try, one gets it.
        self._turn, giver = os.pipe()
        os.set_blocking(self._turn, False)
        os.write(giver, b"1")
        os.close(giver)

    def start(self) -> None:
        threading.Thread(target=self._wait, name="announcement", daemon=True).start()

    def _wait(self) -> None:
        deadline = time.monotonic() + _READY_SECONDS
        while not self._ready():
            if time.monotonic() >= deadline:
                return
            time.sleep(0.05)
        with suppress(BlockingIOError):
            if os.read(self._turn, 1):
                click.echo(f"Serving on {self._address}")
                sys.stdout.flush()

    def _ready(self) -> bool:
        connection = http.client.HTTPConnection(self._host, self._port, timeout=5)
        try:
            connection.request("GET", "/readyz", headers={"Connection": "close"})
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
