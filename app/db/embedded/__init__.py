"""PostgreSQL under the data directory: started by whoever needs it first, stopped by the last one out."""

from app.db.embedded.lease import Server, lease
from app.db.embedded.watch import keep_alive

__all__ = ["Server", "keep_alive", "lease"]
