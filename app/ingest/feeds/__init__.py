"""The sixteen feeds of the API contract, one file each."""

from collections.abc import Mapping
from types import MappingProxyType

from app.core.vocabulary import Feed
from app.ingest.definition import FeedDefinition
from app.ingest.feeds.attendance import ATTENDANCE
from app.ingest.feeds.class_groups import CLASS_GROUPS
from app.ingest.feeds.courses import COURSES
from app.ingest.feeds.enrollments import ENROLLMENTS
from app.ingest.feeds.enterprises import ENTERPRISES
from app.ingest.feeds.evaluations import EVALUATIONS
from app.ingest.feeds.exam_scores import EXAM_SCORES
from app.ingest.feeds.institutions import INSTITUTIONS
from app.ingest.feeds.learning_records import LEARNING_RECORDS
from app.ingest.feeds.lessons import LESSONS
from app.ingest.feeds.platform_logs import PLATFORM_LOGS
from app.ingest.feeds.projects import PROJECTS
from app.ingest.feeds.quiz_answers import QUIZ_ANSWERS
from app.ingest.feeds.teaching_records import TEACHING_RECORDS
from app.ingest.feeds.verifications import VERIFICATIONS
from app.ingest.feeds.videos import VIDEOS

DEFINITIONS: Mapping[Feed, FeedDefinition] = MappingProxyType(
    {
        definition.feed: definition
        for definition in (
            INSTITUTIONS,
            ENTERPRISES,
            PROJECTS,
            COURSES,
            CLASS_GROUPS,
            LESSONS,
            ENROLLMENTS,
            ATTENDANCE,
            LEARNING_RECORDS,
            VERIFICATIONS,
            QUIZ_ANSWERS,
            EXAM_SCORES,
            TEACHING_RECORDS,
            VIDEOS,
            EVALUATIONS,
            PLATFORM_LOGS,
        )
    }
)
