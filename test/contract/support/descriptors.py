"""Writes the protobuf descriptors of fal's control plane, as the installed package has them, to stdout."""

import sys

from google.protobuf.descriptor_pb2 import FileDescriptorSet
from isolate_proto import controller_pb2

files = {}


def add(file):
    if file.name not in files:
        for dependency in file.dependencies:
            add(dependency)
        files[file.name] = file


add(controller_pb2.DESCRIPTOR)
descriptors = FileDescriptorSet()
for file in files.values():
    file.CopyToProto(descriptors.file.add())
sys.stdout.buffer.write(descriptors.SerializeToString())
