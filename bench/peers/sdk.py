"""The Azure SDK for Python on the emulator, as its users write it, in a process that is warm: what
its imports, its sign-in and its first connections take is not measured.

`python sdk.py ENDPOINT SUBSCRIPTION GROUP get --name NAME --count N`
`python sdk.py ENDPOINT SUBSCRIPTION GROUP list`
`python sdk.py ENDPOINT SUBSCRIPTION GROUP create --prefix TEXT --count N --threads N`

Prints what it took as a line of JSON. AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET sign
in.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from concurrent.futures import ThreadPoolExecutor

import requests
from azure.core.credentials import AccessToken
from azure.core.pipeline.transport import RequestsTransport
from azure.mgmt.msi import ManagedServiceIdentityClient

SCOPE = "https://management.azure.com/.default"


class ClientSecret:
    """The client-credentials grant at the emulator's token endpoint, with a token for the whole run."""

    def __init__(self, endpoint: str):
        url = f"{endpoint}/{os.environ['AZURE_TENANT_ID']}/oauth2/v2.0/token"
        form = {
            "grant_type": "client_credentials",
            "client_id": os.environ["AZURE_CLIENT_ID"],
            "client_secret": os.environ["AZURE_CLIENT_SECRET"],
            "scope": SCOPE,
        }
        response = requests.post(url, data=form, timeout=30)
        response.raise_for_status()
        answer = response.json()
        until = int(time.time()) + int(answer["expires_in"])
        self.token = AccessToken(answer["access_token"], until)

    def get_token(self, *_scopes: str, **_) -> AccessToken:
        return self.token


def transport(threads: int) -> RequestsTransport:
    """Connections enough for all threads: the usual ten would be opened again and again."""
    session = requests.Session()
    session.mount("https://", requests.adapters.HTTPAdapter(pool_maxsize=max(threads, 10)))
    return RequestsTransport(session=session, session_owner=False)


def get(identities, options) -> dict:
    identities.get(options.group, options.name)
    each = []
    for _ in range(options.count):
        started = time.perf_counter()
        identities.get(options.group, options.name)
        each.append(time.perf_counter() - started)
    return {"count": options.count, "medianSeconds": statistics.median(each)}


def list_all(identities, options) -> dict:
    # A page opens the connection.
    next(iter(identities.list_by_resource_group(options.group)))
    started = time.perf_counter()
    first = None
    count = 0
    for _ in identities.list_by_resource_group(options.group):
        if first is None:
            first = time.perf_counter() - started
        count += 1
    return {"count": count, "seconds": time.perf_counter() - started, "firstSeconds": first}


def create(identities, options) -> dict:
    def make(number: int) -> None:
        body = {"location": "eastus", "tags": {}}
        identities.create_or_update(options.group, f"{options.prefix}{number}", body)

    with ThreadPoolExecutor(options.threads) as pool:
        # As many connections as it uses.
        list(pool.map(lambda _: next(iter(identities.list_by_resource_group(options.group)), None),
                      range(options.threads)))
        started = time.perf_counter()
        list(pool.map(make, range(1, options.count + 1)))
        return {"count": options.count, "seconds": time.perf_counter() - started}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("endpoint")
    parser.add_argument("subscription")
    parser.add_argument("group")
    commands = parser.add_subparsers(required=True)
    one = commands.add_parser("get")
    one.add_argument("--name", required=True)
    one.add_argument("--count", type=int, required=True)
    one.set_defaults(run=get, threads=1)
    every = commands.add_parser("list")
    every.set_defaults(run=list_all, threads=1)
    new = commands.add_parser("create")
    new.add_argument("--prefix", required=True)
    new.add_argument("--count", type=int, required=True)
    new.add_argument("--threads", type=int, required=True)
    new.set_defaults(run=create)
    options = parser.parse_args()

    client = ManagedServiceIdentityClient(
        ClientSecret(options.endpoint),
        options.subscription,
        base_url=options.endpoint,
        credential_scopes=[SCOPE],
        transport=transport(options.threads),
    )
    with client:
        print(json.dumps(options.run(client.user_assigned_identities, options)))


if __name__ == "__main__":
    main()
