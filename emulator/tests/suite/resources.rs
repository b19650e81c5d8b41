use std::time::Duration;

use emulator::seed;
use hyper::Method;
use serde_json::{Value, json};

use crate::support::{Azure, C, R, V, in_group, sub, uai, vm};

const OTHER: &str = "00000000-0000-0000-0000-000000000000";

#[tokio::test]
async fn subscriptions_and_tenants() {
    let azure = Azure::start().await;
    let list = azure
        .get(&format!("/subscriptions?{R}"))
        .await
        .is(200)
        .json();
    assert_eq!(list["value"].as_array().unwrap().len(), 1);
    let tenant = azure.get(&format!("/subscriptions?{R}")).await;
    assert_eq!(
        tenant.header("x-ms-ratelimit-remaining-tenant-reads"),
        "249"
    );
    let one = azure.get(&sub(&format!("?{R}"))).await.is(200).json();
    assert_eq!(one, list["value"][0]);
    assert_eq!(one["subscriptionId"], seed::SUBSCRIPTION_ID);
    assert_eq!(one["tenantId"], seed::TENANT_ID);
    assert_eq!(one["displayName"], "Emulator subscription");
    assert_eq!(one["state"], "Enabled");
    let upper = format!(
        "/SUBSCRIPTIONS/{}?{R}",
        seed::SUBSCRIPTION_ID.to_uppercase()
    );
    assert_eq!(azure.get(&upper).await.is(200).json(), one);
    let tenants = azure.get(&format!("/tenants?{R}")).await.is(200).json();
    assert_eq!(tenants["value"][0]["tenantId"], seed::TENANT_ID);
    let places = azure
        .get(&sub(&format!("/locations?{R}")))
        .await
        .is(200)
        .json();
    assert!(
        places["value"]
            .as_array()
            .unwrap()
            .iter()
            .any(|p| p["name"] == "eastus")
    );

    let unknown = azure
        .get(&format!("/subscriptions/{OTHER}/resourcegroups?{R}"))
        .await;
    let unknown = unknown.fails(404, "SubscriptionNotFound");
    assert_eq!(
        unknown.message(),
        format!("The subscription '{OTHER}' could not be found.")
    );
    let malformed = azure
        .get(&format!("/subscriptions/nonsense/resourcegroups?{R}"))
        .await;
    let malformed = malformed.fails(400, "InvalidSubscriptionId");
    assert_eq!(
        malformed.message(),
        "The provided subscription identifier 'nonsense' is malformed or invalid."
    );
}

