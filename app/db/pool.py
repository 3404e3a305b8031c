"""The pool of connections, which tells the operator how many are in use and how many tasks wait for one."""

from sqlalchemy.pool import AsyncAdaptedQueuePool, ConnectionPoolEntry, PoolProxiedConnection

from app.core.metrics import CONNECTIONS


class CountedPool(AsyncAdaptedQueuePool):
    """In the metrics it has the name that its engine was made with (`pool_logging_name`)."""

    _waiting = 0

    def connect(self) -> PoolProxiedConnection:
        self._waiting += 1
        self._tell()
        try:
            return super().connect()
        finally:
            self._waiting -= 1
            self._tell()

    def _do_return_conn(self, record: ConnectionPoolEntry) -> None:
        super()._do_return_conn(record)
        self._tell()

    def _tell(self) -> None:
        CONNECTIONS.labels(self.logging_name, "in_use").set(self.checkedout())
        CONNECTIONS.labels(self.logging_name, "waiting").set(self._waiting)
