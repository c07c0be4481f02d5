"""Everything a company sets: read here and nowhere else, from `revops.toml` and the environment.

Any setting can be overridden by an environment variable named after its place, parts joined by two underscores:
`[sources.hubspot] access_token` is `REVOPS_SOURCES__HUBSPOT__ACCESS_TOKEN`.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from ingestion.registry import REGISTRY, SourceSpec
from ingestion.source import SourceSettings
from ingestion.tables import RawTable
from orchestration.errors import SettingsError
from orchestration.handoff_settings import BusinessHours, HandoffSettings
from orchestration.policy_settings import PolicySettings
from orchestration.section import Section, TimeZone

PROJECT = Path(__file__).resolve().parent.parent
"""The checkout: where dbt_project/, dagster.yaml and the default revops.toml live."""


class CompanySettings(Section):
    """Facts about the company that every number depends on."""

    name: str = "Our company"
    reporting_currency: str = Field(default="USD", pattern="^[A-Z]{3}$")
    time_zone: TimeZone = "UTC"
    """Days, months and fiscal periods begin at its midnight; instants are kept in UTC all the same."""
    fiscal_year_start_month: int = Field(default=1, ge=1, le=12)
    fiscal_calendar: Literal["months", "4-4-5", "4-5-4", "5-4-4"] = "months"
    """Fiscal periods are calendar months, or weeks grouped so within each quarter."""
    fiscal_week_start: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] = "monday"
    """In a calendar of weeks, the year begins on this day, the one nearest to the first of the start month."""
    gross_margin: Decimal | None = Field(default=None, gt=0, le=1, max_digits=7, decimal_places=6)
    """The share of revenue that is left after its own cost; customer value and payback are empty without it."""
    gross_margin_by_family: dict[str, Annotated[Decimal, Field(gt=0, le=1, max_digits=7, decimal_places=6)]] = Field(
        default_factory=dict
    )
    """The same for single product families."""


class IdentitySettings(Section):
    """Who is who: what a company knows of its own addresses, and what its reviewers have decided."""

    match_threshold: Decimal = Field(default=Decimal("0.99"), ge=Decimal("0.5"), le=1, max_digits=7, decimal_places=6)
    """How probable a scored match must be before it joins two records."""
    overrides: Path | None = None
    """Reviewers' decisions, a CSV file (orchestration/overrides.py); resolved against the settings file."""
    test_domains: tuple[str, ...] = ()
    """Domains whose addresses are tries of one's own, beside the built-in ones."""
    role_addresses: tuple[str, ...] = ()
    """What stands before the @ of inboxes that several people read, beside the built-in ones."""
    free_mail_domains: tuple[str, ...] = ()
    """Domains that say nothing of an employer, beside the built-in ones."""


class SandboxSettings(Section):
    """The simulated company. While enabled, its vendors answer for every source that has no address of its own."""

    enabled: bool = False
    as_of: date | None = Field(default=None, ge=date(2023, 1, 1))
    """The company's today, not before its first day; default: the real today."""
    seed: int = 7
    scale: float = Field(default=1.0, gt=0, le=100)
    defects: tuple[str, ...] = ()
    mix: dict[str, int] = Field(default_factory=dict)
    """Vendors' shares in per cent, where they differ from the sandbox's own."""

    @field_validator("mix")
    @classmethod
    def _adds_up(cls, mix: dict[str, int]) -> dict[str, int]:
        if mix:
            from ingestion.sandbox.world.units import checked

            checked(mix)
        return mix


class PublishSettings(Section):
    """How published versions are kept."""

    keep_versions: int = Field(default=3, ge=1)


class Settings(BaseSettings):
    """The whole of `revops.toml`, validated. Build it with `load_settings`."""

    model_config = SettingsConfigDict(env_prefix="REVOPS_", env_nested_delimiter="__", extra="forbid", frozen=True)

    company: CompanySettings = CompanySettings()
    policies: PolicySettings = PolicySettings()
    identity: IdentitySettings = IdentitySettings()
    business_hours: BusinessHours = BusinessHours()
    handoffs: HandoffSettings = HandoffSettings()
    sandbox: SandboxSettings = SandboxSettings()
    publish: PublishSettings = PublishSettings()
    sources: dict[str, dict[str, Any]] = {}

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        file = settings_cls.model_config.get("toml_file")
        return (env_settings, TomlConfigSettingsSource(settings_cls, file)) if file else (env_settings,)


@dataclass(frozen=True)
class SourceInstance:
    """One configured source: which connector, whether switched on, and the values given for it."""

    name: str
    spec: SourceSpec
    is_enabled: bool
    values: Mapping[str, Any]

    def connect(self, overlay: Mapping[str, str] | None = None) -> SourceSettings:
        """The connector's validated settings; `overlay` (the sandbox's address and credentials) fills what is unset.

        Raises SettingsError naming each missing, unknown or ill-typed setting and how to give it.
        """
        model = self.spec.connector.Settings
        has_own_address = any(name in self.values for name in ("base_url", "dsn"))
        values = {**({} if has_own_address else overlay or {}), **self.values, "name": self.name}
        try:
            return model.model_validate(values)
        except ValidationError as error:
            raise _explain(error, f"sources.{self.name}", model) from None

    def tables(self) -> tuple[RawTable, ...]:
        """The raw tables it fills, known without an address: where files are, the sandbox says only once it runs."""
        if self.spec.name != "files":
            return tuple(self.spec.connector.tables(None))
        return tuple(self.spec.connector.tables(self.connect({"path": str(PROJECT)})))


