"""The address that a server listens on."""

import errno
import socket
import time

from app.core.errors import Conflict, Text

RETRY_S = 0.1


class PortTaken(Conflict):
    code = "port_taken"

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(
            Text(
                f"无法监听 {host}:{port}（{reason}）。请用 --port 指定其他端口。",
                f"Cannot listen on {host}:{port} ({reason}). Choose another port with --port.",
            )
        )


def listen(host: str, port: int, *, patience_s: float = 0) -> socket.socket:
    """Taken before anything else is started, so that a taken port is said before work is done in vain.

    Patience is for the processes of a server that was killed: they end with it, yet not at the same instant.
    """
    deadline = time.monotonic() + patience_s
    while True:
        listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as error:
            listener.close()
            if error.errno != errno.EADDRINUSE or time.monotonic() > deadline:
                raise PortTaken(host, port, error.strerror or str(error)) from None
            time.sleep(RETRY_S)
        else:
            listener.set_inheritable(True)
            return listener


def address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
