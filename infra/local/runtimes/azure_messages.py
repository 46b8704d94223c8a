"""The messages between Azure's host and its Python worker, as the classes that the worker library is handed.

Microsoft's package of 2020 is the last on PyPI that carries them compiled. Its code needs a protobuf of that time, so
only the descriptors in it are read; what the library of today uses beyond them is added. Host and worker are one
process here and nothing goes over a wire, so the numbers of the added fields are ours.
"""

from __future__ import annotations

import ast
import importlib.util
from pathlib import Path
from types import SimpleNamespace

from google.protobuf import descriptor_pb2, descriptor_pool, duration_pb2, message_factory, timestamp_pb2
from google.protobuf.descriptor_pb2 import DescriptorProto, FieldDescriptorProto, FileDescriptorProto

PACKAGE = "AzureFunctionsRpcMessages"
FILES = ("shared/NullableTypes_pb2.py", "identity/ClaimsIdentityRpc_pb2.py", "FunctionRpc_pb2.py")
FIRST = 100
"""The number of the first field that is added to a message."""
NEW = ("WorkerMetadata", "FunctionMetadataResponse", "RpcRetryOptions", "RetryContext")
LATER = {
    "WorkerInitRequest": {"function_app_directory": "string"},
    "WorkerInitResponse": {"worker_metadata": "WorkerMetadata"},
    "WorkerMetadata": {
        "runtime_name": "string",
        "runtime_version": "string",
        "worker_version": "string",
        "worker_bitness": "string",
        "custom_properties": "map",
    },
    "FunctionMetadataResponse": {
        "function_metadata_results": "RpcFunctionMetadata*",
        "use_default_metadata_indexing": "bool",
        "result": "StatusResult",
    },
    "RpcFunctionMetadata": {
        "function_id": "string",
        "managed_dependency_enabled": "bool",
        "language": "string",
        "raw_bindings": "string*",
        "retry_options": "RpcRetryOptions",
        "properties": "map",
    },
    "InvocationRequest": {"retry_context": "RetryContext"},
    "RetryContext": {"retry_count": "int32", "max_retry_count": "int32", "exception": "RpcException"},
}
"""Fields by message: a scalar, a message, a `map` of strings to strings; with `*` many of them."""


def messages() -> SimpleNamespace:
    """Every message's class by its name. Raises ImportError where the package of 2020 is not installed."""
    pool = descriptor_pool.DescriptorPool()
    for known in (timestamp_pb2, duration_pb2):
        pool.AddSerializedFile(known.DESCRIPTOR.serialized_pb)
    found = {}
    for name in FILES:
        file = _descriptors(_folder() / name)
        if file.package == PACKAGE:
            _complete(file)
        pool.Add(file)
        prefix = f"{file.package}." if file.package else ""
        for message in file.message_type:
            described = pool.FindMessageTypeByName(prefix + message.name)
            found[message.name] = message_factory.GetMessageClass(described)
    return SimpleNamespace(**found)


def _folder() -> Path:
    spec = importlib.util.find_spec("azure_functions_worker")
    if spec is None or spec.origin is None:
        raise ImportError("azure-functions-worker is not there; `make runtimes` installs it.")
    return Path(spec.origin).parent / "protos"


def _descriptors(path: Path) -> FileDescriptorProto:
    """What protoc wrote into the file as bytes; the code around them is left alone."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.keyword) and node.arg == "serialized_pb" and isinstance(node.value, ast.Constant):
            return descriptor_pb2.FileDescriptorProto.FromString(node.value.value)
    raise ImportError(f"{path.name} holds no descriptors.")


def _complete(file: FileDescriptorProto) -> None:
    """Add what came later."""
    for name in NEW:
        file.message_type.add(name=name)
    known = {message.name: message for message in file.message_type}
    for name, fields in LATER.items():
        for number, (field, kind) in enumerate(fields.items(), FIRST):
            _add(known[name], field, kind, number)
    # What a parameter holds is a choice by now, of which shared memory is the other half.
    binding = known["ParameterBinding"]
    binding.oneof_decl.add(name="rpc_data")
    next(field for field in binding.field if field.name == "data").oneof_index = 0


def _add(message: DescriptorProto, name: str, kind: str, number: int) -> None:
    many = kind.endswith("*") or kind == "map"
    field = message.field.add(name=name, number=number)
    field.label = FieldDescriptorProto.LABEL_REPEATED if many else FieldDescriptorProto.LABEL_OPTIONAL
    plain = kind.rstrip("*")
    if plain in ("string", "bool", "int32"):
        field.type = FieldDescriptorProto.Type.Value(f"TYPE_{plain.upper()}")
        return
    field.type = FieldDescriptorProto.TYPE_MESSAGE
    if kind != "map":
        field.type_name = f".{PACKAGE}.{plain}"
        return
    entry = message.nested_type.add(name="".join(part.capitalize() for part in name.split("_")) + "Entry")
    entry.options.map_entry = True
    _add(entry, "key", "string", 1)
    _add(entry, "value", "string", 2)
    field.type_name = f".{PACKAGE}.{message.name}.{entry.name}"