#[tokio::test(start_paused = true)]
async fn the_life_of_a_group() {
    let azure = Azure::start().await;
    let group = |name: &str| sub(&format!("/resourcegroups/{name}?{R}"));
    let body = json!({"location": "West Europe", "tags": {"a": "b"}});
    let made = azure
        .put(&group("My-Group"), body.clone())
        .await
        .is(201)
        .json();
    assert_eq!(made["id"], sub("/resourceGroups/My-Group"));
    assert_eq!(made["location"], "westeurope");
    assert_eq!(made["properties"]["provisioningState"], "Succeeded");
    assert_eq!(
        azure.put(&group("MY-GROUP"), body).await.is(200).json(),
        made,
        "the casing stays"
    );
    azure
        .put(&group("my-group"), json!({"location": "eastus"}))
        .await
        .fails(409, "InvalidResourceGroupLocation");
    azure
        .put(&group("new"), json!({}))
        .await
        .fails(400, "LocationRequired");
    azure
        .put(&group("bad."), json!({"location": "eastus"}))
        .await
        .fails(400, "InvalidResourceGroup");
    let tagged = azure
        .patch(&group("my-group"), json!({"tags": {"c": "d"}}))
        .await
        .is(200)
        .json();
    assert_eq!(tagged["tags"], json!({"c": "d"}));
    assert_eq!(azure.get(&group("my-group")).await.is(200).json(), tagged);

    let head = async |name| {
        azure
            .send(Method::HEAD, &group(name), &[], Value::Null)
            .await
            .status
    };
    assert_eq!(head("my-group").await, 204);
    assert_eq!(head("none").await, 404);
    let none = azure
        .get(&group("none"))
        .await
        .fails(404, "ResourceGroupNotFound");
    assert_eq!(none.message(), "Resource group 'none' could not be found.");
    assert_eq!(none.header("x-ms-failure-cause"), "gateway");

    let list = azure
        .get(&sub(&format!("/resourceGroups?{R}&$top=2")))
        .await
        .is(200)
        .json();
    assert_eq!(list["value"].as_array().unwrap().len(), 2);
    let next = azure
        .get(list["nextLink"].as_str().unwrap())
        .await
        .is(200)
        .json();
    assert_eq!(next["value"][0]["name"], "TestRG");
    assert_eq!(next.get("nextLink"), None);
    let filter = |text: &str| {
        sub(&format!(
            "/resourceGroups?{R}&$filter={}",
            text.replace(' ', "%20")
        ))
    };
    let found = azure
        .get(&filter("tagName eq 'C' and tagValue eq 'd'"))
        .await
        .is(200)
        .json();
    assert_eq!(found["value"], json!([tagged]));
    azure
        .get(&filter("name eq 'x'"))
        .await
        .fails(400, "InvalidFilterInQueryString");

    // Deleting takes time and takes all that is in the group.
    let identity = sub(&format!(
        "/resourceGroups/my-group/providers/Microsoft.ManagedIdentity/userAssignedIdentities/abc?{V}"
    ));
    azure
        .put(&identity, json!({"location": "westeurope"}))
        .await
        .is(201);
    let machine = sub(&format!(
        "/resourceGroups/my-group/providers/Microsoft.Compute/virtualMachines/vm?{C}"
    ));
    azure
        .put(&machine, json!({"location": "westeurope"}))
        .await
        .is(201);
    let deleting = azure.delete(&group("my-group")).await.is(202);
    let location = deleting.header("location").to_owned();
    azure.get(&location).await.is(202).header("location");
    assert_eq!(
        azure.get(&group("my-group")).await.json()["properties"]["provisioningState"],
        "Deleting"
    );
    azure
        .put(&identity, json!({"location": "westeurope"}))
        .await
        .fails(409, "ResourceGroupBeingDeleted");
    tokio::time::advance(Duration::from_secs(1)).await;
    azure.get(&location).await.is(200);
    azure
        .get(&group("my-group"))
        .await
        .fails(404, "ResourceGroupNotFound");
    azure
        .get(&machine)
        .await
        .fails(404, "ResourceGroupNotFound");
    azure
        .delete(&group("my-group"))
        .await
        .fails(404, "ResourceGroupNotFound");
    azure
        .put(&group("my-group"), json!({"location": "eastus"}))
        .await
        .is(201);
    azure.get(&identity).await.fails(404, "ResourceNotFound");
}

#[tokio::test]
async fn api_versions() {
    let azure = Azure::start().await;
    let path = |query: &str| {
        in_group(&format!(
            "Microsoft.ManagedIdentity/userAssignedIdentities?{query}"
        ))
    };
    azure
        .get(&path(""))
        .await
        .fails(400, "MissingApiVersionParameter");
    azure
        .get(&path("api-version="))
        .await
        .fails(400, "MissingApiVersionParameter");
    azure
        .get(&path("api-version=latest"))
        .await
        .fails(400, "InvalidApiVersionParameter");
    let answer = azure
        .get(&path("api-version=2020-01-01"))
        .await
        .fails(400, "NoRegisteredProviderFound");
    assert!(answer.message().contains("2024-11-30"), "{answer:?}");
    for version in [
        "2015-08-31-preview",
        "2018-11-30",
        "2023-01-31",
        "2024-11-30",
        "2025-05-31-PREVIEW",
        "2026-05-31",
    ] {
        azure
            .get(&path(&format!("API-Version={version}")))
            .await
            .is(200);
    }
    for version in ["2017-12-01", "2024-11-01", "2025-04-01", "2026-03-01"] {
        azure
            .get(&in_group(&format!(
                "Microsoft.Compute/virtualMachines?api-version={version}"
            )))
            .await
            .is(200);
    }
    azure
        .get(&vm("myVM").replace(C, "api-version=1"))
        .await
        .fails(400, "InvalidApiVersionParameter");
}

