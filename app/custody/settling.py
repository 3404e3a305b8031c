"""What is wrong with the videos of class groups: judged anew, and settled as findings (docs/custody.md)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from app.core.config import Settings
from app.core.ids import ClassGroupId, ClassGroupKey, PlatformCode
from app.core.vocabulary import CustodyRule, Outcome, Severity, Subject
from app.custody import repository
from app.custody.judgement import RECORDING, judge, months_after
from app.custody.schemas import Keeping, Registered
from app.db.session import WriteSession
from app.findings.schemas import OF_NOBODY, Raised
from app.findings.service import settle_custody
from app.policies.library import PolicyLibrary
from app.policies.service import Policies
from app.rules.fact_names import Unit

CLOCK_OF_RECORDINGS = "live-video"
"""The retention term of a pack that keeps recordings of live lessons."""
MOST_PLACES = 20


def keeping_of(policies: Policies, video: Registered) -> Keeping | None:
    """By the policy version that judges the class group; None: its text has no clock for such videos."""
    began_at = video.recorded_at or video.lesson_ends_at
    if video.kind != RECORDING or began_at is None or video.programme is None or video.starts_on is None:
        return None
    version = policies.version_for(video.programme, video.starts_on)
    terms = () if version is None else version.provisions.retention
    length = next((term.length for term in terms if term.code == CLOCK_OF_RECORDINGS), None)
    if length is None or length.value is None or length.unit is not Unit.months:
        return None
    return Keeping(months_after(began_at, int(length.number)), length.clause)


async def settle(
    session: WriteSession,
    library: PolicyLibrary,
    settings: Settings,
    keys: Iterable[ClassGroupKey],
    at: datetime,
) -> None:
    """Of all videos of these class groups. The open findings of custody are then exactly these."""
    wanted = sorted(set(keys))
    await repository.lock_findings(session, wanted)
    policies = await library.in_force(session)
    raised: dict[ClassGroupKey, list[Raised]] = {}
    for key in wanted:
        standings = await repository.standings(session, key)
        wrong: dict[str, dict[str, Any]] = {}
        for video in await repository.registered(session, key):
            keeping = keeping_of(policies, video)
            found = judge(video, standings[video.video_id], keeping, settings)
            wrong[video.video_id] = {rule.value: each._asdict() for rule, each in found.items()}
        await repository.store_found(session, key, wrong)
        raised[key] = list(_raised(wrong))
    await settle_custody(session, raised, at)


def sharing(videos: Iterable[Registered]) -> set[ClassGroupKey]:
    """Whose class groups have videos of the same hash."""
    parts = [each.split("/") for video in videos for each in video.sharing]
    return {ClassGroupKey(PlatformCode(part[0]), ClassGroupId(part[1])) for part in parts}


def _raised(wrong: Mapping[str, Mapping[str, Any]]) -> Iterable[Raised]:
    """One finding a rule; its figures are those of the first video, by the ids."""
    videos: defaultdict[str, list[str]] = defaultdict(list)
    for video_id, found in sorted(wrong.items()):
        for rule in found:
            videos[rule].append(video_id)
    for rule, places in videos.items():
        evidence = {
            **wrong[places[0]][rule],
            "code": rule,
            "outcome": Outcome.failed,
            "severity": Severity.warning,
            "subject": Subject.video,
            "places": places[:MOST_PLACES],
        }
        yield Raised(
            OF_NOBODY,
            CustodyRule(rule),
            Outcome.failed,
            Severity.warning,
            msgspec.json.encode(evidence).decode(),
            Subject.video,
        )
