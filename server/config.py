"""One frozen configuration, from one place: flags over environment (TAGLEDGER_*) over a TOML file over defaults."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from domain.errors import InvalidField, Violation

ENVIRONMENT_PREFIX = "TAGLEDGER_"
_GRACE_SECONDS_MAX = 86_400


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that can be set. Each field is the flag --name, the variable TAGLEDGER_NAME and the TOML key name."""

    listen: str = "127.0.0.1:7420"
    """HOST:PORT of the gRPC service; port 0 takes a free one.
    There is no authentication yet: listen on trusted networks only."""
    data: str = "tagledger-data"
    """Folder of the embedded log, unless database_url is set."""
    database_url: str = ""
    """PostgreSQL instead of the embedded log: postgresql://user:password@host:port/database."""
    snapshots: str = ""
    """Folder of index snapshots, which spare a restart the reading of the whole log. Empty: `snapshots` in the data folder,
    and none with database_url. `none` for none. Each server needs its own."""
    snapshot_every: int = 0
    """Commits between snapshots; 0 lets the server choose by how much was recorded."""
    metrics: str = ""
    """HOST:PORT of the Prometheus page /metrics; empty for none; port 0 takes a free one."""
    currency: str = "CNY"
    """ISO 4217 currency of the workspace `default`, and of new workspaces that name none."""
    log_format: str = "auto"
    """`json`, `text`, or `auto`: text on a terminal, else json. On standard error."""
    log_level: str = "info"
    """debug, info, warning or error."""
    shutdown_grace_seconds: float = 10.0
    """How long calls in flight may take to end when the server stops."""


def load(flags: Mapping[str, Any], environment: Mapping[str, str], file: Path | None) -> Config:
    """Merge the sources; None among the flags means not given. Raises InvalidField naming every bad setting."""
    settings: dict[str, tuple[str, Any]] = {}
    if file is not None:
        settings |= {name: (f"{file}: {name}", value) for name, value in _toml(file).items()}
    named = {ENVIRONMENT_PREFIX + field.name.upper(): field.name for field in fields(Config)}
    settings |= {name: (variable, environment[variable]) for variable, name in named.items() if variable in environment}
    settings |= {name: (f"--{name.replace('_', '-')}", value) for name, value in flags.items() if value is not None}
    return _checked(settings)


def from_process(flags: Mapping[str, Any], file: Path | None) -> Config:
    """The same with this process's environment."""
    return load(flags, os.environ, file)


def _toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidField.of([Violation("--config", f"cannot read {file}: {error}")]) from error


def _checked(settings: Mapping[str, tuple[str, Any]]) -> Config:
    known = {field.name: field for field in fields(Config)}
    violations: list[Violation] = []
    values: dict[str, Any] = {}
    for name, (origin, value) in settings.items():
        if name not in known:
            violations.append(Violation(origin, f"no such setting; known are {', '.join(known)}"))
        elif known[name].type is float:
            try:
                values[name] = float(value)
            except (TypeError, ValueError):
                violations.append(Violation(origin, f"a number of seconds is needed; got {value!r}"))
        elif known[name].type is int:
            try:
                # By way of its text, so that 1.5 and true are refused as in an environment variable.
                values[name] = int(str(value))
            except ValueError:
                violations.append(Violation(origin, f"a whole number is needed; got {value!r}"))
        else:
            values[name] = str(value)
    for name, problem in _problems(values):
        violations.append(Violation(settings[name][0], problem))
    if violations:
        raise InvalidField.of(violations)
    return Config(**values)


def _problems(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    choices = {"log_format": ("auto", "json", "text"), "log_level": ("debug", "info", "warning", "error")}
    problems = [(name, f"one of {', '.join(c)}") for name, c in choices.items() if name in values and values[name] not in c]
    for name in ("listen", "metrics"):
        if values.get(name) and not _is_address(values[name]):
            problems.append((name, f"HOST:PORT is needed, for example 127.0.0.1:7420; got {values[name]!r}"))
    if "listen" in values and not values["listen"]:
        problems.append(("listen", "HOST:PORT is needed"))
    if values.get("database_url") and not values["database_url"].startswith(("postgresql://", "postgres://")):
        problems.append(("database_url", "postgresql://user:password@host:port/database is needed"))
    if not 0 <= values.get("shutdown_grace_seconds", 1.0) <= _GRACE_SECONDS_MAX:
        problems.append(("shutdown_grace_seconds", f"a number of seconds from 0 to {_GRACE_SECONDS_MAX:,} is needed"))
    if values.get("snapshot_every", 0) < 0:
        problems.append(("snapshot_every", "a number of commits is needed, or 0"))
    currency = values.get("currency", "CNY")
    if not (len(currency) == 3 and currency.isascii() and currency.isupper() and currency.isalpha()):
        problems.append(("currency", "three capital letters (ISO 4217) are needed"))
    return problems


def _is_address(text: str) -> bool:
    host, colon, port = text.rpartition(":")
    return bool(host and colon) and port.isascii() and port.isdigit() and len(port) <= 5 and int(port) < 65_536