#[tokio::test]
async fn nothing_unknown_succeeds() {
    let azure = Azure::start().await;
    let cases = [
        (
            in_group("Microsoft.Nonsense/things/x"),
            404,
            "InvalidResourceNamespace",
        ),
        (
            in_group("Microsoft.ManagedIdentity/things/x"),
            404,
            "InvalidResourceType",
        ),
        (
            sub("/providers/Microsoft.Compute/nonsense"),
            404,
            "InvalidResourceType",
        ),
        (sub("/providers/Nonsense"), 404, "InvalidResourceNamespace"),
        ("/".to_owned(), 404, "NotFound"),
        ("/nonsense".to_owned(), 404, "NotFound"),
        (sub("/nonsense"), 404, "NotFound"),
        (
            in_group("Microsoft.ManagedIdentity/userAssignedIdentities/none"),
            404,
            "ResourceNotFound",
        ),
        (
            sub("/resourceGroups/none/providers/Microsoft.Compute/virtualMachines/x"),
            404,
            "ResourceGroupNotFound",
        ),
    ];
    for (path, status, code) in cases {
        let answer = azure.get(&format!("{path}?{V}")).await.fails(status, code);
        assert_eq!(answer.header("x-ms-failure-cause"), "gateway");
    }
    azure
        .post(&uai("abc"), json!({}))
        .await
        .fails(405, "HttpMethodNotSupported");
    azure
        .delete(&format!("/subscriptions?{R}"))
        .await
        .fails(405, "HttpMethodNotSupported");
}

#[tokio::test]
async fn headers_of_every_answer() {
    let azure = Azure::start().await;
    let asked = [
        ("x-ms-client-request-id", "my-id"),
        ("x-ms-return-client-request-id", "TRUE"),
        ("x-ms-correlation-request-id", OTHER),
    ];
    for path in [uai("none"), sub(&format!("?{R}")), "/nonsense".to_owned()] {
        let answer = azure.send(Method::GET, &path, &asked, Value::Null).await;
        assert_eq!(answer.header("x-ms-client-request-id"), "my-id");
        assert_eq!(answer.header("x-ms-correlation-request-id"), OTHER);
        assert_eq!(answer.header("x-ms-request-id").len(), 36);
        assert!(
            answer
                .header("x-ms-routing-request-id")
                .starts_with("EMULATOR:20")
        );
        assert_eq!(
            answer.header("strict-transport-security"),
            "max-age=31536000; includeSubDomains"
        );
        assert_eq!(answer.header("cache-control"), "no-cache");
        answer.header("date");
    }
    let answer = azure
        .send(Method::GET, &uai("none"), &asked[..1], Value::Null)
        .await;
    assert_eq!(answer.headers.get("x-ms-client-request-id"), None);
    assert_eq!(
        answer.header("x-ms-correlation-request-id"),
        answer.header("x-ms-request-id")
    );
    assert_eq!(
        answer.header("x-ms-ratelimit-remaining-subscription-reads"),
        "249"
    );
}

