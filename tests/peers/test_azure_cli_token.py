"""The token that the Azure CLI, signed in over https, hands to the module's library."""

from __future__ import annotations

import pytest

from conftest import GROUP, TENANT


@pytest.mark.parametrize("how", [(), ("automatic",)], ids=["explicit", "first that works"])
def test_the_token_works(emulator, azure_cli, make, subscription, tmp_path, how):
    made = make("id-cli-token")
    environment = azure_cli.on_path(tmp_path / "bin")
    # Nothing of a sign-in but the CLI's.
    environment = {name: value for name, value in environment.items() if "IDENTITY_" not in name}
    assert azure_cli("identity", "show", "-g", GROUP, "-n", "id-cli-token")["id"] == made.id

    found = emulator.sign_in(environment, *how)

    assert found["accountType"] == "AzureCli"
    assert found["subscriptionId"] == subscription
    assert found["tenantId"] == TENANT
    assert found["environment"] == "Emulator"
    assert "id-cli-token" in found["identities"]


def test_a_cli_that_nobody_signed_in_is_told(emulator, azure_cli, tmp_path):
    environment = azure_cli.on_path(tmp_path / "bin")
    environment["AZURE_CONFIG_DIR"] = str(tmp_path / "config")
    with pytest.raises(AssertionError, match="not signed in"):
        emulator.sign_in(environment)
