"""The settings as a command takes them: from the environment, a mistake there being a wrong command line."""

from pathlib import Path

import typer
from pydantic import ValidationError
from pydantic_settings import SettingsError

from app.core.config import Settings


def settings_of(data_dir: Path | None) -> Settings:
    """What the environment says; the command line has the last word on the directory."""
    try:
        return Settings() if data_dir is None else Settings(data_dir=data_dir)
    except SettingsError as error:
        raise typer.BadParameter(str(error)) from None
    except ValidationError as error:
        mistakes = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise typer.BadParameter(f"A setting in the environment cannot be used: {mistakes}") from None
