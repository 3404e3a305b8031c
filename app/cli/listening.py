"""The address that a server listens on."""

import socket

from app.core.errors import Conflict, Text


class PortTaken(Conflict):
    code = "port_taken"

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(
            Text(
                f"无法监听 {host}:{port}（{reason}）。请用 --port 指定其他端口。",
                f"Cannot listen on {host}:{port} ({reason}). Choose another port with --port.",
            )
        )


def listen(host: str, port: int) -> socket.socket:
    """Taken before anything else is started, so that a taken port is said at once."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise PortTaken(host, port, error.strerror or str(error)) from None
    listener.set_inheritable(True)
    return listener


def address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
