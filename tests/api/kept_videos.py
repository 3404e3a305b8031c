"""Videos that a platform registered, taken into custody as a worker does."""

import httpx
from fastapi import FastAPI

from app.api.deps import Resources
from app.core.vocabulary import Feed
from app.custody.service import Custodian
from app.ledger.sequence import sequence
from tests.api.term import C1, Record, push

VIDEO = "V0001"


def video(video_id: str = VIDEO, **changes: object) -> Record:
    """A recording of the first lesson, on a host that nobody has registered."""
    return {
        "class_group_id": C1,
        "video_id": video_id,
        "lesson_id": "S1",
        "kind": "live_recording",
        "url": f"https://videos.example/{video_id}.mp4",
        "hash_algorithm": "sm3",
        "hash": "ab" * 32,
        "size_bytes": 734_003_200,
        "duration_seconds": 36_000,
        **changes,
    }


async def take_in(app: FastAPI, platform: httpx.AsyncClient, *videos: Record) -> None:
    await push(platform, Feed.videos, *videos)
    resources: Resources = app.state.resources
    await sequence(resources.database)
    await custodian_of(app).enrol()


def custodian_of(app: FastAPI) -> Custodian:
    resources: Resources = app.state.resources
    return Custodian(resources.database, resources.library, resources.key_ring, resources.settings)
