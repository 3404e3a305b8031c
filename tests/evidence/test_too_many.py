"""A bundle of too many learners is refused before anything of it is made, whoever asks."""

import httpx
import pytest
from fastapi import FastAPI

from app.db.session import Database
from tests.api.term import L1, L2
from tests.evidence.bundles import ask, change_settings
from tests.evidence.test_bundles import entries


@pytest.fixture
def idle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever comes after the count fails."""

    def work(*_: object) -> None:
        raise AssertionError("Something was made.")

    for name in ("ledger.publication.publish", "evidence.repository.runs", "evidence.service.Assembly"):
        monkeypatch.setattr(f"app.{name}", work)


@pytest.mark.usefixtures("closed", "idle")
@pytest.mark.parametrize("learner_ids", [(None,), (L1, L2)])
async def test_for_every_scope(
    *,
    app: FastAPI,
    database: Database,
    regulator: httpx.AsyncClient,
    platform: httpx.AsyncClient,
    enterprise: httpx.AsyncClient,
    learner_ids: tuple[str | None, ...],
) -> None:
    change_settings(app, bundle_learners=1)
    for caller in (regulator, platform, enterprise):
        answer = await ask(caller, *learner_ids)
        assert (answer.status_code, answer.json()["code"]) == (413, "bundle_too_large")
    assert await entries(database) == []


@pytest.mark.usefixtures("closed")
async def test_as_many_as_allowed_are_told_of(app: FastAPI, enterprise: httpx.AsyncClient) -> None:
    change_settings(app, bundle_learners=2)
    assert (await ask(enterprise, L1, L2)).status_code == 200
