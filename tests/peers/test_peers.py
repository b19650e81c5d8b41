"""What the Azure SDK does on the emulator, compared with what the module's library then sees.

The emulator and the library are written apart from each other. The SDK is the third party: a
mistake that both had made would show here.
"""

from __future__ import annotations

import pytest
from azure.core import MatchConditions
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from conftest import COMPUTE_API_VERSION, GROUP, LOCATION, PAGE_SIZE, VM, get_vm, update_vm
from views import (
    assert_same_vm,
    kinds,
    library_identities,
    library_vm,
    sdk_identity,
    sdk_vm,
)


def test_an_identity_that_the_sdk_creates(emulator, make, subscription):
    created = make("created", team="payments", costCenter="4711")

    assert created.type == "Microsoft.ManagedIdentity/userAssignedIdentities"
    assert created.location == LOCATION
    assert created.tags == {"team": "payments", "costCenter": "4711"}
    assert created.id.casefold() == (
        f"/subscriptions/{subscription}/resourceGroups/{GROUP}/providers/"
        "Microsoft.ManagedIdentity/userAssignedIdentities/created"
    ).casefold()
    assert library_identities(emulator)[created.id.casefold()] == sdk_identity(created)


def test_creating_again_keeps_who_it_is(emulator, msi, make):
    first = make("again", team="payments")
    second = make("again", team="shipping")

    assert (second.principal_id, second.client_id) == (first.principal_id, first.client_id)
    assert library_identities(emulator)[first.id.casefold()] == sdk_identity(second)


@pytest.mark.parametrize("scope", ["subscription", "group"])
def test_a_list_over_more_than_one_page(emulator, msi, make, scope):
    made = {make(f"page{number}").id.casefold() for number in range(2 * PAGE_SIZE + 1)}

    operations = msi.user_assigned_identities
    listed = (
        operations.list_by_subscription()
        if scope == "subscription"
        else operations.list_by_resource_group(GROUP)
    )
    pages = [list(page) for page in listed.by_page()]

    assert len(pages) >= 3
    assert all(len(page) <= PAGE_SIZE for page in pages)
    found = {one["id"]: one for page in pages for one in map(sdk_identity, page)}
    assert sum(map(len, pages)) == len(found), "an identity was listed twice"
    assert made <= found.keys()
    assert library_identities(emulator) == found


def test_getting_one(emulator, msi, make):
    make("got")

    got = msi.user_assigned_identities.get(GROUP, "GOT")

    assert got.name == "got"
    assert library_identities(emulator)[got.id.casefold()] == sdk_identity(got)


def test_getting_what_is_not_there(msi):
    with pytest.raises(ResourceNotFoundError) as missing:
        msi.user_assigned_identities.get(GROUP, "missing")
    assert missing.value.error.code == "ResourceNotFound"

    with pytest.raises(ResourceNotFoundError) as missing:
        msi.user_assigned_identities.get("noSuchGroup", "missing")
    assert missing.value.error.code == "ResourceGroupNotFound"


def test_tagging(emulator, msi, make):
    make("tagged", team="payments")

    tagged = msi.user_assigned_identities.update(GROUP, "tagged", {"tags": {"stage": "prod"}})

    assert tagged.tags["stage"] == "prod"
    assert library_identities(emulator)[tagged.id.casefold()] == sdk_identity(tagged)


def test_deleting(emulator, msi, make):
    deleted = make("deleted")
    assert deleted.id.casefold() in library_identities(emulator)

    msi.user_assigned_identities.delete(GROUP, "deleted")

    assert deleted.id.casefold() not in library_identities(emulator)
    with pytest.raises(ResourceNotFoundError):
        msi.user_assigned_identities.get(GROUP, "deleted")
    # 204: it was not there any more, which the SDK takes as well.
    msi.user_assigned_identities.delete(GROUP, "deleted")


def test_every_virtual_machine(emulator, compute):
    listed = compute.virtual_machines.list_all(api_version=COMPUTE_API_VERSION)
    found = {vm.id.casefold(): sdk_vm(vm) for vm in listed}

    assert any(vm["name"] == VM for vm in found.values())
    assert {vm["id"].casefold(): library_vm(vm) for vm in emulator.snapshot()["vms"]} == found


def test_a_vm_s_identity_by_merge_patch(emulator, compute, make, bare_vm):
    one, two = make("one"), make("two")

    def patch(identity_type: str, **identities):
        named = {"one": one.id, "two": two.id}
        changes = {named[name]: change for name, change in identities.items()}
        body = {"type": identity_type} | ({"userAssignedIdentities": changes} if changes else {})
        vm = update_vm(compute, body)
        assert sdk_vm(vm) == sdk_vm(get_vm(compute)), "the operation ends with the machine's state"
        assert_same_vm(emulator, vm)
        return sdk_vm(vm)

    def assigned(*identities):
        return {
            identity.id.casefold(): (identity.principal_id, identity.client_id)
            for identity in identities
        }

    vm = patch("UserAssigned", one={})
    assert (vm["type"], vm["assigned"]) == ({"UserAssigned"}, assigned(one))
    assert vm["principalId"] is None

    vm = patch("UserAssigned", two={})
    assert vm["assigned"] == assigned(one, two), "what is not named stays"

    vm = patch("SystemAssigned, UserAssigned")
    assert vm["type"] == {"SystemAssigned", "UserAssigned"}
    assert vm["assigned"] == assigned(one, two)
    assert vm["principalId"] and vm["tenantId"]

    vm = patch("SystemAssigned, UserAssigned", one=None)
    assert vm["assigned"] == assigned(two)

    vm = patch("SystemAssigned")
    assert (vm["type"], vm["assigned"]) == ({"SystemAssigned"}, {})


def test_a_vm_without_an_identity(emulator, compute, bare_vm):
    vm = get_vm(compute)

    assert vm.identity is None
    assert_same_vm(emulator, vm)


def test_a_change_to_a_vm_that_changed_meanwhile(emulator, compute, make, bare_vm):
    one = make("one")
    stale = get_vm(compute).etag
    update_vm(compute, {"type": "SystemAssigned"})

    with pytest.raises(HttpResponseError) as refused:
        update_vm(
            compute,
            {"type": "UserAssigned", "userAssignedIdentities": {one.id: {}}},
            etag=stale,
            match_condition=MatchConditions.IfNotModified,
        )

    assert refused.value.status_code == 412
    vm = get_vm(compute)
    assert kinds(vm.identity.type) == {"SystemAssigned"}
    assert_same_vm(emulator, vm)
