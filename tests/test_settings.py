"""What the environment may and may not ask for."""

import os

import pytest

from bourse.settings import Settings, UnsafeSettings

KEY = "k3Yq8Zt1Vw5Xy7Bn0Mm2Ll4Pp6Rr9SsT"
SAFE = {
    "BOURSE_ENV": "production",
    "BOURSE_SECRET_KEY": KEY,
    "BOURSE_BASE_URL": "https://club.example",
    "BOURSE_SMTP_URL": "smtp://127.0.0.1:25",
}


@pytest.fixture
def data_dir(tmp_path):
    return {"BOURSE_DATA_DIR": str(tmp_path)}


def test_safe_settings_start(data_dir):
    assert Settings.from_environment(SAFE | data_dir).in_production


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BOURSE_SECRET_KEY", ""),
        ("BOURSE_SECRET_KEY", "short"),
        ("BOURSE_SECRET_KEY", "a" * 64),
        ("BOURSE_BASE_URL", "http://club.example"),
        ("BOURSE_SMTP_URL", ""),
        ("BOURSE_CLOCK", "2026-03-02T09:00+01:00"),
        ("BOURSE_CLOCK", "tomorrow"),
        ("BOURSE_IMAP_URL", "mail.example"),
        ("BOURSE_IMAP_URL", "imap://club:secret@mail.example/INBOX"),
        ("BOURSE_ENV", "prod"),
    ],
)
def test_each_unsafe_setting_alone_refuses_to_start(data_dir, name, value):
    with pytest.raises(UnsafeSettings) as refusal:
        Settings.from_environment(SAFE | data_dir | {name: value})
    (sentence,) = refusal.value.sentences
    assert name in sentence
    assert "secret@" not in sentence


def test_the_mailbox_s_password_is_in_no_trace(data_dir):
    settings = Settings.from_environment(SAFE | data_dir | {"BOURSE_IMAP_URL": "imaps://club:secret@mail.example"})
    assert "secret" not in repr(settings).replace("secret_key", "")


def test_the_development_key_is_made_once_and_private(data_dir, tmp_path):
    first, second = (Settings.from_environment(data_dir) for _ in range(2))
    assert first.secret_key == second.secret_key
    assert len(first.secret_key) >= 32
    assert os.stat(tmp_path / "secret_key").st_mode & 0o077 == 0
