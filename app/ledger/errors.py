"""What the ledger can refuse."""

from app.core.errors import Conflict, NotFound, Text, Unavailable


class NoCheckpointYet(NotFound):
    code = "no_checkpoint_yet"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "账本尚未发布检查点，请稍后重试。", "The ledger has no checkpoint yet; try again in a minute."
            )
        )


class NoSuchCheckpoint(NotFound):
    code = "no_such_checkpoint"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "没有此条目数的检查点。已发布的见 /api/v1/ledger/checkpoints。",
                "No checkpoint was published at this size; /api/v1/ledger/checkpoints lists them.",
            )
        )


class NoSuchEntry(NotFound):
    code = "no_such_entry"

    def __init__(self, size: int) -> None:
        super().__init__(
            Text(
                f"账本没有这个序号的条目，现有 {size} 条，序号自 0 起。",
                f"The ledger has no entry of this index; it has {size}, counted from 0.",
            )
        )


class NotInLogYet(Conflict):
    """The entry has its index, and the tree of this size does not reach it."""

    code = "not_in_log_yet"

    def __init__(self, index: int, size: int) -> None:
        super().__init__(
            Text(
                f"序号 {index} 的条目不在 {size} 个条目的树中。请等待下一个检查点，或选用更大的 size。",
                f"The tree of {size} entries does not hold entry {index}: "
                "wait for the next checkpoint, or name a larger size.",
            )
        )


class NoSuchSize(NotFound):
    code = "no_such_size"

    def __init__(self, asked: int, size: int) -> None:
        super().__init__(
            Text(
                f"没有 {asked} 个条目的树，现有 1 至 {size}。",
                f"There is no tree of {asked} entries; there are those of 1 to {size}.",
            )
        )


class SizesReversed(Conflict):
    code = "sizes_reversed"

    def __init__(self, old: int, new: int) -> None:
        super().__init__(
            Text(
                f"from（{old}）不得大于 to（{new}）。",
                f"`from` ({old}) is the older tree and cannot be larger than `to` ({new}).",
            )
        )


class NoSuchDraw(NotFound):
    code = "no_such_draw"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "没有此抽样，或不在您的权限范围内。编号见账本条目（kind 为 draw）的 draw_id。",
                "There is no such draw, or it is not within your reach: "
                "its id is `draw_id` of a ledger entry of kind draw.",
            )
        )


class NoSuchTile(NotFound):
    code = "no_such_tile"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "没有此分块，或检查点尚未覆盖。路径见 C2SP tlog-tiles。",
                "There is no such tile, or no checkpoint covers it yet; C2SP tlog-tiles tells the paths.",
            )
        )


class LogRefused(Conflict):
    """The log is not signed as it stands: something was changed, lost or set back. An alarm tells what."""

    code = "log_refused"
    title = Text("账本拒绝签发", "The ledger refuses to sign")

    def __init__(self, kind: str) -> None:
        super().__init__(
            Text(
                f"账本与此前签发的内容不符（{kind}），不再签发检查点。"
                "详情见 GET /api/v1/ledger，处置见 docs/proofs.md。",
                f"The ledger does not agree with what was signed before ({kind}): no checkpoint is signed. "
                "GET /api/v1/ledger tells what was found, docs/proofs.md what to do.",
            ),
            extension={"kind": kind},
        )
        self.kind = kind


class LogKeyUnknown(NotFound):
    code = "log_key_unknown"

    def __init__(self, kid: str) -> None:
        super().__init__(
            Text(f"没有使用中的账本密钥 {kid}。", f"There is no key {kid} of the log that is in use.")
        )


class LogKeyNeeded(Conflict):
    """An outsider who knows the old key alone must see it beside the new one first."""

    code = "log_key_needed"

    def __init__(self, kid: str) -> None:
        super().__init__(
            Text(
                f"最新检查点尚无另一把密钥的签名，不能停用 {kid}。请先 --add 并发布。",
                f"No other key has signed the newest checkpoint beside {kid}: "
                "add one and publish before this one retires.",
            )
        )


class OriginDiffers(Conflict):
    code = "ledger_origin_differs"

    def __init__(self, wanted: str, kept: str) -> None:
        super().__init__(
            Text(
                f"账本名称为 {kept}，不能改为 {wanted}：请改回 SUPERVISE_LEDGER_ORIGIN。",
                f"The log is named {kept} and cannot become {wanted}: set SUPERVISE_LEDGER_ORIGIN back.",
            )
        )


class SignerBusy(Unavailable):
    code = "signer_busy"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "本机另一进程正在签发检查点，请稍后重试。",
                "Another process of this machine signs a checkpoint; try again later.",
            )
        )
