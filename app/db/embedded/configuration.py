"""postgresql.conf and pg_hba.conf of the embedded server: written by us at each start.

What an operator sets by ALTER SYSTEM stands in another file and wins.
"""

import os
import sys
from collections.abc import Mapping

from app.db.roles import SUPERUSER

MEBIBYTE = 1024 * 1024

HBA = (
    "host all all 127.0.0.1/32 scram-sha-256\n"
    f"host replication {SUPERUSER} 127.0.0.1/32 scram-sha-256\n"  # for base backups
)

FIXED = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    "max_connections": "100",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # The log tells what happened to the server, never what stood in a row or a statement.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_statement": "none",
    "log_line_prefix": "%m [%p] ",
    # Many small commits and bulk loads on two cores; recovery after a kill stays within seconds.
    "max_wal_size": "2GB",
    "min_wal_size": "256MB",
    "checkpoint_timeout": "10min",
    "checkpoint_completion_target": "0.9",
    "random_page_cost": "1.1",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_parallel_workers_per_gather": "0",
    "autovacuum_naptime": "15s",
    "jit": "off",
}


def postgresql_conf(port: int, extra: Mapping[str, str]) -> str:
    settings = FIXED | _memory() | _recovery() | {"port": str(port)} | dict(extra)
    return "".join(f"{name} = '{value}'\n" for name, value in settings.items())


def _memory() -> dict[str, str]:
    """An eighth of the machine for the server's own cache: the API and the worker live here too."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // MEBIBYTE
    return {
        "shared_buffers": f"{min(max(total // 8, 128), 2048)}MB",
        "effective_cache_size": f"{max(total // 2, 256)}MB",
    }


def _recovery() -> dict[str, str]:
    """Linux writes back a whole file system at once; file by file a busy disk takes ten times as long."""
    return {"recovery_init_sync_method": "syncfs"} if sys.platform == "linux" else {}
