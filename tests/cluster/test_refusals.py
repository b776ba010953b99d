"""What `class serve --replicas` refuses before anything starts."""

import subprocess

import pytest

from tests.engine.served import PROGRAM


@pytest.mark.parametrize(
    ("options", "environment", "words"),
    [
        (("--replicas", "0"), {}, "0 is not in the range"),
        (("--gpus-each", "1"), {}, "Add --replicas N"),
        (("--cpus-each", "1"), {}, "Add --replicas N"),
        (("--replicas", "2", "--gpus-each", "1.5"), {}, "1.5 is no share of a GPU"),
        (("--replicas", "2"), {"RAY_AUTH_MODE": "disabled"}, "RAY_AUTH_MODE: with 'disabled'"),
        (("--replicas", "2"), {"RAY_ADDRESS": "ray://10.0.0.1:10001"}, "is no address of a head"),
        (("--replicas", "2"), {"RAY_ADDRESS": "auto"}, "is no address of a head"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_do(home, tmp_path, monkeypatch, options, environment, words):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    command = [PROGRAM, "class", "serve", "--socket", str(tmp_path / "s"), *options]
    refused = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert refused.returncode == 2
    assert words in refused.stderr
    assert not home.exists()
