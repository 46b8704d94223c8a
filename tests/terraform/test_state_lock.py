"""Terraform's state in S3 is held by one apply at a time, with the backend's settings as the root for AWS has them."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.contract.clouds.aws_cloud import running
from tests.terraform.hcl import FOLDER, Module, plain

pytestmark = pytest.mark.skipif(shutil.which("terraform") is None, reason="Terraform is not installed here")
OURS = ("key", "encrypt", "use_lockfile")


def backend() -> dict[str, Any]:
    """What the root says of its state."""
    (kept,) = Module.read(FOLDER / "live" / "aws").settings["backend"]
    (held,) = [body for name, body in kept.items() if plain(name) == "s3"]
    return {name: plain((held[0] if isinstance(held, list) else held)[name]) for name in OURS}


def written(into: Path, settings: dict[str, Any]) -> None:
    """A root whose apply waits until it may go on. Its resource takes no provider."""
    waits = f"touch {into}/holding; until [ -e {into}/go ]; do sleep 0.05; done"
    slow = {"provisioner": [{"local-exec": {"command": waits}}]}
    told = {"terraform": {"backend": {"s3": settings}}, "resource": {"terraform_data": {"slow": slow}}}
    (into / "main.tf.json").write_text(json.dumps(told))


def test_a_second_apply_finds_the_state_locked_by_the_first_and_goes_on_after_it(tmp_path: Path) -> None:
    def terraform(*words: str) -> subprocess.Popen[str]:
        command = ["terraform", *words, "-no-color", "-input=false"]
        keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "CHECKPOINT_DISABLE": "1"}
        environment = {"HOME": str(tmp_path), "PATH": "/usr/local/bin:/usr/bin:/bin", **keys}
        pipe = subprocess.PIPE
        return subprocess.Popen(
            command, cwd=tmp_path, env=environment, stdout=pipe, stderr=subprocess.STDOUT, text=True
        )

    def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
        said, _ = process.communicate(timeout=60)
        return process.returncode, said

    with running(tmp_path) as aws:
        region = "eu-west-1"
        aws.sdk("s3").create_bucket(Bucket="state", CreateBucketConfiguration={"LocationConstraint": region})
        local = {"endpoints": {"s3": aws.url}, "use_path_style": True, "skip_credentials_validation": True}
        local |= {"skip_requesting_account_id": True, "skip_metadata_api_check": True}
        written(tmp_path, {**backend(), "bucket": "state", "region": region, **local})
        assert ended(terraform("init"))[0] == 0
        first = terraform("apply", "-auto-approve")
        while not (tmp_path / "holding").exists():
            assert first.poll() is None, first.communicate()
        status, words = ended(terraform("apply", "-auto-approve"))
        assert (status, "Error acquiring the state lock" in words, "412" in words) == (1, True, True), words
        (tmp_path / "go").touch()
        assert ended(first)[0] == 0
        assert ended(terraform("apply", "-auto-approve"))[0] == 0
        kept = aws.sdk("s3").head_object(Bucket="state", Key=backend()["key"])
        assert kept["ServerSideEncryption"] == "AES256"
