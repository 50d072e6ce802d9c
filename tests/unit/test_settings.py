import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from jobs.settings import Settings, read_key, read_settings, read_time
from pipeline.errors import ConfigError


def test_nothing_set_is_a_deployment_here() -> None:
    settings = read_settings(environment={})
    assert settings == Settings(home=Path(), mail_from=settings.mail_from)
    assert re.fullmatch(r"policywatch@[^@ ]+\.[^@ ]+", settings.mail_from)


def test_the_option_beats_the_variable() -> None:
    environment = {"POLICYWATCH_HOME": "/srv/watch"}
    assert read_settings(environment=environment).home == Path("/srv/watch")
    assert read_settings("/tmp/other", environment).home == Path("/tmp/other")


def test_a_secret_may_lie_in_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("swordfish\n")
    environment = {"POLICYWATCH_SMTP_PASSWORD_FILE": str(secret)}
    assert read_settings(environment=environment).smtp_password == "swordfish"


def test_a_key_of_a_source_stands_in_its_variable_or_in_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "key"
    secret.write_text("from-a-file\n")
    environment = {"MY_KEY": " direct ", "OTHER_FILE": str(secret), "LOST_FILE": "/nowhere/key"}
    keys = [read_key(name, environment) for name in ("MY_KEY", "OTHER", "LOST", "UNSET", "")]
    assert keys == ["direct", "from-a-file", "", "", ""]


def test_what_cannot_be_read_is_named_all_at_once() -> None:
    environment = {
        "POLICYWATCH_NOW": "tomorrow",
        "POLICYWATCH_SMTP_PASSWORD_FILE": "/nowhere/secret",
    }
    with pytest.raises(ConfigError) as caught:
        read_settings(environment=environment)
    assert [problem.file for problem in caught.value.problems] == [
        "POLICYWATCH_NOW",
        "POLICYWATCH_SMTP_PASSWORD_FILE",
    ]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-24", datetime(2026, 11, 24, tzinfo=UTC)),
        (
            "2026-11-24T07:30+09:00",
            datetime(2026, 11, 24, 7, 30, tzinfo=timezone(timedelta(hours=9))),
        ),
        ("2026-11-24T07:30:00Z", datetime(2026, 11, 24, 7, 30, tzinfo=UTC)),
    ],
)
def test_the_rehearsal_clock_reads_dates_and_times(text: str, moment: datetime) -> None:
    assert read_time(text) == moment


def test_we_introduce_ourselves_with_an_address() -> None:
    settings = Settings(home=Path(), operators=("ops@example.org",))
    assert settings.user_agent == "policywatch/0.1 (+mailto:ops@example.org)"
    assert Settings(home=Path()).user_agent == "policywatch/0.1"
