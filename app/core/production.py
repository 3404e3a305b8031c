"""What a start in production is refused for: defaults and secrets that are good enough for trying things."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from app.core.config import Settings
from app.core.errors import AppError, Text

FEWEST_CHARACTERS = 16
"""Of a password that nobody types."""
WELL_KNOWN = {"changeme", "example", "password", "postgres", "secret", "supervise"}
OF_THIS_MACHINE = {"", "localhost", "127.0.0.1", "::1"}
ENCRYPTED = {"require", "verify-ca", "verify-full"}


class UnfitForProduction(AppError):
    code = "unfit_for_production"

    def __init__(self, shortcomings: list[Text]) -> None:
        super().__init__(
            Text(
                f"生产模式（SUPERVISE_PRODUCTION）拒绝启动：{'；'.join(each.zh for each in shortcomings)}。",
                "Not started in production mode (SUPERVISE_PRODUCTION): "
                f"{'; '.join(each.en for each in shortcomings)}.",
            )
        )


def assert_fit(settings: Settings) -> None:
    """Outside production mode everything is. Raises `UnfitForProduction`, with all that must change."""
    if settings.production and (found := list(shortcomings(settings))):
        raise UnfitForProduction(found)


def shortcomings(settings: Settings) -> Iterator[Text]:
    """None of them repeats a secret."""
    if not settings.issuer.startswith("https://"):
        yield Text(
            "SUPERVISE_ISSUER 须为本平台的 https 网址",
            "SUPERVISE_ISSUER must be the https URL of this platform",
        )
    if settings.public_url is None:
        yield Text(
            "SUPERVISE_PUBLIC_URL 未设置，浏览器的来源将取自请求头",
            "SUPERVISE_PUBLIC_URL is unset, and what browsers call this site would be believed",
        )
    if settings.accept_forgetful_database:
        yield Text(
            "SUPERVISE_ACCEPT_FORGETFUL_DATABASE 仅供测试",
            "SUPERVISE_ACCEPT_FORGETFUL_DATABASE is for tests",
        )
    if _is_beside_the_data(settings.key_ring_path, settings.data_dir):
        yield Text(
            "SUPERVISE_KEY_RING 须指向数据目录之外的文件，以便与备份分开保管",
            "SUPERVISE_KEY_RING must name a file outside of the data directory, kept apart from backups",
        )
    if settings.database_url is None:
        if settings.wal_archive is None:
            yield Text(
                "内置数据库须设置 SUPERVISE_WAL_ARCHIVE，否则无法恢复",
                "the embedded database needs SUPERVISE_WAL_ARCHIVE, or nothing can be restored",
            )
        return
    urls = {"DATABASE_URL": settings.database_url, "SUPERVISE_MIGRATION_URL": settings.migration_url}
    for name, url in urls.items():
        if url is not None:
            yield from _shortcomings_of_url(name, url)


def _is_beside_the_data(key_ring: Path, data_dir: Path) -> bool:
    return key_ring.resolve().is_relative_to(data_dir.resolve())


def _shortcomings_of_url(name: str, url: str) -> Iterator[Text]:
    parts = urlsplit(url)
    options = parse_qs(parts.query)
    password = unquote(parts.password or "")
    is_of_a_file = "passfile" in options or parts.password is None
    if not is_of_a_file and (len(password) < FEWEST_CHARACTERS or _is_well_known(password, parts.username)):
        yield Text(
            f"{name} 的密码为默认值或不足 {FEWEST_CHARACTERS} 个字符",
            f"the password of {name} is a default or shorter than {FEWEST_CHARACTERS} characters",
        )
    is_local = (parts.hostname or options.get("host", [""])[0]) in OF_THIS_MACHINE
    if not is_local and not set(options.get("sslmode", [])) & ENCRYPTED:
        yield Text(
            f"{name} 连接其他主机时须加 sslmode=verify-full",
            f"{name} reaches another host and needs sslmode=verify-full",
        )


def _is_well_known(password: str, login: str | None) -> bool:
    """Also several times in a row, with the login's name, digits or signs around it."""
    bare = "".join(filter(str.isalpha, password.lower().replace(login or "", "")))
    return not bare or any(not bare.replace(word, "") for word in WELL_KNOWN)
