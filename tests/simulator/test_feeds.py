"""What the simulator sends is valid by the feeds' own declarations, but for what is spoiled on purpose."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.ingest.checks import check
from app.ingest.definition import Circumstances
from app.ingest.feeds import DEFINITIONS
from app.simulator.deliveries import deliveries
from app.simulator.term import ADVANCED, PLATFORMS, STANDARD, Platform, Term

AS_OF = date(2026, 11, 20)
MORNING = datetime(2026, 11, 19, 16, tzinfo=UTC)
KNOWN_ONLY_TO_THE_TABLE = "revision_conflict"


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda platform: platform.code)
def test_every_record_is_valid_or_has_the_fault_it_is_meant_to_have(platform: Platform) -> None:
    circumstances = Circumstances(
        received_at=MORNING,
        latest=MORNING + timedelta(minutes=10),
        programme_exists=lambda programme, _: programme in {STANDARD, ADVANCED},
    )
    for delivery in deliveries(Term(7, AS_OF, 230), platform):
        checked = check(DEFINITIONS[delivery.feed], delivery.batch.records, circumstances)
        found = {
            position + 1: [str(error.code) for error in faults.errors] for position, faults in checked.faults
        }
        meant = {line: [code] for line, code in delivery.faults if code != KNOWN_ONLY_TO_THE_TABLE}
        assert found == meant, delivery.key
