"""Every setting, its default and its meaning, read once from the environment."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit

LOOPBACK = {"127.0.0.1", "::1", "localhost"}
KNOWN_KEYS = {"secret", "changeme", "change-me", "development", "dev"}


class UnsafeSettings(Exception):
    """The settings may not be used; `sentences` says why, one plain sentence each."""

    def __init__(self, sentences: list[str]):
        super().__init__(" ".join(sentences))
        self.sentences = sentences


@dataclass(frozen=True)
class Settings:
    """What the environment decides. The README has a row for each `BOURSE_…` name."""

    env: str = "development"
    data_dir: Path = Path("var")
    database_url: str = ""
    secret_key: str = ""
    base_url: str = "http://127.0.0.1:8000"
    smtp_url: str = ""
    mail_from: str = "Club Bourse <club@bourse.example>"
    imap_url: str = field(default="", repr=False)  # holds a password
    authserv_id: str = ""
    clock: datetime | None = None

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Settings":
        """Reads the `BOURSE_…` variables; raises UnsafeSettings when one cannot be used."""
        env = environ.get("BOURSE_ENV", "development")
        data_dir = Path(environ.get("BOURSE_DATA_DIR", "var")).absolute()
        settings = cls(
            env=env,
            data_dir=data_dir,
            database_url=environ.get("BOURSE_DATABASE_URL") or f"sqlite:///{data_dir / 'bourse.sqlite3'}",
            secret_key=environ.get("BOURSE_SECRET_KEY") or _development_key(env, data_dir),
            base_url=environ.get("BOURSE_BASE_URL", cls.base_url).rstrip("/"),
            smtp_url=environ.get("BOURSE_SMTP_URL", ""),
            mail_from=environ.get("BOURSE_MAIL_FROM", cls.mail_from),
            imap_url=environ.get("BOURSE_IMAP_URL", ""),
            authserv_id=environ.get("BOURSE_AUTHSERV_ID", ""),
            clock=_instant(environ.get("BOURSE_CLOCK", "")),
        )
        if refusals := settings.refusals():
            raise UnsafeSettings(refusals)
        return settings

    @property
    def in_production(self) -> bool:
        return self.env == "production"

    @property
    def host(self) -> str:
        return urlsplit(self.base_url).hostname or "localhost"

    @property
    def mail_domain(self) -> str:
        """The domain of the house's mailbox: it signs Message-IDs and calendar UIDs."""
        return parseaddr(self.mail_from)[1].rpartition("@")[2] or "localhost"

    def refusals(self) -> list[str]:
        """Why these settings may not be used, as plain sentences; none is good."""
        if self.env not in {"development", "production"}:
            return [f"BOURSE_ENV is “{self.env}”: use development or production."]
        if self.imap_url and not self.imap_url.startswith(("imap://", "imaps://")):
            return ["BOURSE_IMAP_URL must look like imaps://user:password@host/INBOX."]
        if not self.in_production:
            return []
        checks = [
            (_is_weak(self.secret_key), "BOURSE_SECRET_KEY must be random and at least 32 bytes long."),
            (not self.base_url.startswith("https://"), "BOURSE_BASE_URL must start with https://."),
            (not self.smtp_url, "BOURSE_SMTP_URL must name a mail server: the development catcher delivers nothing."),
            (
                self.imap_url.startswith("imap://") and urlsplit(self.imap_url).hostname not in LOOPBACK,
                "BOURSE_IMAP_URL must start with imaps:// unless the mailbox is on this machine.",
            ),
            (self.clock is not None, "BOURSE_CLOCK is for development only."),
        ]
        return [sentence for failed, sentence in checks if failed]


def _is_weak(key: str) -> bool:
    return len(key.encode()) < 32 or len(set(key)) < 5 or key.lower() in KNOWN_KEYS


def _development_key(env: str, data_dir: Path) -> str:
    """The key kept in the data directory, made on first use; none in production."""
    if env == "production":
        return ""
    file = data_dir / "secret_key"
    if not file.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        fresh = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48))
        try:
            file.hardlink_to(fresh)  # the first of two starting processes wins
        except FileExistsError:
            pass
        fresh.unlink()
    return file.read_text()


def _instant(text: str) -> datetime | None:
    if not text:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise UnsafeSettings([f"BOURSE_CLOCK is “{text}”: write an instant like 2026-03-02T09:00+01:00."]) from None
    return instant if instant.tzinfo else instant.astimezone()