#[tokio::test(start_paused = true)]
async fn throttling_when_it_is_on() {
    let azure = Azure::start().await;
    for _ in 0..3 {
        let answer = azure.delete(&uai("none")).await.is(204);
        assert_eq!(
            answer.header("x-ms-ratelimit-remaining-subscription-deletes"),
            "199",
            "off"
        );
    }
    azure.set(json!({"throttling": true})).await;
    for left in (0..200).rev() {
        let answer = azure.delete(&uai("none")).await.is(204);
        let header = answer.header("x-ms-ratelimit-remaining-subscription-deletes");
        assert_eq!(header, left.to_string());
    }
    let throttled = azure
        .delete(&uai("none"))
        .await
        .fails(429, "SubscriptionRequestsThrottled");
    assert_eq!(throttled.header("retry-after"), "1");
    assert_eq!(
        throttled.header("x-ms-ratelimit-remaining-subscription-deletes"),
        "0"
    );
    let read = azure.get(&uai("none")).await.is(404);
    assert_eq!(
        read.header("x-ms-ratelimit-remaining-subscription-reads"),
        "249",
        "its own bucket"
    );
    tokio::time::advance(Duration::from_secs(1)).await;
    for _ in 0..10 {
        azure.delete(&uai("none")).await.is(204);
    }
    azure.delete(&uai("none")).await.is(429);
    azure.set(json!({"throttling": false})).await;
    azure.delete(&uai("none")).await.is(204);

    // The provider's own limit: 80 creations in 20 s.
    azure.set(json!({"throttling": true})).await;
    for i in 0..80 {
        azure.identity(&format!("id-{i}")).await;
    }
    let body = json!({"location": "eastus"});
    azure
        .put(&uai("id-80"), body.clone())
        .await
        .fails(429, "TooManyRequests")
        .header("retry-after");
    azure.put(&uai("id-0"), body).await.is(200);
    azure
        .put(&uai("elsewhere"), json!({"location": "westus"}))
        .await
        .is(201);
}

