"""Imported once, by the process that all lives are forked from: what every life needs, and takes long to come by."""

import azure.mgmt.compute
import azure.mgmt.storage
import boto3
import google.auth.transport.requests
import google.cloud.storage
import pytest

import mcp_handlers.aws.client
import mcp_handlers.azure.arm
import tests.chaos.life
import workflow.store.postgres
import workflow.store.postgres_checkpoints
from functions.judges import live
from functions.registry import cloud_names
from mcp_handlers.prices.catalog import load_cloud
from tests.chaos.stories import STORIES
from workflow.language.rules import parse

__all__ = ["azure", "boto3", "google", "mcp_handlers", "pytest", "tests", "workflow"]

live()
for cloud in cloud_names():
    load_cloud(cloud)
for story in STORIES.values():
    parse(story.text)
