"""Feeds that say who, what and when: reference rows, class groups and their lessons."""

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped

from app.db.base import Base
from app.db.models.columns import (
    Count,
    Day,
    FeedRow,
    Flag,
    Instant,
    Key,
    Measure,
    Name,
    Names,
    OptionalUuid,
    Sealed,
)


class Institution(FeedRow, Base):
    __tablename__ = "institutions"

    uscc: Mapped[Key]
    name: Mapped[Name]
    contact_name: Mapped[Name]
    contact_phone_sealed: Mapped[Sealed]
    address: Mapped[Name]


class Enterprise(FeedRow, Base):
    __tablename__ = "enterprises"
    __table_args__ = (Index("ix_enterprises_uscc", "uscc", "first_batch_id"),)

    uscc: Mapped[Key]
    name: Mapped[Name]
    district_code: Mapped[Name]
    size: Mapped[Name]
    registered_address: Mapped[Name]
    business_address: Mapped[Name]
    responsible_person: Mapped[Name]
    contact_name: Mapped[Name]
    contact_phone_sealed: Mapped[Sealed]
    bank_name: Mapped[Name]
    bank_account_sealed: Mapped[Sealed]
    first_batch_id: Mapped[OptionalUuid]
    """Set once: sorts by time, so the platform that named the enterprise first can be found."""


class Project(FeedRow, Base):
    __tablename__ = "projects"

    project_id: Mapped[Key]
    name: Mapped[Name]
    industry: Mapped[Name]
    occupation: Mapped[Name]
    skill_level: Mapped[Count]
    training_type: Mapped[Name]
    delivery: Mapped[Name]
    planned_hours: Mapped[Measure]


class Course(FeedRow, Base):
    __tablename__ = "courses"
    __table_args__ = (Index(None, "project_id", postgresql_using="hash"),)

    course_id: Mapped[Key]
    project_id: Mapped[Name]
    name: Mapped[Name]
    industry: Mapped[Name]
    category: Mapped[Name]
    hours: Mapped[Measure]
    copyright: Mapped[Name]


class ClassGroup(FeedRow, Base):
    __tablename__ = "class_groups"
    __table_args__ = (
        Index(None, "enterprise_uscc", "closed_at"),
        Index(None, "project_id", postgresql_using="hash"),
        Index(None, "closed_at"),
        Index(
            "ix_class_groups_running",
            "platform",
            "class_group_id",
            postgresql_where=text("closed_at IS NULL"),
        ),
        *(
            Index(f"ix_class_groups_{name}", begin, "platform", "class_group_id", postgresql_where=is_known)
            for name, begin, is_known in (
                ("programme", "programme", text("programme IS NOT NULL")),
                ("province", text('"left"(district_code, 2)'), text("district_code IS NOT NULL")),
                ("city", text('"left"(district_code, 4)'), text("district_code IS NOT NULL")),
                ("county", "district_code", text("district_code IS NOT NULL")),
            )
        ),
    )

    class_group_id: Mapped[Key]
    project_id: Mapped[Name]
    name: Mapped[Name]
    programme: Mapped[Name]
    enterprise_uscc: Mapped[Name]
    institution_uscc: Mapped[Name]
    organisation: Mapped[Name]
    starts_on: Mapped[Day]
    ends_on: Mapped[Day]
    planned_headcount: Mapped[Count]
    exam_ids: Mapped[Names]
    closed_at: Mapped[Instant]
    district_code: Mapped[Name]
    """Of its enterprise, as the entry that decides says; null until one is stored. Ingest keeps it right."""


class Lesson(FeedRow, Base):
    __tablename__ = "lessons"
    __table_args__ = (
        Index("ix_lessons_ends_at", "platform", "ends_at", postgresql_where=text("kind <> 'vod'")),
    )

    class_group_id: Mapped[Key]
    lesson_id: Mapped[Key]
    course_id: Mapped[Name]
    title: Mapped[Name]
    kind: Mapped[Name]
    planned_minutes: Mapped[Count]
    required: Mapped[Flag]
    starts_at: Mapped[Instant]
    ends_at: Mapped[Instant]
    instructor_name: Mapped[Name]
