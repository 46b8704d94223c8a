"""The Terraform modules keep to the rules, and each rule bites."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from functions.registry import tool_names
from tests.terraform import rules
from tests.terraform.hcl import CLOUDS, FOLDER, MODULES, ROOT, ROOTS, Module, plain
from tests.terraform.rules import RULES, Rule, differing, of_every_tool

FILES = {"main.tf", "variables.tf", "outputs.tf", "versions.tf", "README.md"}
PINNED = """
terraform {
  required_version = ">= 1.11.0, < 2.0.0"
  required_providers {
    aws = { source = "hashicorp/aws", version = "~> 6.25" }
    azurerm = { source = "hashicorp/azurerm", version = "~> 4.55" }
    google = { source = "hashicorp/google", version = "~> 6.50" }
    random = { source = "hashicorp/random", version = "~> 3.7" }
  }
}
"""
SOUND = """
variable "size" {
  description = "How large it is."
  type        = string
}

data "aws_iam_policy_document" "one" {
  statement {
    actions   = ["s3:GetObject"]
    resources = ["*"]
  }

  statement {
    effect    = "Deny"
    actions   = ["*"]
    resources = ["*"]
  }
}

resource "aws_sqs_queue" "dead" {
  name                      = var.size
  kms_master_key_id         = "k"
  message_retention_seconds = 1
}

