"""Projects and the machine-learning backend that makes offers in them.

What was tried is of Label Studio 1.23.2: it refuses every address of this machine, and it makes a webhook for every
backend, which would send all annotations there.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import TYPE_CHECKING

from onrecord.annotation.label_studio.address import ServerError
from onrecord.annotation.label_studio.naming import title_of
from onrecord.annotation.label_studio.offers import with_offers
from onrecord.annotation.label_studio.project import ONCE

if TYPE_CHECKING:
    from label_studio_sdk import LabelStudio

TITLE = "onrecord assist"
"""What a backend made here is called in its project."""

LOOPBACK = "127.0.0.1"

_BANNED = """
    0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24
    192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 233.252.0.0/24 240.0.0.0/4
    255.255.255.255/32 ::/128 ::1/128 ::ffff:0:0/96 ::ffff:0:0:0/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 2001::/32
    2001:20::/28 2001:db8::/32 2002::/16 fc00::/7 fe80::/10 ff00::/8
"""
"""The networks that Label Studio refuses to send requests to unless told otherwise."""


def environment() -> dict[str, str]:
    """What the server must be started with to reach a backend on :data:`LOOPBACK`, and nothing else that is private.

    Its own switches open every private network, so the refused networks are named anew without the one address.
    """
    one = ipaddress.ip_network(f"{LOOPBACK}/32")
    networks = [ipaddress.ip_network(each) for each in _BANNED.split()]
    refused = [
        str(part)
        for network in networks
        for part in (
            network.address_exclude(one)
            if isinstance(network, ipaddress.IPv4Network)
            and isinstance(one, ipaddress.IPv4Network)
            and one.subnet_of(network)
            else [network]
        )
    ]
    return {"USE_DEFAULT_BANNED_SUBNETS": "false", "USER_ADDITIONAL_BANNED_SUBNETS": ",".join(refused)}


def projects(client: LabelStudio) -> list[int]:
    """The projects that ``push`` made, of all rounds."""
    start = title_of("", "").split(" / ")[0] + " / "
    return [each.id for each in client.projects.list() if each.id is not None and (each.title or "").startswith(start)]


def connect(client: LabelStudio, project: int, url: str) -> None:
    """Have a project ask the backend at ``url``; one that does so already is left as it is.

    Raises:
        ServerError: The server refuses the address.
    """
    from label_studio_sdk.core.api_error import ApiError

    config = client.projects.get(id=project).label_config or ""
    if (wider := with_offers(config)) != config:
        client.projects.update(id=project, label_config=wider, request_options=ONCE)
    ours = [each for each in client.ml.list(project=project) if each.title == TITLE]
    if not ours:
        try:
            client.ml.create(project=project, url=url, title=TITLE, is_interactive=True, request_options=ONCE)
        except ApiError as error:
            if error.status_code != 403:
                raise
            raise ServerError(
                f"the server may not send requests to {url}; start it with: onrecord annotation serve --assist"
            ) from error
    elif ours[0].url != url:
        assert ours[0].id is not None
        client.ml.update(
            id=ours[0].id, project=project, url=url, title=TITLE, is_interactive=True, request_options=ONCE
        )
    for hook in client.webhooks.list(project=str(project)):
        if hook.id is not None and (hook.url or "").startswith(url):
            client.webhooks.delete(id=hook.id, request_options=ONCE)


def disconnect(client: LabelStudio, projects: Iterable[int]) -> None:
    """Have projects ask no backend of ours any more; the others of a project stay."""
    for project in projects:
        for each in client.ml.list(project=project):
            if each.title == TITLE and each.id is not None:
                client.ml.delete(id=each.id, request_options=ONCE)