@dataclass(frozen=True)
class Configuration:
    """Settings with everything derived from where they were found."""

    settings: Settings
    file: Path | None
    home: Path
    instances: tuple[SourceInstance, ...]

    @property
    def enabled(self) -> tuple[SourceInstance, ...]:
        return tuple(instance for instance in self.instances if instance.is_enabled)

    @property
    def sandbox_as_of(self) -> date:
        """The simulated company's today: the setting, or the real today (UTC)."""
        return self.settings.sandbox.as_of or datetime.now(UTC).date()

    @property
    def as_of(self) -> datetime:
        """The last instant the data speaks of, naive UTC: the sandbox's day end, or now."""
        now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
        if not self.settings.sandbox.enabled:
            return now
        return datetime.combine(self.sandbox_as_of, datetime.max.time().replace(microsecond=0))

    @property
    def identity_key_file(self) -> Path:
        """Holds the secret key from which people's ids are made; `pseudonym_key` in orchestration/keys.py makes it."""
        return self.home / "identity.key"

    @property
    def overrides_file(self) -> Path | None:
        """Where reviewers' decisions on identity are, if there are any."""
        given = self.settings.identity.overrides
        return given and ((self.file.parent if self.file else Path.cwd()) / given.expanduser()).resolve()

    @property
    def serving_database(self) -> Path:
        return self.home / "serving" / "revops.duckdb"

    def instance(self, name: str) -> SourceInstance:
        """The configured instance called `name`; SettingsError with the nearest name otherwise."""
        for candidate in self.instances:
            if candidate.name == name:
                return candidate
        names = [candidate.name for candidate in self.instances]
        raise SettingsError(f"there is no source called `{name}`", _suggest(name, names))


def warehouse_home() -> Path:
    """REVOPS_HOME, or `warehouse/` in the working directory."""
    return Path(os.environ.get("REVOPS_HOME", "warehouse")).resolve()


def load_settings(file: Path | None = None) -> Configuration:
    """Read settings from `file`, REVOPS_SETTINGS, or `revops.toml` here or in the checkout, in this order.

    Raises SettingsError in plain words, naming each setting.
    """
    path = _settings_file(file)
    _check_toml(path)

    class FromFile(Settings):
        model_config = SettingsConfigDict(toml_file=path)

    try:
        settings = FromFile()
    except ValidationError as error:
        raise _explain(error, "", Settings) from None
    instances = tuple(_instance(name, dict(values), path) for name, values in settings.sources.items())
    return Configuration(settings, path, warehouse_home(), instances)


def _settings_file(given: Path | None) -> Path:
    if given is None and (named := os.environ.get("REVOPS_SETTINGS")):
        given = Path(named)
    if given is not None:
        if not given.is_file():
            raise SettingsError(f"the settings file {given} does not exist", "Check --settings or REVOPS_SETTINGS.")
        return given.resolve()
    for folder in (Path.cwd(), PROJECT):
        if (folder / "revops.toml").is_file():
            return folder / "revops.toml"
    raise SettingsError("there is no revops.toml here", "Run from the project's folder or pass --settings FILE.")


def _check_toml(path: Path) -> None:
    try:
        tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path.name} is not valid TOML: {error}", "Mend that line and run again.") from None


def _instance(name: str, values: dict[str, Any], file: Path) -> SourceInstance:
    connector = values.pop("type", name)
    enabled = values.pop("enabled", True)
    if isinstance(enabled, str):
        enabled = enabled.lower() in ("1", "true", "yes", "on")
    if not name.isidentifier() or not name.islower():
        raise SettingsError(
            f"`{name}` cannot name a source", "Use lower-case letters, digits and underscores: it becomes raw_<name>."
        )
    if connector not in REGISTRY:
        raise SettingsError(
            f"sources.{name}: there is no connector called `{connector}`", _suggest(connector, list(REGISTRY))
        )
    if name == "files" or (name in REGISTRY and connector != name):
        raise SettingsError(
            f"sources.{name} is named like a connector of another kind",
            'Give it a name of its own and set `type`, such as [sources.exports] with type = "files".',
        )
    spec = REGISTRY[connector]
    if enabled:
        for field, info in spec.connector.Settings.model_fields.items():
            if Path in (info.annotation, *get_args(info.annotation)):
                if field == "contract_dir":
                    values[field] = PROJECT / "dbt_project" / "models" / "intermediate"
                elif field in values:
                    values[field] = (file.parent / Path(str(values[field])).expanduser()).resolve()
    return SourceInstance(name, spec, bool(enabled), values)


def _explain(error: ValidationError, prefix: str, model: type[BaseModel]) -> SettingsError:
    lines = []
    remedies = []
    for item in error.errors(include_input=False, include_url=False):
        where = ".".join(str(part) for part in ((prefix,) if prefix else ()) + item["loc"])
        variable = "REVOPS_" + where.upper().replace(".", "__")
        if item["type"] == "extra_forbidden":
            lines.append(f"`{where}` is not a setting")
            remedies.append(_suggest(str(item["loc"][-1]), _fields_at(model, item["loc"][:-1])))
        elif item["type"] == "missing":
            lines.append(f"`{where}` is not set")
            remedies.append(f"Set it in revops.toml, or as {variable}.")
        else:
            lines.append(f"`{where}`: {item['msg']}")
            remedies.append(f"Correct it in revops.toml, or in {variable}.")
    return SettingsError("; ".join(lines), " ".join(dict.fromkeys(remedies)))


def _fields_at(model: type[BaseModel], place: tuple[int | str, ...]) -> list[str]:
    """Names of the settings in the section of `model` that `place` leads to, as far as sections go."""
    for part in place:
        annotation = model.model_fields[str(part)].annotation
        if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
            break
        model = annotation
    return list(model.model_fields)


def _suggest(word: str, known: list[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1)
    return f"Did you mean `{near[0]}`?" if near else f"Known: {', '.join(sorted(known))}."
