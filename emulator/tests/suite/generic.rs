use std::time::Duration;

use hyper::Method;
use serde_json::{Value, json};

use crate::support::{Azure, C, R, in_group, sub, vm};

const N: &str = "api-version=2024-05-01";

fn network(rest: &str) -> String {
    in_group(&format!("Microsoft.Network/{rest}?{N}"))
}

#[tokio::test]
async fn a_patch_of_networks_is_for_tags_and_of_disks_for_all() {
    let azure = Azure::start().await;
    let path = network("publicIPAddresses/ip");
    let body = json!({"location": "eastus", "sku": {"name": "Basic"}, "properties": {"x": 1}});
    let made = azure.put(&path, body).await.is(201).json();
    let patch = json!({"tags": {"a": "b"}, "sku": {"name": "Standard"}, "properties": {"x": 2}});
    let after = azure.patch(&path, patch).await.is(200).json();
    assert_eq!(after["tags"], json!({"a": "b"}));
    assert_eq!(
        (&after["sku"], &after["properties"]),
        (&made["sku"], &made["properties"])
    );

    let path = in_group(&format!("Microsoft.Compute/disks/disk?{C}"));
    let body = json!({
        "location": "eastus",
        "sku": {"name": "Premium_LRS", "tier": "Premium"},
        "properties": {"diskSizeGB": 32, "creationData": {"createOption": "Empty", "x": 1}},
    });
    azure.put(&path, body).await.is(200);
    let patch = json!({
        "sku": {"name": "StandardSSD_LRS"},
        "properties": {"diskSizeGB": 64, "creationData": {"x": null}},
    });
    let after = azure.patch(&path, patch).await.is(200).json();
    assert_eq!(
        after["sku"],
        json!({"name": "StandardSSD_LRS", "tier": "Premium"})
    );
    assert_eq!(after["properties"]["diskSizeGB"], 64);
    assert_eq!(
        after["properties"]["creationData"],
        json!({"createOption": "Empty"})
    );
}

