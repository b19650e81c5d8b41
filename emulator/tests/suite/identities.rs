use emulator::{Options, seed};
use hyper::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Azure, C, V, in_group, sub, uai, vm};

#[tokio::test]
async fn create_update_get_delete() {
    let azure = Azure::start().await;
    let made = azure
        .put(&uai("My-Id"), json!({"location": "Central US"}))
        .await
        .is(201);
    let location = made.header("location").to_owned();
    let made = made.json();
    let id = format!(
        "/subscriptions/{}/resourcegroups/{}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/My-Id",
        seed::SUBSCRIPTION_ID,
        seed::RESOURCE_GROUP
    );
    assert_eq!(made["id"], id, "resourcegroups in lower case");
    assert_eq!(location, id, "a path, not a URL");
    assert_eq!(made["name"], "My-Id");
    assert_eq!(
        made["type"],
        "Microsoft.ManagedIdentity/userAssignedIdentities"
    );
    assert_eq!(made["location"], "centralus");
    assert_eq!(made["tags"], json!({}));
    assert_eq!(made.get("systemData"), None);
    assert_eq!(made["properties"]["tenantId"], seed::TENANT_ID);
    assert_eq!(made["properties"]["isolationScope"], "None");
    assert_ne!(
        made["properties"]["principalId"],
        made["properties"]["clientId"]
    );

    assert_eq!(
        azure.get(&uai("my-id").to_uppercase()).await.is(200).json(),
        made
    );
    let tagged = azure
        .put(
            &uai("MY-ID"),
            json!({"location": "centralus", "tags": {"a": "1"}}),
        )
        .await
        .is(200)
        .json();
    assert_eq!(
        tagged["properties"], made["properties"],
        "the same principal"
    );
    assert_eq!(
        (&tagged["id"], &tagged["tags"]),
        (&made["id"], &json!({"a": "1"}))
    );
    let patched = azure
        .patch(&uai("my-id"), json!({"tags": {"b": "2"}}))
        .await
        .is(200)
        .json();
    assert_eq!(
        patched["tags"],
        json!({"b": "2"}),
        "the whole map is replaced"
    );
    assert_eq!(
        azure.patch(&uai("my-id"), json!({})).await.is(200).json(),
        patched
    );
    let moved = azure
        .put(&uai("my-id"), json!({"location": "westus"}))
        .await
        .fails(409, "InvalidResourceLocation");
    assert!(
        moved
            .message()
            .contains("already exists in location 'centralus'")
    );

    let gone = azure.delete(&uai("my-id")).await.is(200);
    assert!(gone.body.is_empty());
    azure.delete(&uai("my-id")).await.is(204);
    let missing = azure
        .get(&uai("my-id"))
        .await
        .fails(404, "ResourceNotFound");
    assert_eq!(
        missing.message(),
        "The Resource 'Microsoft.ManagedIdentity/userAssignedIdentities/my-id' under resource group 'myResourceGroup' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix"
    );
    azure
        .patch(&uai("my-id"), json!({"tags": {}}))
        .await
        .fails(404, "ResourceNotFound");
    let again = azure.identity("My-Id").await;
    assert_ne!(
        again["properties"]["principalId"],
        made["properties"]["principalId"]
    );
}

#[tokio::test]
async fn what_is_refused() {
    let azure = Azure::start().await;
    let body = json!({"location": "eastus"});
    for name in ["ab", "-abc", "a.bc", "a%20bc", &"x".repeat(129)] {
        azure
            .put(&uai(name), body.clone())
            .await
            .fails(400, "InvalidResourceName");
    }
    azure
        .put(&uai(&"x".repeat(128)), body.clone())
        .await
        .is(201);
    for (body, code) in [
        (Value::Null, "InvalidRequestContent"),
        (json!([1]), "InvalidRequestContent"),
        (json!({}), "LocationRequired"),
        (
            json!({"location": "the moon"}),
            "LocationNotAvailableForResourceType",
        ),
        (
            json!({"location": "eastus", "tags": {"a": 1}}),
            "InvalidRequestContent",
        ),
        (
            json!({"location": "eastus", "properties": {"isolationScope": "Global"}}),
            "InvalidParameter",
        ),
    ] {
        azure.put(&uai("abc"), body).await.fails(400, code);
    }
    azure.get(&uai("abc")).await.is(404);
    let text = [("content-type", "text/plain")];
    let answer = azure
        .send(Method::PATCH, &uai("abc"), &text, Value::Null)
        .await;
    answer.fails(400, "InvalidRequestContent");
    let bearer = format!("Bearer {}", azure.token);
    let plain = [("authorization", bearer.as_str()), text[0]];
    let answer = azure
        .raw(Method::PUT, &uai("abc"), &plain, "{}")
        .await
        .unwrap();
    answer.fails(415, "UnsupportedMediaType");
    let elsewhere = uai("abc").replace(seed::RESOURCE_GROUP, "none");
    azure
        .put(&elsewhere, body)
        .await
        .fails(404, "ResourceGroupNotFound");
    azure
        .delete(&elsewhere)
        .await
        .fails(404, "ResourceGroupNotFound");
}