output "queue" {
  description = "Where letters are."
  value       = aws_sqs_queue.dead.arn
}
"""
DATABASE = """
resource "aws_db_instance" "one" {
  instance_class = "x"
  storage_encrypted = true
  kms_key_id = "k"
  backup_retention_period = 7
  deletion_protection = true
  skip_final_snapshot = false
  publicly_accessible = false
}
"""
BROKEN: list[tuple[Rule, str, str]] = [
    (rules.variables_are_typed_and_described, 'variable "a" {\n description = "How large it is."\n}', "type"),
    (rules.variables_are_typed_and_described, 'variable "a" {\n type = string\n}', "description"),
    (rules.variables_are_typed_and_described, 'variable "a" {\n type = string\n description = "TODO"\n}', "nothing"),
    (rules.outputs_are_described, 'output "a" {\n value = 1\n}', "no description"),
    (rules.versions_are_pinned, 'terraform {\n required_version = ">= 1.11.0"\n}', "bounds"),
    (rules.versions_are_pinned, PINNED.replace("~> 6.25", ">= 6.25"), "provider aws"),
    (rules.versions_are_pinned, 'resource "docker_image" "a" {\n name = "x"\n}', "docker is not required"),
    (rules.no_action_is_a_wildcard, SOUND.replace('["s3:GetObject"]', '["s3:*"]'), "s3:*"),
    (
        rules.no_action_is_a_wildcard,
        'resource "google_project_iam_member" "a" {\n role = "roles/owner"\n}',
        "roles/owner",
    ),
    (
        rules.no_action_is_a_wildcard,
        'resource "azurerm_role_definition" "a" {\n permissions {\n actions = ["*/read"]\n }\n}',
        "*/read",
    ),
    (
        rules.no_action_is_a_wildcard,
        'resource "azurerm_role_assignment" "a" {\n role_definition_name = "Contributor"\n}',
        "Contributor",
    ),
    (
        rules.nothing_is_public,
        'resource "google_cloud_run_service_iam_member" "a" {\n member = "allUsers"\n}',
        "allUsers",
    ),
    (
        rules.nothing_is_public,
        'resource "azurerm_storage_container" "a" {\n container_access_type = "blob"\n}',
        "container_access_type is blob",
    ),
    (rules.nothing_is_public, 'resource "azurerm_storage_account" "a" {\n}', "shared_access_key_enabled is None"),
    (
        rules.nothing_is_public,
        'resource "aws_vpc_security_group_ingress_rule" "a" {\n cidr_ipv4 = "0.0.0.0/0"\n}',
        "every address",
    ),
    (rules.everything_is_encrypted, SOUND.replace("kms_master_key_id", "sqs_managed"), "kms_master_key_id is None"),
    (
        rules.everything_is_encrypted,
        DATABASE.replace("storage_encrypted = true", "storage_encrypted = false"),
        "encrypted",
    ),
    (
        rules.everything_is_encrypted,
        'resource "google_sql_database_instance" "a" {\n encryption_key_name = "k"\n settings {\n tier = "x"\n }\n}',
        "ssl_mode is None",
    ),
    (rules.nothing_is_lost, DATABASE.replace("backup_retention_period = 7", ""), "backup_retention_period is None"),
    (rules.nothing_is_lost, DATABASE.replace("publicly_accessible = false", "publicly_accessible = true"), "publicly"),
    (rules.nothing_is_lost, SOUND.replace('"dead"', '"wake"'), "no dead letters"),
    (
        rules.nothing_is_lost,
        'resource "azurerm_postgresql_flexible_server" "a" {\n backup_retention_days = 7\n}',
        "prevent_destroy is None",
    ),
    (rules.there_is_no_long_lived_key, 'resource "aws_iam_access_key" "a" {\n user = "x"\n}', "does not end"),
    (rules.there_is_no_long_lived_key, 'resource "google_service_account_key" "a" {\n}', "does not end"),
    (
        rules.there_is_no_long_lived_key,
        DATABASE.replace("instance_class", "password"),
        "password would be in the state",
    ),
    (rules.there_is_no_long_lived_key, 'resource "random_password" "a" {\n length = 40\n}', "a password in the state"),
    (
        rules.there_is_no_long_lived_key,
        'resource "azurerm_key_vault_secret" "a" {\n value = "x"\n}',
        "value would be in the state",
    ),
    (rules.names_are_the_providers_own, SOUND.replace("kms_master_key_id", "kms_key"), "there is no kms_key"),
    (rules.names_are_the_providers_own, SOUND.replace("aws_sqs_queue", "aws_sqs_heap"), "no such resource"),
    (rules.names_are_the_providers_own, DATABASE.replace('instance_class = "x"', ""), "instance_class is required"),
    (rules.names_are_the_providers_own, SOUND.replace("statement {", "paragraph {"), "there is no paragraph"),
    (rules.names_are_the_providers_own, SOUND.replace("resources =", "on =        "), "statement: there is no on"),
    (rules.references_lead_somewhere, SOUND.replace("var.size", "var.sise"), "var.sise is not declared"),
    (rules.references_lead_somewhere, SOUND.replace("var.size", "local.size"), "local.size is not declared"),
    (rules.references_lead_somewhere, SOUND.replace("dead.arn", "alive.arn"), "aws_sqs_queue.alive is not declared"),
    (rules.references_lead_somewhere, SOUND.replace("dead.arn", "dead.earn"), "has no attribute earn"),
]


@pytest.mark.parametrize("folder", [*MODULES, *ROOTS], ids=lambda folder: str(folder.relative_to(FOLDER)))
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_folder_keeps_to_the_rule(folder: Path, rule: Rule) -> None:
    assert list(rule(Module.read(folder))) == []


@pytest.mark.parametrize(("rule", "text", "words"), BROKEN)
def test_a_rule_bites(rule: Rule, text: str, words: str) -> None:
    found = list(rule(Module.of(text if "terraform {" in text else PINNED + text)))
    assert any(words in one for one in found), found


def test_every_rule_is_proven_and_lets_a_sound_file_pass() -> None:
    assert {rule for rule, _, _ in BROKEN} == set(RULES)
    for text in (SOUND, DATABASE):
        assert [found for rule in RULES for found in rule(Module.of(PINNED + text))] == []


@pytest.mark.parametrize("folder", [*MODULES, *ROOTS], ids=lambda folder: str(folder.relative_to(FOLDER)))
def test_a_folder_has_the_standard_files(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} >= FILES


def test_variables_and_outputs_are_the_same_on_every_cloud() -> None:
    for modules in (MODULES, ROOTS):
        first = Module.read(modules[0])
        assert [differing(first, Module.read(other)) for other in modules[1:]] == [set(), set()]


def test_a_variable_or_an_output_of_one_cloud_alone_is_noticed() -> None:
    mine, other = Module.of(SOUND), Module.of(SOUND.replace("type        = string", "type = number"))
    assert len(differing(mine, other)) == 2
    assert differing(mine, Module.of(SOUND.replace('output "queue"', 'output "tail"'))) == {
        "output queue",
        "output tail",
    }


@pytest.mark.parametrize(
    ("cloud", "kinds"),
    [
        ("aws", {"aws_lambda_function", "aws_iam_role", "aws_iam_role_policy", "aws_cloudwatch_log_group"}),
        (
            "azure",
            {"azurerm_function_app_flex_consumption", "azurerm_user_assigned_identity", "azurerm_role_definition"},
        ),
        ("gcp", {"google_cloudfunctions2_function", "google_service_account", "google_project_iam_custom_role"}),
    ],
)
def test_every_tool_has_its_function_and_its_identity(cloud: str, kinds: set[str]) -> None:
    module = Module.read(FOLDER / cloud)
    source = str(module.locals["tools"])
    listed = json.loads((ROOT / "functions" / "tools.json").read_text())["tools"]
    assert "functions/tools.json" in source
    assert (sorted(listed), kinds - of_every_tool(module)) == (sorted(tool_names()), set())


@pytest.mark.parametrize("cloud", CLOUDS)
def test_what_a_tool_may_do_is_named_action_by_action(cloud: str) -> None:
    tools = json.loads((ROOT / "functions" / "tools.json").read_text())["tools"]
    for tool, said in tools.items():
        named = [one for may in said[cloud] for one in (may["Action"] if isinstance(may, dict) else [may])]
        assert [name for name in named if "*" in name] == [], tool


@pytest.mark.parametrize(("cloud", "backend"), [("aws", "s3"), ("azure", "azurerm"), ("gcp", "gcs")])
def test_a_roots_state_is_elsewhere_and_locked(cloud: str, backend: str) -> None:
    (kept,) = Module.read(FOLDER / "live" / cloud).settings["backend"]
    ((kind, settings),) = [(plain(name), body) for name, body in kept.items() if name != "__is_block__"]
    held = settings[0] if isinstance(settings, list) else settings
    locked = {"s3": {"encrypt", "use_lockfile"}, "azurerm": {"use_azuread_auth"}, "gcs": {"prefix"}}[backend]
    assert (kind, locked - held.keys()) == (backend, set())


@pytest.mark.parametrize("cloud", CLOUDS)
def test_a_root_hands_every_variable_on_and_its_example_gives_what_has_no_default(cloud: str) -> None:
    root = Module.read(FOLDER / "live" / cloud)
    call = root.calls["tollgate"]
    assert {name for name in call if name not in ("source", "__is_block__")} == set(root.variables)
    example = (FOLDER / "live" / cloud / "example.tfvars").read_text()
    wanted = {name for name, body in root.variables.items() if "default" not in body}
    assert {
        line.split("=")[0].strip() for line in example.splitlines() if "=" in line and line[0] not in "# "
    } == wanted


def test_the_files_are_written_as_terraform_writes_them() -> None:
    terraform = shutil.which("terraform")
    if terraform is None:
        pytest.skip("terraform fmt needs Terraform, which is not installed here")
    found = subprocess.run(
        [terraform, "fmt", "-check", "-recursive", "-diff", str(FOLDER)], capture_output=True, text=True
    )
    assert (found.returncode, found.stdout) == (0, "")
