"""Enterprises, institutions and what is taught: the catalogue that both platforms push first."""

from typing import NamedTuple

from stdnum.cn import uscc

from app.simulator.chance import Chance

Record = dict[str, object]

ENTERPRISE_WORDS = ("青禾", "远帆", "明泽", "恒川", "云岭", "嘉木", "望海", "金穗", "华澄", "朗润")
ENTERPRISE_TRADES = ("精密制造", "食品加工", "物流", "家政服务", "电子科技", "建筑工程", "医药", "纺织")
DISTRICTS = ("110108", "110105", "440203", "130302")
SIZES = ("above_scale", "below_scale", "growth")
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


class Organisation(NamedTuple):
    uscc: str
    name: str
    district_code: str


class Project(NamedTuple):
    project_id: str
    name: str
    industry: str
    occupation: str
    courses: tuple[str, ...]


PROJECTS = (
    Project(
        "P-CNC", "数控车工岗位技能提升", "高端装备制造", "车工", ("职业素养与安全生产", "数控编程与操作")
    ),
    Project("P-CARE", "养老护理员技能提升", "现代服务", "养老护理员", ("卫生健康及防控", "老年人照护实务")),
    Project("P-ELEC", "电工安全操作提升", "新能源", "电工", ("用电安全规程", "低压电气检修")),
)


def enterprise(seed: int, number: int) -> Organisation:
    chance = Chance(seed, "enterprise", number)
    district = DISTRICTS[number % len(DISTRICTS)]
    name = f"{chance.one_of(ENTERPRISE_WORDS)}{chance.one_of(ENTERPRISE_TRADES)}第{number + 1}有限公司"
    return Organisation(credit_code(district, number), name, district)


def institution(number: int) -> Organisation:
    district = DISTRICTS[number % len(DISTRICTS)]
    name = f"{'启明' if number % 2 == 0 else '致远'}职业技能培训学校（第{number + 1}分校）"
    return Organisation(credit_code(district, 900_000 + number), name, district)


def credit_code(district: str, number: int) -> str:
    """A formally valid 统一社会信用代码 (GB 32100) around a formally valid 组织机构代码 (GB 11714)."""
    head = f"91{district}{_organisation_code(f'MA{number:06d}')}"
    return head + str(uscc.calc_check_digit(head))


def _organisation_code(head: str) -> str:
    total = sum(int(sign, 36) * weight for sign, weight in zip(head, ORGANISATION_WEIGHTS, strict=True))
    return head + "0123456789X"[-total % 11]


def enterprise_record(seed: int, number: int) -> Record:
    chance = Chance(seed, "enterprise-record", number)
    who = enterprise(seed, number)
    return {
        "uscc": who.uscc,
        "name": who.name,
        "district_code": who.district_code,
        "size": SIZES[number % len(SIZES)],
        "registered_address": f"示范路{number + 1}号",
        "business_address": f"示范路{number + 1}号2层",
        "responsible_person": "赵示范",
        "contact_name": "钱示范",
        "contact_phone": f"1390{chance.between(0, 9_999_999):07d}",
        "bank_name": "示范银行营业部",
        "bank_account": f"6200{chance.between(0, 999_999_999_999):012d}",
    }


def institution_record(number: int) -> Record:
    who = institution(number)
    return {
        "uscc": who.uscc,
        "name": who.name,
        "contact_name": "孙示范",
        "contact_phone": f"1380000{number:04d}",
        "address": f"教育路{number + 1}号",
    }


def project_record(project: Project) -> Record:
    return {
        "project_id": project.project_id,
        "name": project.name,
        "industry": project.industry,
        "occupation": project.occupation,
        "skill_level": 4,
        "training_type": "on_job",
        "delivery": "blended",
        "planned_hours": 55,
    }


def course_records(project: Project) -> list[Record]:
    categories = ("health_safety", "professional")
    return [
        {
            "course_id": course_id(project, number),
            "project_id": project.project_id,
            "name": name,
            "industry": project.industry,
            "category": categories[number],
            "hours": 27.5,
            "copyright": "owned",
        }
        for number, name in enumerate(project.courses)
    ]


def course_id(project: Project, number: int) -> str:
    return f"{project.project_id}-{number + 1}"
