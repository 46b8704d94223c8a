"""Google's Publisher and Subscriber services over gRPC, as far as a queue takes: the messages are the official ones."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
from google.protobuf.empty_pb2 import Empty
from google.protobuf.timestamp_pb2 import Timestamp
from google.pubsub_v1 import types

from infra.local.faults import FaultBook
from infra.local.pubsub.broker import Broker, Exists, Missing

THREADS = 32
"""Calls at once: a pull that waits holds one."""
LEAST_ACK_SECONDS = 10
MOST_MESSAGES = 1000
FAULTS = {
    "cloud_down": (grpc.StatusCode.UNAVAILABLE, "The service is currently unavailable."),
    "throttle": (grpc.StatusCode.RESOURCE_EXHAUSTED, "Quota exceeded."),
    "no_permission": (grpc.StatusCode.PERMISSION_DENIED, "User not authorized to perform this action."),
    "error": (grpc.StatusCode.INTERNAL, "An internal error occurred."),
}

Answer = Callable[[Any, grpc.ServicerContext], Any]


class Service:
    """What each call does. Faults are told of by the operation's name, such as `Pull`."""

    def __init__(self, broker: Broker, faults: FaultBook) -> None:
        self.broker, self.faults = broker, faults

    def publisher(self) -> dict[str, grpc.RpcMethodHandler]:
        """The calls of `google.pubsub.v1.Publisher`."""
        return {
            "CreateTopic": self._call("CreateTopic", types.Topic, self._create_topic),
            "GetTopic": self._call("GetTopic", types.GetTopicRequest, self._get_topic),
            "DeleteTopic": self._call("DeleteTopic", types.DeleteTopicRequest, self._delete_topic),
            "Publish": self._call("Publish", types.PublishRequest, self._publish),
        }

    def subscriber(self) -> dict[str, grpc.RpcMethodHandler]:
        """The calls of `google.pubsub.v1.Subscriber`."""
        return {
            "CreateSubscription": self._call("CreateSubscription", types.Subscription, self._subscribe),
            "GetSubscription": self._call("GetSubscription", types.GetSubscriptionRequest, self._subscription),
            "DeleteSubscription": self._call("DeleteSubscription", types.DeleteSubscriptionRequest, self._unsubscribe),
            "Pull": self._call("Pull", types.PullRequest, self._pull),
            "Acknowledge": self._call("Acknowledge", types.AcknowledgeRequest, self._acknowledge),
            "ModifyAckDeadline": self._call("ModifyAckDeadline", types.ModifyAckDeadlineRequest, self._put_off),
        }

    def _call(self, operation: str, wanted: Any, answer: Answer) -> grpc.RpcMethodHandler:
        def answered(request: Any, context: grpc.ServicerContext) -> Any:
            self._befall(operation, context)
            try:
                said = answer(request, context)
            except Missing as missing:
                context.abort(grpc.StatusCode.NOT_FOUND, f"Resource not found (resource={missing}).")
            except Exists as there:
                context.abort(grpc.StatusCode.ALREADY_EXISTS, f"Resource already exists in the project ({there}).")
            if self.faults.take("lost", operation=operation):
                context.abort(*FAULTS["cloud_down"])
            return said

        return grpc.unary_unary_rpc_method_handler(answered, wanted.deserialize, _serialized)

    def _befall(self, operation: str, context: grpc.ServicerContext) -> None:
        if slow := self.faults.take("latency", operation=operation):
            time.sleep(slow.latency_ms / 1000)
        for kind, (status, words) in FAULTS.items():
            if self.faults.take(kind, operation=operation):  # type: ignore[arg-type]
                context.abort(status, words)

    def _create_topic(self, request: types.Topic, context: grpc.ServicerContext) -> types.Topic:
        self.broker.create_topic(request.name)
        return request

    def _get_topic(self, request: types.GetTopicRequest, context: grpc.ServicerContext) -> types.Topic:
        return types.Topic(name=self.broker.topic(request.topic))

    def _delete_topic(self, request: types.DeleteTopicRequest, context: grpc.ServicerContext) -> Empty:
        self.broker.delete_topic(request.topic)
        return Empty()

    def _publish(self, request: types.PublishRequest, context: grpc.ServicerContext) -> types.PublishResponse:
        if not request.messages or not all(one.data or one.attributes for one in request.messages):
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "One or more messages in the publish request is empty.")
        return types.PublishResponse(message_ids=self.broker.publish(request.topic, list(request.messages)))

    def _subscribe(self, request: types.Subscription, context: grpc.ServicerContext) -> types.Subscription:
        seconds = request.ack_deadline_seconds or LEAST_ACK_SECONDS
        self.broker.create_subscription(request.name, request.topic, max(seconds, LEAST_ACK_SECONDS))
        return request

    def _subscription(self, request: types.GetSubscriptionRequest, context: grpc.ServicerContext) -> types.Subscription:
        found = self.broker.subscription(request.subscription)
        return types.Subscription(name=found.name, topic=found.topic, ack_deadline_seconds=found.ack_seconds)

    def _unsubscribe(self, request: types.DeleteSubscriptionRequest, context: grpc.ServicerContext) -> Empty:
        self.broker.delete_subscription(request.subscription)
        return Empty()

    def _pull(self, request: types.PullRequest, context: grpc.ServicerContext) -> types.PullResponse:
        if not 0 < request.max_messages <= MOST_MESSAGES:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "max_messages must be between 1 and 1000.")
        wait = 0.0 if request.return_immediately else context.time_remaining() or 0.0
        found = self.broker.pull(request.subscription, request.max_messages, wait)
        return types.PullResponse(
            received_messages=[
                types.ReceivedMessage(ack_id=one.ack_id, message=_stamped(one.body, one.message_id)) for one in found
            ]
        )

    def _acknowledge(self, request: types.AcknowledgeRequest, context: grpc.ServicerContext) -> Empty:
        self.broker.acknowledge(request.subscription, list(request.ack_ids))
        return Empty()

    def _put_off(self, request: types.ModifyAckDeadlineRequest, context: grpc.ServicerContext) -> Empty:
        self.broker.put_off(request.subscription, list(request.ack_ids), request.ack_deadline_seconds)
        return Empty()


def serve(port: int, broker: Broker, faults: FaultBook) -> tuple[grpc.Server, int]:
    """A started server on 127.0.0.1, and its port (0 takes a free one)."""
    server, service = grpc.server(ThreadPoolExecutor(THREADS)), Service(broker, faults)
    server.add_generic_rpc_handlers(
        (
            grpc.method_handlers_generic_handler("google.pubsub.v1.Publisher", service.publisher()),
            grpc.method_handlers_generic_handler("google.pubsub.v1.Subscriber", service.subscriber()),
        )
    )
    bound = server.add_insecure_port(f"127.0.0.1:{port}")
    server.start()
    return server, bound


def _serialized(answer: Any) -> bytes:
    told: bytes = answer.SerializeToString() if isinstance(answer, Empty) else type(answer).serialize(answer)
    return told


def _stamped(body: Any, message_id: str) -> types.PubsubMessage:
    at = Timestamp()
    at.GetCurrentTime()
    return types.PubsubMessage(data=body.data, attributes=dict(body.attributes), message_id=message_id, publish_time=at)
