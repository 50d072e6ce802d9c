"""Ways for an issue to leave the house, and the registry of them.

An output hands in one mail and returns the words of acceptance. It calls its last argument
before the first byte that may take effect, and raises DeliveryError.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

from jobs.deliver import files, smtp
from jobs.settings import Settings
from pipeline.records import Mail

Output: TypeAlias = Callable[[Settings, Mail, Callable[[], None]], str]

OUTPUTS: Mapping[str, Output] = MappingProxyType({"smtp": smtp.send, "file": files.send})
