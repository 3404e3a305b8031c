"""Settings of custody: how often videos are looked at, how they are fetched, what is still the same."""

from pydantic import BaseModel, Field


class CustodySettings(BaseModel):
    """Part of `Settings`."""

    video_probe_days: int = Field(default=7, ge=1, le=366, description="Days between two probes of a video")
    video_sample_days: int = Field(
        default=30, ge=1, le=366, description="Days after which a video stands in a draw again"
    )
    video_sample_percent: int = Field(
        default=5,
        ge=0,
        le=100,
        description="Part of a draw that is fetched whole and hashed anew; 0: no draws",
    )
    video_most_bytes: int = Field(
        default=5_368_709_120, ge=1, description="Larger videos are probed and not fetched"
    )
    video_fetch_s: int = Field(default=3600, ge=1, le=86400, description="A fetch takes at most so long")
    video_bytes_a_second: int = Field(
        default=10_000_000, ge=1, description="A host is asked for at most so many bytes a second"
    )
    video_least_bytes_a_second: int = Field(
        default=50_000, ge=1, description="A host that sends fewer bytes a second is given up"
    )
    video_failed_looks: int = Field(
        default=3,
        ge=1,
        le=1000,
        description="Looks in a row without an answer after which a video may be gone",
    )
    video_failing_hours: int = Field(
        default=24, ge=0, le=8760, description="Hours without an answer after which it is"
    )
    video_tolerance_s: int = Field(
        default=2, ge=0, le=3600, description="Seconds by which a measured duration may differ"
    )
    video_tolerance_percent: int = Field(
        default=5, ge=0, le=100, description="Part by which measured bit rates and frame rates may differ"
    )
    video_lesson_percent: int = Field(
        default=90,
        ge=0,
        le=100,
        description="Part of a live lesson that its recordings cover at least; 0: any",
    )
    ffprobe: str = Field(default="ffprobe", description="Program that reads the figures of a fetched video")
