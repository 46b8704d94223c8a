"""What the modules deploy is what there is: settings, artefacts and targets by their names; and each gateway asks for
what the local one does, as far as its cloud can. Locals are evaluated by Terraform itself."""

from __future__ import annotations

import ast
import json
import re
import shutil
from pathlib import Path

import pytest

from functions.http import KEY
from functions.registry import tool_names
from infra.artefacts.elsewhere import ON_AZURE, ON_GOOGLE
from infra.artefacts.reach import source
from infra.artefacts.stage import RUNTIME
from infra.local.gateway import config
from mcp_handlers.kernel.limits import MAX_BODY
from tests.terraform.evaluated import evaluated
from tests.terraform.hcl import FOLDER, ROOT, Module, plain

takes_terraform = pytest.mark.skipif(shutil.which("terraform") is None, reason="Terraform is not installed here")
SETTING = re.compile(r"\bTOLLGATE_[A-Z_]+(?<!_)")
EVERYWHERE = {"TOLLGATE_JWKS", "TOLLGATE_URLS", "TOLLGATE_TIME_LIMIT_SECONDS"}
CONTROL = {
    "TOLLGATE_DATABASE_SECRET", "TOLLGATE_KEYRING_SECRET", "TOLLGATE_GATEWAY_KEYS_SECRET", "TOLLGATE_DOORS_SECRET",
    "TOLLGATE_WAKE_QUEUE", "TOLLGATE_OIDC", "TOLLGATE_CLEANUP_TENANTS",
}  # fmt: skip
NEEDED = {
    "azure": {
        "TOLLGATE_AZURE_SUBSCRIPTION", "TOLLGATE_AZURE_RESOURCE_GROUP", "TOLLGATE_AZURE_IDENTITIES",
        "TOLLGATE_FUNCTION", "TOLLGATE_TICK", "TOLLGATE_WAKE_NAME",
    },
    "gcp": {"TOLLGATE_GCP_PROJECT", "TOLLGATE_GCP_TOOL_ACCOUNT"},
}  # fmt: skip


def text(cloud: str) -> str:
    """A module's files."""
    return "\n".join(path.read_text() for path in sorted((FOLDER / cloud).glob("*.tf")))


@pytest.fixture(scope="module")
def known() -> set[str]:
    """Every setting that our code names."""
    files = [
        path for room in ("functions", "mcp_handlers", "workflow", "policies") for path in (ROOT / room).rglob("*.py")
    ]
    return {name for path in files for name in SETTING.findall(path.read_text())}


@pytest.mark.parametrize("cloud", NEEDED)
def test_functions_are_told_what_they_ask_for_and_nothing_that_nobody_reads(cloud: str, known: set[str]) -> None:
    told = set(SETTING.findall(text(cloud)))
    assert told - known == set()
    assert (EVERYWHERE | CONTROL | NEEDED[cloud]) - told == set()


@takes_terraform
@pytest.mark.parametrize(("cloud", "parts"), [("azure", ON_AZURE), ("gcp", ON_GOOGLE)])
def test_every_function_has_its_artefact_and_its_target(cloud: str, parts: dict[str, str], tmp_path: Path) -> None:
    plane = evaluated(cloud, "local.plane", tmp_path, home=True)
    assert set(plane) == set(parts)
    assert set(evaluated(cloud, "keys(local.tools)", tmp_path)) == set(tool_names())
    assert set(evaluated(cloud, "local.plane", tmp_path, home=False)) == {"catalog"}
    assert f"{cloud}/${{each.key}}.zip" in text(cloud)
    for name, module in parts.items():
        functions = {
            each.name
            for each in ast.walk(ast.parse(source(module).read_text()))
            if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)
        }
        assert cloud == "azure" or plane[name] in functions


@takes_terraform
@pytest.mark.parametrize("home", [True, False])
@pytest.mark.parametrize("cloud", ["aws", "azure", "gcp"])
def test_terraform_can_say_what_every_local_is_whether_home_is_here_or_not(
    cloud: str, home: bool, tmp_path: Path
) -> None:
    names = [plain(name) for name in Module.read(FOLDER / cloud).locals if name != "__is_block__"]
    federated = {"ci": {"issuer": "https://ci.example.com", "subject": "s", "audience": "a"}}
    said = ", ".join(f"{name} = local.{name}" for name in names)
    found = evaluated(cloud, f"{{ {said} }}", tmp_path, home=home, federated=federated)
    assert [name for name in names if found[name] is None] == []


PARTS: dict[str, dict[str, str]] = {
    "aws": {
        "gateway": "aws_apigatewayv2_api", "clock": "aws_scheduler_schedule", "queue": "aws_sqs_queue",
        "database": "aws_db_instance", "secrets": "aws_secretsmanager_secret", "budget": "aws_budgets_budget",
        "federation": "aws_iam_openid_connect_provider", "alerts": "aws_cloudwatch_metric_alarm",
    },
    "azure": {
        "gateway": "azurerm_api_management", "queue": "azurerm_servicebus_queue", "secrets": "azurerm_key_vault",
        "database": "azurerm_postgresql_flexible_server", "alerts": "azurerm_monitor_metric_alert",
        "federation": "azurerm_federated_identity_credential", "budget": "azurerm_consumption_budget_resource_group",
    },
    "gcp": {
        "gateway": "google_api_gateway_gateway", "clock": "google_cloud_scheduler_job", "queue": "google_pubsub_topic",
        "database": "google_sql_database_instance", "secrets": "google_secret_manager_secret",
        "federation": "google_iam_workload_identity_pool_provider", "budget": "google_billing_budget",
        "alerts": "google_monitoring_alert_policy",
    },
}  # fmt: skip


