"""An identity and a machine, in the terms of the snapshot: as the Azure SDK and the Azure CLI see
them, and as the module's library does. Azure writes ids in more than one case, so case is no difference.
"""

from __future__ import annotations


def group_of(resource_id: str) -> str:
    return resource_id.split("/")[4]


def sdk_identity(identity) -> dict:
    """An identity of the SDK, in the snapshot's terms."""
    return {
        "id": identity.id.casefold(),
        "name": identity.name,
        "resourceGroup": group_of(identity.id).casefold(),
        "location": identity.location,
        "tenantId": identity.tenant_id,
        "principalId": identity.principal_id,
        "clientId": identity.client_id,
        "tags": identity.tags or {},
    }


def cli_identity(identity: dict) -> dict:
    """An identity that the Azure CLI prints, in the snapshot's terms."""
    names = ("id", "name", "location", "tenantId", "principalId", "clientId")
    found = {name: identity[name] for name in names}
    group = group_of(identity["id"])
    return library_identity(found | {"resourceGroup": group, "tags": identity["tags"] or {}})


def library_identity(identity: dict) -> dict:
    """The same of the snapshot."""
    return identity | {
        "id": identity["id"].casefold(),
        "resourceGroup": identity["resourceGroup"].casefold(),
    }


def cli_credential(credential: dict) -> dict:
    """A federated credential that the Azure CLI prints, in the library's terms."""
    expression = credential.get("claimsMatchingExpression") or {}
    names = ("id", "name", "issuer", "audiences")
    return library_credential(
        {name: credential[name] for name in names}
        | {
            "subject": credential.get("subject"),
            "expression": expression.get("value"),
            "languageVersion": expression.get("languageVersion"),
        }
    )


def library_credential(credential: dict) -> dict:
    return credential | {"id": credential["id"].casefold()}


def library_identities(emulator) -> dict[str, dict]:
    found = map(library_identity, emulator.snapshot()["identities"])
    return {identity["id"]: identity for identity in found}


def kinds(identity_type) -> set[str]:
    """`SystemAssigned, UserAssigned` in any of its spellings, as a set."""
    text = str(getattr(identity_type, "value", identity_type) or "None")
    return {kind for kind in ("SystemAssigned", "UserAssigned") if kind in text}


def sdk_vm(vm) -> dict:
    """A virtual machine of the SDK, as far as its identity goes, in the snapshot's terms."""
    identity = vm.identity
    assigned = (identity and identity.user_assigned_identities) or {}
    return {
        "id": vm.id.casefold(),
        "name": vm.name,
        "type": kinds(identity and identity.type),
        "principalId": (identity and identity.principal_id) or None,
        "tenantId": (identity and identity.tenant_id) or None,
        "etag": vm.etag,
        "provisioningState": vm.provisioning_state,
        "assigned": {
            key.casefold(): (value.principal_id, value.client_id)
            for key, value in assigned.items()
        },
    }


def library_vm(vm: dict) -> dict:
    return {
        "id": vm["id"].casefold(),
        "name": vm["name"],
        "type": kinds(vm["type"]),
        "principalId": vm["principalId"] or None,
        "tenantId": vm["tenantId"] or None,
        "etag": vm["etag"],
        "provisioningState": vm["provisioningState"],
        "assigned": {
            one["id"].casefold(): (one["principalId"], one["clientId"]) for one in vm["assigned"]
        },
    }


def assert_same_vm(emulator, vm):
    (seen,) = [one for one in emulator.snapshot()["vms"] if one["name"] == vm.name]
    assert library_vm(seen) == sdk_vm(vm)