#[tokio::test]
async fn a_network_with_its_subnets() {
    let azure = Azure::start().await;
    let body = json!({"location": "East US", "tags": {"a": "b"}, "properties": {
        "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
        "provisioningState": "Nonsense",
        "subnets": [{"name": "one", "properties": {"addressPrefix": "10.0.0.0/24"}}],
    }});
    let path = network("virtualNetworks/Net");
    let made = azure.put(&path, body.clone()).await.is(201).json();
    let id = in_group("Microsoft.Network/virtualNetworks/Net");
    assert_eq!(
        (&made["id"], &made["location"]),
        (&json!(id), &json!("eastus"))
    );
    assert_eq!(made["type"], "Microsoft.Network/virtualNetworks");
    assert_eq!(made["properties"]["provisioningState"], "Succeeded");
    assert_eq!(
        made["properties"]["subnets"][0]["id"],
        format!("{id}/subnets/one")
    );
    assert!(made["etag"].as_str().unwrap().starts_with("W/\""));
    assert_eq!(azure.get(&path.to_uppercase()).await.is(200).json(), made);
    let again = azure.put(&path, body).await.is(200).json();
    assert_ne!(again["etag"], made["etag"]);

    let subnet = network("virtualNetworks/net/subnets/Two");
    azure.get(&subnet).await.fails(404, "ResourceNotFound");
    let two = azure
        .put(
            &subnet,
            json!({"properties": {"addressPrefix": "10.0.1.0/24"}}),
        )
        .await
        .is(201)
        .json();
    assert_eq!(two["id"], format!("{id}/subnets/Two"));
    azure.put(&subnet, json!({"properties": {}})).await.is(200);
    let all = azure
        .get(&network("virtualNetworks/net/subnets"))
        .await
        .is(200)
        .json();
    assert_eq!(all["value"].as_array().unwrap().len(), 2);
    let whole = azure.get(&path).await.json();
    assert_eq!(whole["properties"]["subnets"], all["value"]);
    azure.delete(&subnet).await.is(200);
    azure.delete(&subnet).await.is(204);
    let elsewhere = network("virtualNetworks/none/subnets/x");
    azure
        .put(&elsewhere, json!({}))
        .await
        .fails(404, "ResourceNotFound");

    let patched = azure
        .patch(&path, json!({"tags": {"c": "d"}}))
        .await
        .is(200)
        .json();
    assert_eq!(patched["tags"], json!({"c": "d"}));
    assert_eq!(
        patched["properties"]["subnets"].as_array().unwrap().len(),
        1
    );
    let listed = azure.get(&network("virtualNetworks")).await.is(200).json();
    let names: Vec<&Value> = listed["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["name"])
        .collect();
    assert_eq!(names, ["myVMVNET", "Net"]);
    let nothing = azure.get(&network("natGateways")).await.is(200).json();
    assert_eq!(nothing["value"], json!([]));
    azure.delete(&path).await.is(200);
    azure.delete(&path).await.is(204);
    azure.get(&path).await.fails(404, "ResourceNotFound");
    azure
        .patch(&path, json!({}))
        .await
        .fails(404, "ResourceNotFound");
}

#[tokio::test]
async fn what_is_refused() {
    let azure = Azure::start().await;
    let here = json!({"location": "eastus"});
    azure
        .put(&network("virtualNetworks/a%20b"), here.clone())
        .await
        .fails(400, "InvalidResourceName");
    azure
        .put(&network("virtualNetworks/a"), json!({}))
        .await
        .fails(400, "LocationRequired");
    azure
        .put(
            &network("virtualNetworks/a"),
            json!({"location": "eastus", "properties": []}),
        )
        .await
        .fails(400, "InvalidRequestContent");
    azure
        .put(&network("virtualNetworks/a"), here.clone())
        .await
        .is(201);
    azure
        .put(&network("virtualNetworks/a"), json!({"location": "westus"}))
        .await
        .fails(409, "InvalidResourceLocation");
    azure
        .put(&network("nonsense/a"), here)
        .await
        .fails(404, "InvalidResourceType");
}

#[tokio::test]
async fn accounts_have_names_of_their_own() {
    let azure = Azure::start().await;
    let check = sub("/providers/Microsoft.Storage/checkNameAvailability?api-version=2023-01-01");
    let ask = async |name: &str| {
        azure
            .post(&check, json!({"name": name}))
            .await
            .is(200)
            .json()
    };
    assert_eq!(ask("account1").await, json!({"nameAvailable": true}));
    assert_eq!(ask("Account").await["reason"], "AccountNameInvalid");
    let account = in_group("Microsoft.Storage/storageAccounts/account1?api-version=2023-01-01");
    let body = json!({"location": "eastus", "sku": {"name": "Standard_LRS"}, "kind": "StorageV2"});
    // This provider answers 200 whatever it does.
    let made = azure.put(&account, body).await.is(200).json();
    assert_eq!(
        (&made["kind"], &made["sku"]["name"]),
        (&json!("StorageV2"), &json!("Standard_LRS"))
    );
    assert_eq!(ask("account1").await["reason"], "AlreadyExists");
}

#[tokio::test(start_paused = true)]
async fn extensions_are_of_a_machine() {
    let azure = Azure::start().await;
    let path = |machine: &str, rest: &str| {
        in_group(&format!(
            "Microsoft.Compute/virtualMachines/{machine}/extensions{rest}?{C}"
        ))
    };
    let body = json!({"location": "eastus", "properties": {"settings": {"a": 1}, "protectedSettings": {"s": "hidden"}}});
    azure
        .put(&path("none", "/x"), body.clone())
        .await
        .fails(404, "ParentResourceNotFound");
    let made = azure.put(&path("myVM", "/x"), body).await.is(201).json();
    assert!(!made.to_string().contains("hidden"));
    let listed = azure.get(&path("MYVM", "")).await.is(200).json();
    assert_eq!(listed["value"], json!([made]));
    azure.delete(&vm("myVM")).await.is(202);
    tokio::time::advance(Duration::from_secs(2)).await;
    azure
        .get(&path("myVM", "/x"))
        .await
        .fails(404, "ResourceNotFound");
}

#[tokio::test(start_paused = true)]
async fn all_resources_in_one_list() {
    let azure = Azure::start().await;
    azure.identity("abc").await;
    let body = json!({"location": "westus", "tags": {"team": "one"}});
    azure
        .put(&network("virtualNetworks/net"), body)
        .await
        .is(201);
    let elsewhere = network("publicIPAddresses/ip").replace("myResourceGroup", "TestRG");
    azure
        .put(&elsewhere, json!({"location": "eastus"}))
        .await
        .is(201);
    let names = async |path: &str, filter: &str| -> Vec<String> {
        let filter = filter.replace(' ', "%20").replace('\'', "%27");
        let listed = azure
            .get(&sub(&format!("{path}?{R}&$filter={filter}")))
            .await
            .is(200)
            .json();
        let items = listed["value"].as_array().unwrap().iter();
        items
            .map(|item| item["name"].as_str().unwrap().to_owned())
            .collect()
    };
    let all = "/resources";
    let group = "/resourceGroups/myResourceGroup/resources";
    // Beside what goes with the machine.
    let own = |mut names: Vec<String>| {
        names.retain(|name| !name.starts_with("myVM") || name == "myVM");
        names
    };
    assert_eq!(own(names(all, "").await), ["myVM", "abc", "net", "ip"]);
    assert_eq!(own(names(group, "").await), ["myVM", "abc", "net"]);
    for (filter, wanted) in [
        (
            "resourceType eq 'Microsoft.ManagedIdentity/userAssignedIdentities'",
            "abc",
        ),
        ("name eq 'NET'", "net"),
        ("location eq 'westus'", "net"),
        ("tagName eq 'team' and tagValue eq 'one'", "net"),
        ("resourceGroup eq 'testrg'", "ip"),
    ] {
        assert_eq!(names(all, filter).await, [wanted], "{filter}");
    }
    azure
        .get(&sub(&format!("{all}?{R}&$filter=nonsense%20eq%20%27x%27")))
        .await
        .fails(400, "InvalidFilterInQueryString");
    azure
        .get(&sub(&format!("/resourceGroups/none/resources?{R}")))
        .await
        .is(404);
    let listed = azure.get(&sub(&format!("{group}?{R}"))).await.json();
    assert_eq!(listed["value"][0].get("properties"), None);
    // A group takes along what is in it.
    azure
        .delete(&sub(&format!("/resourceGroups/TestRG?{R}")))
        .await
        .is(202);
    tokio::time::advance(Duration::from_secs(2)).await;
    assert_eq!(own(names(all, "").await), ["myVM", "abc", "net"]);
}

#[tokio::test]
async fn images_have_short_names_that_need_no_sign_in() {
    let azure = Azure::start().await;
    let cloud = azure
        .raw(
            Method::GET,
            "/metadata/endpoints?api-version=2022-09-01",
            &[],
            "",
        )
        .await
        .unwrap()
        .is(200)
        .json();
    let named = cloud["vmImageAliasDoc"].as_str().unwrap();
    let read = azure.raw(Method::GET, named, &[], "").await.unwrap();
    let aliases = &read.is(200).json()["outputs"]["aliases"]["value"];
    for (system, alias) in [("Linux", "Ubuntu2404"), ("Windows", "Win2022Datacenter")] {
        let image = &aliases[system][alias];
        let versions = sub(&format!(
            "/providers/Microsoft.Compute/locations/eastus/publishers/{}/artifacttypes/vmimage/offers/{}/skus/{}/versions?{C}",
            image["publisher"].as_str().unwrap(),
            image["offer"].as_str().unwrap(),
            image["sku"].as_str().unwrap(),
        ));
        let found = azure.get(&versions).await.is(200).json();
        assert_eq!(found.as_array().unwrap().len(), 1, "{alias}");
    }
}

#[tokio::test]
async fn images_to_look_up() {
    let azure = Azure::start().await;
    let at = |rest: &str| {
        sub(&format!(
            "/providers/Microsoft.Compute/locations/eastus/publishers{rest}?{C}"
        ))
    };
    let names = async |rest: &str| -> Vec<String> {
        let listed: Value = azure.get(&at(rest)).await.is(200).json();
        let items = listed.as_array().unwrap().iter();
        items
            .map(|item| item["name"].as_str().unwrap().to_owned())
            .collect()
    };
    assert!(names("").await.contains(&"Canonical".to_owned()));
    let offer = "/canonical/artifacttypes/vmimage/offers";
    assert!(names(offer).await.contains(&"ubuntu-24_04-lts".to_owned()));
    let sku = format!("{offer}/ubuntu-24_04-lts/skus");
    assert_eq!(names(&sku).await, ["server"]);
    let versions = format!("{sku}/server/versions");
    let found = names(&versions).await;
    let image = azure
        .get(&at(&format!("{versions}/{}", found[0])))
        .await
        .is(200)
        .json();
    assert_eq!(
        image["properties"]["osDiskImage"]["operatingSystem"],
        "Linux"
    );
    azure
        .get(&at("/nobody/artifacttypes/vmimage/offers"))
        .await
        .fails(404, "ImageNotFound");
    azure
        .get(&at(&format!("{versions}/1.2.3")))
        .await
        .fails(404, "ImageNotFound");
}

#[tokio::test]
async fn the_view_of_an_instance() {
    let azure = Azure::start().await;
    let plain = azure.get(&vm("myVM")).await.is(200).json();
    assert_eq!(plain["properties"].get("instanceView"), None);
    let with = azure
        .get(&format!("{}&$expand=instanceView", vm("myVM")))
        .await
        .is(200)
        .json();
    let statuses = &with["properties"]["instanceView"]["statuses"];
    assert_eq!(statuses[0]["code"], "ProvisioningState/succeeded");
    assert_eq!(statuses[1]["displayStatus"], "VM running");
    let alone = in_group(&format!(
        "Microsoft.Compute/virtualMachines/myVM/instanceView?{C}"
    ));
    assert_eq!(
        azure.get(&alone).await.is(200).json()["statuses"],
        *statuses
    );
    azure
        .send(Method::PUT, &alone, &[], json!({}))
        .await
        .is(405);
}
