"""PostgreSQL under the data directory: started by whoever needs it first, stopped by the last one out."""

from app.db.embedded.archive import Archiving
from app.db.embedded.lease import Server, claim, lease
from app.db.embedded.watch import keep_alive

__all__ = ["Archiving", "Server", "claim", "keep_alive", "lease"]
