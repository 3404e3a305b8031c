"""视频哈希值及链接: recordings and VOD files with their technical parameters."""

from app.core.errors import Text
from app.core.vocabulary import Feed
from app.db.models import Video
from app.ingest.definition import Effect, FeedDefinition, key, optional, required, table_of
from app.ingest.feeds.common import CLASS_GROUP, REMARK
from app.ingest.kinds import Choice, Identifier, Instant, Integer, Measure, Pattern, Url
from app.ingest.kinds.numbers import LARGEST_BIG_INTEGER

KIND = Choice.of(
    live_recording=("直播录像", "recording of a live lesson"), vod=("点播视频", "video on demand")
)
HASH_ALGORITHM = Choice.of(sha256=("SHA-256", "SHA-256"), sm3=("国密 SM3", "SM3"))
HASH = Pattern("[0-9a-f]{64}", Text("64 位小写十六进制数", "64 lower-case hexadecimal digits"))

VIDEOS = FeedDefinition(
    feed=Feed.videos,
    title=Text("视频", "Videos"),
    table=table_of(Video),
    own_fields=(
        CLASS_GROUP,
        key("video_id", Identifier(), "视频编号", "Video"),
        required("lesson_id", Identifier(), "课次编号", "Lesson"),
        required("kind", KIND, "视频类型", "Kind"),
        required("url", Url(), "播放链接", "URL"),
        required("hash_algorithm", HASH_ALGORITHM, "哈希算法", "Hash algorithm"),
        required("hash", HASH, "视频哈希值", "Hash"),
        required("size_bytes", Integer(most=LARGEST_BIG_INTEGER), "文件大小（字节）", "Size in bytes"),
        required("duration_seconds", Measure(), "时长（秒）", "Duration in seconds"),
        optional("recorded_at", Instant(), "录制时间", "Recorded at"),
        optional("available_until", Instant(happened=False), "可访问至", "Available until"),
        optional("container", REMARK, "封装格式", "Container"),
        optional("video_codec", REMARK, "视频编码", "Video codec"),
        optional("video_kbps", Measure(), "视频码率（Kbps）", "Video bitrate in kbit/s"),
        optional("width", Integer(), "宽度（像素）", "Width in pixels"),
        optional("height", Integer(), "高度（像素）", "Height in pixels"),
        optional("fps", Measure(), "帧率", "Frames per second"),
        optional("audio_codec", REMARK, "音频编码", "Audio codec"),
        optional("audio_kbps", Measure(), "音频码率（Kbps）", "Audio bitrate in kbit/s"),
        optional("audio_sample_rate", Integer(), "音频采样率（Hz）", "Audio sample rate in Hz"),
    ),
    effect=Effect.class_level,
)
