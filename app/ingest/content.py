"""What a record says as one keyed hash: equal for equal content, however written (semantics.md §2)."""

from collections.abc import Iterator

import msgspec

from app.core.ids import PlatformCode
from app.ingest.checks import Columns
from app.ingest.definition import FeedDefinition
from app.privacy.keyring import KeyRing

ENCODER = msgspec.json.Encoder()


def content_hashes(
    definition: FeedDefinition, platform: PlatformCode, columns: Columns, key_ring: KeyRing
) -> list[bytes]:
    """The hash covers platform and key too: a row cannot be passed off as another."""
    place = f"{platform}/{definition.feed}/".encode()
    return [
        key_ring.content_hash(place + ENCODER.encode(content)) for content in contents(definition, columns)
    ]


def contents(definition: FeedDefinition, columns: Columns) -> Iterator[msgspec.Struct]:
    """Fields by name, without the null ones: a field that the contract gains later changes no older hash."""
    names = definition.content.__struct_fields__
    return map(definition.content, *(columns[position] for position in definition.positions(names)))
