"""What holds for every Terraform file here, as functions from a module to what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from tests.terraform.hcl import META, NOTES, Module, plain, schemas, texts

Rule = Callable[[Module], Iterator[str]]
REFERENCE = re.compile(
    r"(?<![\w.\"$])((?:data\.|ephemeral\.)?(?:aws|azurerm|google|random)_\w+)\.(\w+)((?:\[[^\[\]]*\])*)(?:\.(\w+))?"
)
VARIABLE, LOCAL = re.compile(r"(?<![\w.])var\.(\w+)"), re.compile(r"(?<![\w.])local\.(\w+)")
PUBLIC = ("allUsers", "allAuthenticatedUsers", "AllUsers", "public-read")
SWEEPING = ("Owner", "Contributor", "User Access Administrator", "roles/owner", "roles/editor")
ENCRYPTED: dict[str, dict[str, Any]] = {
    "aws_kms_key": {"enable_key_rotation": True},
    "aws_db_instance": {"storage_encrypted": True, "kms_key_id": ...},
    "aws_sqs_queue": {"kms_master_key_id": ...},
    "aws_sns_topic": {"kms_master_key_id": ...},
    "aws_cloudwatch_log_group": {"kms_key_id": ..., "retention_in_days": ...},
    "aws_secretsmanager_secret": {"kms_key_id": ...},
    "aws_lambda_function": {"kms_key_arn": ..., "tracing_config.mode": "Active"},
    "azurerm_storage_account": {"min_tls_version": "TLS1_2", "https_traffic_only_enabled": True},
    "azurerm_servicebus_namespace": {"minimum_tls_version": "1.2"},
    "azurerm_function_app_flex_consumption": {"https_only": True, "site_config.minimum_tls_version": "1.2"},
    "azurerm_key_vault": {"purge_protection_enabled": True, "rbac_authorization_enabled": True},
    "google_kms_crypto_key": {"rotation_period": ...},
    "google_pubsub_topic": {"kms_key_name": ...},
    "google_secret_manager_secret": {"replication.user_managed.replicas.customer_managed_encryption.kms_key_name": ...},
    "google_sql_database_instance": {
        "encryption_key_name": ...,
        "settings.ip_configuration.ssl_mode": "ENCRYPTED_ONLY",
    },
}
"""What each kind says so that data is encrypted where it lies and on its way; `...`: anything."""
KEPT: dict[str, dict[str, Any]] = {
    "aws_db_instance": {
        "backup_retention_period": ...,
        "deletion_protection": True,
        "skip_final_snapshot": False,
        "publicly_accessible": False,
    },
    "azurerm_postgresql_flexible_server": {
        "backup_retention_days": ...,
        "lifecycle.prevent_destroy": True,
        "public_network_access_enabled": False,
        "delegated_subnet_id": ...,
    },
    "google_sql_database_instance": {
        "settings.backup_configuration.enabled": True,
        "settings.backup_configuration.point_in_time_recovery_enabled": True,
        "deletion_protection": True,
        "settings.ip_configuration.ipv4_enabled": False,
        "settings.ip_configuration.private_network": ...,
    },
    "aws_sqs_queue": {"message_retention_seconds": ...},
    "azurerm_servicebus_queue": {"max_delivery_count": ..., "dead_lettering_on_message_expiration": True},
    "google_pubsub_subscription": {"expiration_policy.ttl": ""},
}
"""What each kind says so that nothing is lost and nothing is open to the world."""
CLOSED: dict[str, dict[str, Any]] = {
    "azurerm_storage_account": {"shared_access_key_enabled": False, "allow_nested_items_to_be_public": False},
    "azurerm_storage_container": {"container_access_type": "private"},
    "azurerm_servicebus_namespace": {"local_auth_enabled": False},
    "azurerm_application_insights": {"local_authentication_disabled": True},
    "azurerm_key_vault": {"network_acls.default_action": "Deny"},
}
"""What is open by itself, or takes a key by itself."""
KEYS = re.compile(
    r"^(aws_iam_(access_key|user|user_login_profile)|google_service_account_key|azuread_\w*_password|tls_private_key)$"
)
IN_STATE = frozenset(
    {"password", "administrator_password", "secret_string", "secret_data", "master_password", "root_password"}
)


def variables_are_typed_and_described(module: Module) -> Iterator[str]:
    """Each variable says its type and what it is."""
    for name, body in module.variables.items():
        missing = {"type", "description"} - body.keys()
        if missing or len(plain(body["description"])) < 10 or not plain(body["description"]).endswith("."):
            yield f"variable {name}: {', '.join(sorted(missing)) or 'its description says nothing'}"


def outputs_are_described(module: Module) -> Iterator[str]:
    """Each output says what it is."""
    for name, body in module.outputs.items():
        if len(plain(body.get("description", ""))) < 10:
            yield f"output {name}: no description"


def versions_are_pinned(module: Module) -> Iterator[str]:
    """Terraform has both bounds, and every provider a version within one major."""
    if "<" not in str(module.settings.get("required_version")) or ">=" not in str(module.settings["required_version"]):
        yield "terraform: required_version has no two bounds"
    pinned = (module.settings.get("required_providers") or [{}])[0]
    for name, body in pinned.items():
        if name not in NOTES and not re.fullmatch(r"~> \d+\.\d+", str(_key(body, "version"))):
            yield f"provider {name}: its version is not pinned"
    for one in module.resources:
        provider = str(plain(one.body.get("provider", one.type.partition("_")[0]))).strip("${}")
        if provider not in {plain(name) for name in pinned}:
            yield f"{one.address}: the provider {provider} is not required"


def no_action_is_a_wildcard(module: Module) -> Iterator[str]:
    """No leave names more than one action at a time, nor a role that may do everything."""
    for one in module.resources:
        for path, value in _leaves(one.body):
            sweeping = path[-1:] in (("role",), ("role_definition_name",)) and value in SWEEPING
            if sweeping or ({"actions", "data_actions", "permissions", "Action"} & set(path) and "*" in value):
                yield f"{one.address}: {value}"


def nothing_is_public(module: Module) -> Iterator[str]:
    """Nobody unknown may read, call or reach anything but the gateway."""
    yield from _missing(module, CLOSED)
    for one in module.resources:
        for _, value in _leaves(one.body):
            if value in PUBLIC:
                yield f"{one.address}: {value}"
        if "ingress" in one.type and any(one.get(name) in ("0.0.0.0/0", "::/0") for name in ("cidr_ipv4", "cidr_ipv6")):
            yield f"{one.address}: open to every address"


def everything_is_encrypted(module: Module) -> Iterator[str]:
    """As ENCRYPTED says."""
    yield from _missing(module, ENCRYPTED)


def nothing_is_lost(module: Module) -> Iterator[str]:
    """As KEPT says: backups, points in time, dead letters, no address to the world."""
    yield from _missing(module, KEPT)
    for queue in module.of_type("aws_sqs_queue"):
        if queue.name != "dead" and queue.get("redrive_policy") is None:
            yield f"{queue.address}: no dead letters"
    for subscription in module.of_type("google_pubsub_subscription"):
        if subscription.name != "dead" and subscription.get("dead_letter_policy.dead_letter_topic") is None:
            yield f"{subscription.address}: no dead letters"


def there_is_no_long_lived_key(module: Module) -> Iterator[str]:
    """No key or user is made, and no secret gets into a plan or a state."""
    for one in module.resources:
        if KEYS.match(one.type):
            yield f"{one.address}: a key that does not end by itself"
        if one.kind != "ephemeral" and one.type == "random_password":
            yield f"{one.address}: a password in the state"
        held = IN_STATE | ({"value"} if one.type == "azurerm_key_vault_secret" else set())
        yield from (f"{one.address}: {name} would be in the state" for name in sorted(held & one.body.keys()))


def names_are_the_providers_own(module: Module) -> Iterator[str]:
    """Every resource, block and argument is one that the provider has, and what it requires is there."""
    for one in module.resources:
        if one.kind == "ephemeral":
            continue
        known = schemas().get(one.type if one.kind == "resource" else f"data.{one.type}")
        if known is None:
            yield f"{one.address}: no such resource in the schemas"
        else:
            body = {name: value for name, value in one.body.items() if name not in META}
            yield from (f"{one.address}: {found}" for found in _unfit(body, known["arguments"]))


def references_lead_somewhere(module: Module) -> Iterator[str]:
    """Every expression names a variable, a local, a resource and an attribute that there is."""
    declared = {(f"{'' if one.kind == 'resource' else one.kind + '.'}{one.type}", one.name) for one in module.resources}
    said = [
        *(one.body for one in module.resources),
        *module.outputs.values(),
        *module.calls.values(),
        module.locals,
        module.variables,
    ]
    for text in texts(said):
        yield from (f"var.{name} is not declared" for name in VARIABLE.findall(text) if name not in module.variables)
        yield from (f"local.{name} is not declared" for name in LOCAL.findall(text) if name not in module.locals)
        for type_, name, _, attribute in REFERENCE.findall(text):
            if (type_, name) not in declared:
                yield f"{type_}.{name} is not declared"
            elif attribute and type_ in schemas():
                known = schemas()[type_]
                if attribute not in {*known["attributes"], *known["arguments"], "id"}:
                    yield f"{type_}.{name} has no attribute {attribute}"


RULES: tuple[Rule, ...] = (
    variables_are_typed_and_described,
    outputs_are_described,
    versions_are_pinned,
    no_action_is_a_wildcard,
    nothing_is_public,
    everything_is_encrypted,
    nothing_is_lost,
    there_is_no_long_lived_key,
    names_are_the_providers_own,
    references_lead_somewhere,
)


def _missing(module: Module, wanted: dict[str, dict[str, Any]]) -> Iterator[str]:
    for type_, arguments in wanted.items():
        for one in module.of_type(type_):
            for path, value in arguments.items():
                found = one.get(path)
                if found is None or (value is not ... and found not in (value, str(value).lower())):
                    yield f"{one.address}: {path} is {found}"


def _unfit(body: dict[str, Any], known: dict[str, Any]) -> Iterator[str]:
    blocks = {plain(name): content for block in body.get("dynamic", []) for name, content in block.items()}
    for note in NOTES:
        blocks.pop(note, None)
    given = {name: value for name, value in body.items() if name not in ("dynamic", *NOTES)}
    for name in sorted(given.keys() | blocks.keys()):
        if name not in known:
            yield f"there is no {name}"
        elif "block" in known[name]:
            inner = [b["content"] for b in [blocks[name]]] if name in blocks else [given[name]]
            for each in (one for several in inner for one in (several if isinstance(several, list) else [several])):
                if isinstance(each, dict):
                    yield from (f"{name}: {found}" for found in _unfit(each, known[name]["block"]))
    yield from (f"{name} is required" for name, one in known.items() if one["required"] and name not in given | blocks)


def _leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, dict):
        denies = plain(value.get("effect")) == "Deny"
        for name, each in value.items():
            if not denies and name not in NOTES:
                yield from _leaves(each, (*path, plain(name)))
    elif isinstance(value, list):
        for each in value:
            yield from _leaves(each, path)
    elif isinstance(value, str):
        yield path, plain(value)


def _key(body: dict[str, Any], name: str) -> Any:
    return next((plain(value) for key, value in body.items() if plain(key) == name), None)


def differing(left: Module, right: Module) -> set[str]:
    """The variables and outputs that two modules do not have alike: a type, a default, a name."""

    def shape(module: Module) -> set[str]:
        told = {name: {k: v for k, v in body.items() if k != "description"} for name, body in module.variables.items()}
        return {f"variable {name}: {body}" for name, body in told.items()} | {
            f"output {name}" for name in module.outputs
        }

    return shape(left) ^ shape(right)


def of_every_tool(module: Module) -> set[str]:
    """The types of which there is one resource for every tool."""
    over = re.compile(r"local\.(tools|apps)\b")
    return {one.type for one in module.resources if over.search(str(one.body.get("for_each")))}
