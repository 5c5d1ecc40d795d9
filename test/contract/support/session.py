"""Carries out the steps that stdin lists, with fal's Python SDK, and prints what each of them returned.

A step is [name, arguments, keyword arguments]. The name is a method of SyncServerlessClient, such as "apps.scale", or
"connection." and a method of the connection below it, for what that client does not offer.
"""

import dataclasses
import datetime
import enum
import functools
import json
import sys

from fal.api import SyncServerlessClient
from fal.sdk import FalServerlessClient, KeyPreset, KeyScope

TYPES = {
    "preset": KeyPreset,
    "scope": KeyScope,
    "since": datetime.datetime.fromisoformat,
}


def plain(value):
    if dataclasses.is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, datetime.datetime):
        return str(value)
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    return value


def carry_out(client, name, arguments, keywords):
    keywords = {key: TYPES.get(key, lambda same: same)(value) for key, value in keywords.items()}
    path = name.split(".")
    if path[0] != "connection":
        return functools.reduce(getattr, path, client)(*arguments, **keywords)
    with FalServerlessClient(client._grpc_host, client._credentials).connect() as connection:
        return getattr(connection, path[1])(*arguments, **keywords)


client = SyncServerlessClient()
json.dump([plain(carry_out(client, *step)) for step in json.load(sys.stdin)], sys.stdout)