#[tokio::test]
async fn isolation_since_2024_11_30() {
    let azure = Azure::start().await;
    let body = json!({"location": "eastus", "properties": {"isolationScope": "regional"}});
    let made = azure.put(&uai("abc"), body.clone()).await.is(201).json();
    assert_eq!(made["properties"]["isolationScope"], "Regional");
    let old = |name: &str| uai(name).replace(V, "api-version=2023-01-31");
    let seen = azure.get(&old("abc")).await.is(200).json();
    assert_eq!(seen["properties"].get("isolationScope"), None);
    azure.put(&old("abd"), body).await.is(201);
    let seen = azure.get(&uai("abd")).await.is(200).json();
    assert_eq!(seen["properties"]["isolationScope"], "None");
    let patched = azure
        .patch(
            &uai("abd"),
            json!({"properties": {"isolationScope": "Regional"}}),
        )
        .await
        .is(200)
        .json();
    assert_eq!(patched["properties"]["isolationScope"], "Regional");
}

#[tokio::test]
async fn restrictions_since_2026_05_31_and_in_one_preview() {
    let azure = Azure::start().await;
    let at = |name: &str, version: &str| uai(name).replace(V, &format!("api-version={version}"));
    let body = |providers: Value| json!({"location": "eastus", "properties": {"assignmentRestrictions": {"providers": providers}}});
    let restrictions =
        |answer: Answer| answer.json()["properties"]["assignmentRestrictions"].clone();
    const NEW: &str = "2026-05-31";

    let plain = azure
        .put(&at("abc", NEW), json!({"location": "eastus"}))
        .await;
    assert_eq!(restrictions(plain.is(201)), Value::Null);
    let wanted = json!({"providers": ["Microsoft.Compute", "Microsoft.Storage/Accounts"]});
    let made = azure
        .put(&at("abd", NEW), body(wanted["providers"].clone()))
        .await;
    assert_eq!(restrictions(made.is(201)), wanted);

    // What a write does not name stays, in any version.
    azure
        .put(&at("abd", "2023-01-31"), json!({"location": "eastus"}))
        .await
        .is(200);
    azure
        .patch(
            &uai("abd"),
            json!({"tags": {"a": "b"}, "properties": {"isolationScope": "Regional"}}),
        )
        .await
        .is(200);
    for (version, shown) in [
        (NEW, true),
        ("2025-05-31-preview", true),
        ("2026-04-30", false),
        ("2025-01-31-preview", false),
        ("2024-11-30", false),
    ] {
        let seen = restrictions(azure.get(&at("abd", version)).await.is(200));
        assert_eq!(!seen.is_null(), shown, "{version}");
        if !shown {
            azure
                .patch(&at("abd", version), body(json!([])))
                .await
                .is(200);
        }
    }
    assert_eq!(
        restrictions(azure.get(&at("abd", NEW)).await.is(200)),
        wanted
    );

    let cleared = azure.patch(&at("abd", NEW), body(json!([]))).await;
    assert_eq!(restrictions(cleared.is(200)), json!({"providers": []}));
    for bad in [
        json!("Microsoft.Compute"),
        json!([1]),
        json!(["Compute"]),
        json!(["Microsoft.Web/*"]),
    ] {
        let answer = azure.patch(&at("abd", NEW), body(bad.clone())).await;
        assert_eq!(answer.status, 400, "{bad}: {answer:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_identity_goes_where_it_may() {
    let azure = Azure::start().await;
    let uai = |name: &str| uai(name).replace(V, "api-version=2026-05-31");
    let id = |name: &str| uai(name).split('?').next().unwrap().to_owned();
    let assigned = |name: &str| json!({"identity": {"type": "UserAssigned", "userAssignedIdentities": {id(name): {}}}});
    for (name, location, properties) in [
        (
            "machines",
            "eastus",
            json!({"assignmentRestrictions": {"providers": ["microsoft.compute"]}}),
        ),
        (
            "sets",
            "eastus",
            json!({"assignmentRestrictions": {"providers": ["Microsoft.Compute/virtualMachineScaleSets"]}}),
        ),
        ("here", "eastus", json!({"isolationScope": "Regional"})),
        ("there", "westus", json!({"isolationScope": "Regional"})),
        (
            "anywhere",
            "westus",
            json!({"assignmentRestrictions": {"providers": []}}),
        ),
    ] {
        let body = json!({"location": location, "properties": properties});
        azure.put(&uai(name), body).await.is(201);
    }
    for name in ["machines", "here", "anywhere"] {
        let started = azure.patch(&vm("myVM"), assigned(name)).await.is(200);
        azure.wait_for(&started).await;
    }
    for (name, why) in [
        ("sets", "virtualMachines'"),
        ("there", "'westus' and not in 'eastus'"),
    ] {
        let answer = azure
            .patch(&vm("myVM"), assigned(name))
            .await
            .fails(400, "FailedIdentityOperation");
        assert!(answer.message().contains(why), "{answer:?}");
    }
    let site = in_group("Microsoft.Web/sites/mySite?api-version=2023-12-01");
    let of = |name: &str| {
        let mut body = assigned(name);
        body["location"] = json!("eastus");
        body
    };
    azure.put(&site, of("anywhere")).await;
    azure
        .put(&site, of("machines"))
        .await
        .fails(400, "FailedIdentityOperation");

    // One that a resource has stays: restrictions are for what is added.
    let restricted =
        json!({"properties": {"assignmentRestrictions": {"providers": ["Microsoft.Web"]}}});
    azure.patch(&uai("anywhere"), restricted).await.is(200);
    azure.patch(&vm("myVM"), assigned("here")).await.is(200);
}

async fn names(azure: &Azure, first: &str) -> (Vec<String>, usize) {
    let (mut names, mut pages, mut url) = (Vec::new(), 0, first.to_owned());
    loop {
        let page = azure.get(&url).await.is(200).json();
        pages += 1;
        for item in page["value"].as_array().unwrap() {
            names.push(item["name"].as_str().unwrap().to_owned());
        }
        match page.get("nextLink") {
            None => return (names, pages),
            Some(next) => {
                let next = next.as_str().unwrap();
                assert!(
                    next.starts_with(azure.emulator.endpoint()),
                    "absolute: {next}"
                );
                assert!(next.contains("%24skiptoken="), "{next}");
                next.clone_into(&mut url);
            }
        }
    }
}

#[tokio::test]
async fn lists_come_in_pages() {
    let azure = Azure::with(Options {
        page_size: 2,
        ..Options::default()
    })
    .await;
    for name in ["c-3", "a-1", "B-2", "d-4"] {
        azure.identity(name).await;
    }
    let elsewhere = uai("e-5").replace(seed::RESOURCE_GROUP, seed::SECOND_RESOURCE_GROUP);
    azure
        .put(&elsewhere, json!({"location": "eastus"}))
        .await
        .is(201);
    let in_first = in_group(&format!(
        "Microsoft.ManagedIdentity/userAssignedIdentities?{V}"
    ));
    let everywhere = sub(&format!(
        "/providers/Microsoft.ManagedIdentity/userAssignedIdentities?{V}"
    ));
    assert_eq!(
        names(&azure, &in_first).await.0,
        ["a-1", "B-2", "c-3", "d-4"]
    );
    assert_eq!(names(&azure, &in_first).await.1, 2, "no empty last page");
    let (all, pages) = names(&azure, &everywhere).await;
    assert_eq!((all.len(), pages), (5, 3));

    // An identity that goes between two pages takes no other with it.
    let first = azure.get(&in_first).await.json();
    azure.delete(&uai("a-1")).await.is(200);
    let (rest, _) = names(&azure, first["nextLink"].as_str().unwrap()).await;
    assert_eq!(rest, ["c-3", "d-4"]);
    azure
        .get(&format!("{in_first}&$skiptoken=%25"))
        .await
        .fails(400, "InvalidSkipToken");
    azure.set(json!({"pageSize": 100})).await;
    assert_eq!(names(&azure, &everywhere).await.1, 1);
}

#[tokio::test(start_paused = true)]
async fn the_identity_of_a_resource() {
    let azure = Azure::start().await;
    let path = in_group(&format!(
        "Microsoft.Compute/virtualMachines/MYVM/providers/Microsoft.ManagedIdentity/identities/default?{V}"
    ));
    azure.get(&path).await.fails(404, "ResourceNotFound");
    let patch = azure
        .patch(&vm("myVM"), json!({"identity": {"type": "SystemAssigned"}}))
        .await
        .is(200);
    let principal = azure.wait_for(&patch).await;
    assert_eq!(principal["status"], "Succeeded");
    let machine = azure.get(&vm("myVM")).await.json();
    let identity = azure.get(&path).await.is(200).json();
    assert_eq!(
        identity["properties"]["principalId"],
        machine["identity"]["principalId"]
    );
    assert_eq!(identity["type"], "Microsoft.ManagedIdentity/identities");
    assert_eq!(
        identity["id"],
        in_group(
            "Microsoft.Compute/virtualMachines/myVM/providers/Microsoft.ManagedIdentity/identities/default"
        )
    );
    assert!(
        identity["properties"]["clientSecretUrl"]
            .as_str()
            .unwrap()
            .contains("&sig=")
    );
    azure.get(&path.replace("MYVM", "none")).await.is(404);
    let wrong = azure
        .get(&format!(
            "/providers/Microsoft.ManagedIdentity/identities/default?{C}"
        ))
        .await;
    wrong.fails(404, "InvalidResourceType");
}
