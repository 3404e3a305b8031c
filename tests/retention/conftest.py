"""A server on a database with a class group whose term is over, and two officials."""

import pytest
from fastapi import FastAPI

from app.core.vocabulary import Role
from tests.api.conftest import Doors, app, doors, stranger
from tests.retention.past import Officials, furnish

__all__ = ["app", "doors", "stranger"]


@pytest.fixture
async def past(app: FastAPI) -> FastAPI:
    await furnish(app)
    return app


@pytest.fixture
async def officials(doors: Doors) -> Officials:
    return Officials(await doors.person(Role.reviewer), await doors.person(Role.approver))