#[tokio::test(start_paused = true)]
async fn registration_of_providers() {
    let azure = Azure::start().await;
    let provider = |rest: &str| sub(&format!("/providers/microsoft.managedidentity{rest}?{R}"));
    let state = async || azure.get(&provider("")).await.is(200).json()["registrationState"].clone();
    assert_eq!(state().await, "Registered");
    let all = azure
        .get(&sub(&format!("/providers?{R}")))
        .await
        .is(200)
        .json();
    let names: Vec<&str> = all["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| p["namespace"].as_str().unwrap())
        .collect();
    assert!(
        names.contains(&"Microsoft.ManagedIdentity") && names.contains(&"Microsoft.Compute"),
        "{names:?}"
    );

    azure
        .set(json!({"unregistered": ["microsoft.ManagedIdentity"]}))
        .await;
    assert_eq!(state().await, "NotRegistered");
    let refused = azure.put(&uai("abc"), json!({"location": "eastus"})).await;
    let refused = refused.fails(409, "MissingSubscriptionRegistration");
    assert!(refused.message().starts_with(
        "The subscription is not registered to use namespace 'Microsoft.ManagedIdentity'"
    ));
    assert_eq!(
        refused.json()["error"]["details"][0]["target"],
        "Microsoft.ManagedIdentity"
    );
    azure.get(&vm("myVM")).await.is(200);

    let answer = azure
        .post(&provider("/register"), Value::Null)
        .await
        .is(200)
        .json();
    assert_eq!(answer["registrationState"], "Registering");
    azure
        .put(&uai("abc"), json!({"location": "eastus"}))
        .await
        .is(409);
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(state().await, "Registered");
    azure.identity("abc").await;
    azure
        .post(&provider("/unregister"), Value::Null)
        .await
        .is(200);
    assert_eq!(state().await, "NotRegistered");
    azure
        .post(
            &sub(&format!("/providers/Nonsense/register?{R}")),
            Value::Null,
        )
        .await
        .fails(404, "InvalidResourceNamespace");
}

#[tokio::test]
async fn what_can_be_done_with_the_types_of_a_provider() {
    let azure = Azure::start().await;
    let operations = async |namespace: &str| {
        let path = format!("/providers/{namespace}/operations?api-version=2022-09-01");
        let list = azure.get(&path).await.is(200).json();
        list["value"].as_array().unwrap().clone()
    };
    let identities = operations("microsoft.managedidentity").await;
    assert_eq!(
        identities[0],
        json!({
            "name": "Microsoft.ManagedIdentity/identities/read",
            "display": {
                "provider": "Microsoft Managed Identity",
                "resource": "System Assigned Identities",
                "operation": "Get System Assigned Identity",
                "description": "Gets an existing system assigned identity",
            },
        })
    );
    let names = |all: &[Value]| -> Vec<String> {
        all.iter()
            .map(|one| one["name"].as_str().unwrap().to_owned())
            .collect()
    };
    for (namespace, expected) in [
        (
            "Microsoft.Compute",
            vec![
                "Microsoft.Compute/virtualMachines/start/action",
                "Microsoft.Compute/virtualMachineScaleSets/virtualMachines/deallocate/action",
                "Microsoft.Compute/virtualMachines/write",
                "Microsoft.Compute/virtualMachines/extensions/read",
                "Microsoft.Compute/register/action",
            ],
        ),
        (
            "Microsoft.Authorization",
            vec![
                "Microsoft.Authorization/locks/delete",
                "Microsoft.Authorization/roleDefinitions/write",
                "Microsoft.Authorization/operations/read",
            ],
        ),
        (
            "Microsoft.Resources",
            vec![
                "Microsoft.Resources/subscriptions/resourceGroups/write",
                "Microsoft.Resources/deployments/whatIf/action",
                "Microsoft.Resources/tags/write",
            ],
        ),
    ] {
        let found = names(&operations(namespace).await);
        for name in expected {
            assert!(found.iter().any(|one| one == name), "{name} in {found:?}");
        }
        let mut once = found.clone();
        once.dedup();
        assert_eq!(once, found);
    }
    // Every provider that is listed has them, and names only its own.
    let listed = azure.get(&sub(&format!("/providers?{R}"))).await.json();
    for provider in listed["value"].as_array().unwrap() {
        let namespace = provider["namespace"].as_str().unwrap();
        for name in names(&operations(namespace).await) {
            assert!(name.starts_with(&format!("{namespace}/")), "{name}");
            assert!(!name.contains('{'), "{name}");
        }
    }
    azure
        .get("/providers/Contoso.None/operations?api-version=2022-09-01")
        .await
        .fails(404, "InvalidResourceNamespace");
}

#[tokio::test]
async fn types_are_advertised_with_azures_versions() {
    let azure = Azure::start().await;
    let versions = async |namespace: &str, kind: &str| {
        let path = sub(&format!("/providers/{namespace}?{R}"));
        let provider = azure.get(&path).await.is(200).json();
        let types = provider["resourceTypes"].as_array().unwrap().clone();
        let found = types.into_iter().find(|one| one["resourceType"] == kind);
        let list = found.unwrap()["apiVersions"].as_array().unwrap().clone();
        let text = |one: &Value| one.as_str().unwrap().to_owned();
        list.iter().map(text).collect::<Vec<_>>()
    };
    let machines = versions("Microsoft.Compute", "virtualMachines").await;
    assert_eq!((machines[0].as_str(), machines.len()), ("2026-04-01", 29));
    assert!(machines.contains(&"2025-04-01".to_owned()));
    for (namespace, kind, newest) in [
        ("Microsoft.Compute", "disks", "2025-01-02"),
        ("Microsoft.Network", "networkInterfaces", "2025-05-01"),
        ("Microsoft.Authorization", "roleAssignments", "2022-04-01"),
        (
            "Microsoft.Authorization",
            "roleDefinitions",
            "2023-07-01-preview",
        ),
        ("Microsoft.Authorization", "locks", "2020-05-01"),
    ] {
        assert_eq!(versions(namespace, kind).await[0], newest, "{kind}");
    }
}
