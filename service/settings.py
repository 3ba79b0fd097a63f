"""Settings of the service, from environment variables that begin with YANZHEN_."""

from typing import Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from studio.errors import StudioError

MEBIBYTE = 1024 * 1024


class Settings(BaseSettings):
    """How the service runs; every field is an environment variable, such as YANZHEN_DATABASE_URL."""

    model_config = SettingsConfigDict(env_prefix="YANZHEN_", extra="ignore")

    database_url: str = Field(
        default="sqlite:///yanzhen.db", description="sqlite:///FILE or postgresql://USER@HOST/NAME"
    )
    host: str = Field(default="127.0.0.1", description="Address that `yanzhen serve` listens on")
    port: int = Field(default=8000, ge=1, le=65535, description="Port that `yanzhen serve` listens on")
    upload_limit: int = Field(default=32 * MEBIBYTE, ge=1, description="Largest uploaded file, in bytes")
    graphql_limit: int = Field(
        default=100_000, ge=1, description="Largest body of a GraphQL request, in bytes"
    )
    worker: bool = Field(default=True, description="Run jobs inside the server; off: run `yanzhen worker`")
    engine: str = Field(
        default="threads",
        pattern=r"^(threads|dask://[^:/\s]+:\d{1,5})$",
        description="Where large matches are computed: threads, or the scheduler of a Dask cluster",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="Least severe events that are logged"
    )


def read_settings() -> Settings:
    """Return the settings of the environment, or refuse with the variable at fault and what it can be."""
    try:
        return Settings()
    except ValidationError as error:
        fault = error.errors()[0]
    field = str(fault["loc"][0])
    raise StudioError(
        "SETTING_INVALID", name=f"YANZHEN_{field.upper()}", given=fault["input"], wanted=_wanted(field)
    )


def _wanted(field: str) -> str:
    """Return the values that a setting can have, in signs that need no translation."""
    rule = Settings.model_json_schema()["properties"][field]
    if "enum" in rule:
        return " | ".join(rule["enum"])
    if field == "engine":
        return "threads | dask://HOST:PORT"
    if rule["type"] == "boolean":
        return "true | false"
    return f"{rule['minimum']}–{rule['maximum']}" if "maximum" in rule else f"≥ {rule['minimum']}"