@pytest.mark.parametrize("cloud", PARTS)
def test_a_module_has_every_part_that_an_installation_is_made_of(cloud: str) -> None:
    module = Module.read(FOLDER / cloud)
    assert [part for part, kind in PARTS[cloud].items() if not module.of_type(kind)] == []


def test_azures_clock_is_in_its_apps_and_its_host_brings_what_the_queue_takes() -> None:
    host = json.loads((ROOT / "functions" / "azure" / "host.json").read_text())
    assert host["extensionBundle"]["id"] == "Microsoft.Azure.Functions.ExtensionBundle"
    schedules = Module.read(FOLDER / "azure").locals["schedules"]
    timed = {name for name, module in ON_AZURE.items() if "timer_trigger" in source(module).read_text()}
    assert {plain(name) for name in schedules if name != "__is_block__"} == timed


@pytest.mark.parametrize("cloud", ["aws", "azure", "gcp"])
def test_functions_run_on_the_python_that_their_artefacts_are_compiled_for(cloud: str) -> None:
    release = (ROOT / ".github" / "workflows" / "ci.yml").read_text().partition("\n  release:")[2]
    (packed,) = set(re.findall(r'python-version: "([\d.]+)"', release))
    assert packed == RUNTIME
    assert set(re.findall(r'runtime\w* += "(?:python)?(\d[\d.]+)"', text(cloud))) == {
        packed.replace(".", "" if cloud == "gcp" else ".")
    }


@takes_terraform
def test_on_every_cloud_tools_are_below_its_name_and_the_rest_is_the_control_planes(tmp_path: Path) -> None:
    """So one address is enough at home, and what the control plane's own pages say of themselves holds."""
    routes = set(evaluated("aws", "local.routes", tmp_path, home=True))
    tools = {f"POST /aws/mcp/{tool}" for tool in tool_names()}
    assert routes == {*tools, "POST /aws/mcp", "ANY /api/v1/{proxy+}", "POST /hooks/{door}", "ANY /{proxy+}"}
    for cloud in ("aws", "azure", "gcp"):
        url = plain(Module.read(FOLDER / cloud).outputs["gateway_url"]["value"])
        example = (FOLDER / "live" / cloud / "example.tfvars").read_text()
        assert url.endswith(f"/{cloud}")
        assert 'control_url   = "https://tollgate.example.com"\n' in example


@takes_terraform
@pytest.mark.parametrize("home", [True, False])
def test_googles_gateway_takes_a_key_for_tools_counts_calls_by_it_and_speaks_tls_only(
    home: bool, tmp_path: Path
) -> None:
    found = evaluated("gcp", "local.document", tmp_path, home=home, calls_per_second=7)
    assert (found["schemes"], found["securityDefinitions"]["gateway_key"]) == (
        ["https"],
        {"type": "apiKey", "name": config.KEY, "in": "header"},
    )
    assert config.KEY == KEY
    (limit,) = found["x-google-management"]["quota"]["limits"]
    assert (limit["unit"], limit["values"]) == ("1/min/{project}", {"STANDARD": 420})
    tools = {path: each for path, each in found["paths"].items() if path.startswith("/gcp/mcp")}
    assert set(tools) == {"/gcp/mcp", *(f"/gcp/mcp/{tool}" for tool in tool_names())}
    for methods in tools.values():
        assert set(methods) == {"post"}
        assert methods["post"]["security"] == [{"gateway_key": []}]
        assert methods["post"]["x-google-quota"] == {"metricCosts": {limit["metric"]: 1}}
    others = found["paths"].keys() - tools.keys()
    assert others == ({"/api/v1/{rest=**}", "/hooks/{rest=*}", "/{rest=**}"} if home else set())
    named = [each["operationId"] for methods in found["paths"].values() for each in methods.values()]
    assert len(named) == len(set(named))


@takes_terraform
def test_azures_gateway_leads_to_every_function_limits_rate_and_size_and_speaks_tls_only(tmp_path: Path) -> None:
    module, backends = Module.read(FOLDER / "azure"), evaluated("azure", "local.backends", tmp_path, home=True)
    (api,) = module.of_type("azurerm_api_management_api")
    (policy,) = module.of_type("azurerm_api_management_api_operation_policy")
    xml = str(policy.get("xml_content"))
    assert api.get("protocols") == ['"https"']
    assert f"&gt; {MAX_BODY})" in xml
    assert 'rate-limit calls="${var.calls_per_second * 60}" renewal-period="60"' in xml
    assert {(each["path"], each["to"]) for each in backends.values() if each["app"] in tool_names()} == {
        (f"/azure/mcp/{tool}", f"/mcp/{tool}") for tool in tool_names()
    }
    # Keys are to be read, pages to be opened and doors to be knocked at without a token.
    assert {each["app"] for each in backends.values() if not each["token"]} == {"control", "webhooks"}
    assert "check-header name=" in xml
