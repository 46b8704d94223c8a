"""What a module's locals come to, by Terraform itself. Its providers are not needed for that: what a resource would say
is a word that names it."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

from tests.terraform.hcl import FOLDER, ROOT

RESOURCE = re.compile(
    r"(?<![\w.\"])((?:data\.)?(?:aws|azurerm|google|random)_\w+\.\w+)((?:\[[^\[\]]*\])?(?:\.\w+(?:\[\w+\])?)*)"
)
BLOCK = re.compile(r'^(locals|variable "\w+") \{\n.*?^\}\n', re.M | re.S)


def evaluated(cloud: str, expression: str, into: Path, **given: Any) -> Any:
    """The expression's value in the module of a cloud, with these variables and those of the example."""
    text = "\n".join(path.read_text() for path in sorted((FOLDER / cloud).glob("*.tf")))
    blocks = "\n".join(match[0] for match in BLOCK.finditer(text))
    blocks = blocks.replace("${path.module}/../../..", str(ROOT))
    (into / "main.tf").write_text(RESOURCE.sub(lambda found: f'"<{found[1]}>"', blocks))
    (into / "example.auto.tfvars").write_text((FOLDER / "live" / cloud / "example.tfvars").read_text())
    (into / "given.auto.tfvars.json").write_text(json.dumps(given))
    done = subprocess.run(
        ["terraform", "console"],
        input=f"jsonencode({expression})\n", cwd=into, capture_output=True, text=True, check=False,
        env={"HOME": str(into), "PATH": "/usr/local/bin:/usr/bin:/bin", "CHECKPOINT_DISABLE": "1"},
    )  # fmt: skip
    assert (done.returncode, "Error" in done.stdout) == (0, False), done.stdout + done.stderr
    return json.loads(json.loads(done.stdout.splitlines()[-1]))
