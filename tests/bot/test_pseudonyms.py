import hashlib
import hmac
import os
from pathlib import Path

import pytest

from bot.pseudonyms import Pseudonyms, SecretRefused


def test_the_secret_is_made_at_the_first_start_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "data" / "pseudonyms.key"
    Pseudonyms.load(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(path.read_bytes()) == 32
    assert list(path.parent.iterdir()) == [path]


def test_a_person_has_the_same_pseudonym_after_every_start(tmp_path: Path) -> None:
    first, second = (Pseudonyms.load(tmp_path / "key").asker("discord", "42") for _ in range(2))
    assert first == second


def test_another_secret_gives_other_pseudonyms(tmp_path: Path) -> None:
    one, other = (Pseudonyms.load(tmp_path / name).asker("discord", "42") for name in ("one", "other"))
    assert one != other


def test_people_and_platforms_are_told_apart_whatever_their_ids_hold() -> None:
    pseudonyms = Pseudonyms(b"s" * 32)
    people = [("discord", "42"), ("telegram", "42"), ("discord4", "2"), ("discord", "4"), ("", "discord42"), ("d", "é")]
    assert len({pseudonyms.asker(platform, person) for platform, person in people}) == len(people)


def test_a_pseudonym_is_the_keyed_hash_of_domain_platform_and_person() -> None:
    # The message written out: the domain, then each part behind its length in eight bytes.
    message = b"lectern asker v1" + b"\0\0\0\0\0\0\0\x07discord" + b"\0\0\0\0\0\0\0\x0242"
    expected = hmac.new(b"s" * 32, message, hashlib.sha256).hexdigest()[:32]
    assert Pseudonyms(b"s" * 32).asker("discord", "42") == expected


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601])
def test_a_secret_that_others_can_touch_is_refused_with_the_command_that_mends_it(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "key"
    Pseudonyms.load(path)
    path.chmod(mode)
    with pytest.raises(SecretRefused, match=f"chmod 600 {path}"):
        Pseudonyms.load(path)


@pytest.mark.parametrize("length", [0, 31])
def test_a_secret_that_was_cut_is_refused_and_left_as_it_is(tmp_path: Path, length: int) -> None:
    path = tmp_path / "key"
    path.write_bytes(b"x" * length)
    path.chmod(0o600)
    with pytest.raises(SecretRefused, match=f"{length} bytes of 32"):
        Pseudonyms.load(path)
    assert path.read_bytes() == b"x" * length


def test_a_secret_half_written_by_a_killed_process_is_never_used(tmp_path: Path) -> None:
    unfinished = tmp_path / f"key.{os.getpid()}.unfinished"
    unfinished.write_bytes(b"half")
    Pseudonyms.load(tmp_path / "key")
    assert len((tmp_path / "key").read_bytes()) == 32
    assert not unfinished.exists()


def test_a_secret_that_cannot_be_made_names_its_place(tmp_path: Path) -> None:
    (tmp_path / "occupied").write_text("a file, not a folder")
    with pytest.raises(SecretRefused, match="occupied"):
        Pseudonyms.load(tmp_path / "occupied" / "key")


def test_a_short_secret_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="31 bytes"):
        Pseudonyms(b"s" * 31)


def test_a_missing_secret_is_not_made_anew_where_a_log_depends_on_it(tmp_path: Path) -> None:
    with pytest.raises(SecretRefused, match="Restore it from a backup"):
        Pseudonyms.load(tmp_path / "pseudonym.key", may_make=False)
    assert not list(tmp_path.iterdir())
