//! What a subscription, a policy or a deny assignment refuses, each switched on by a setting.

use emulator::seed;
use hyper::Method;
use serde_json::{Value, json};

use crate::support::{Azure, C, R, in_group, sub, uai, vm};

const A: &str = "api-version=2022-04-01";

fn group() -> String {
    sub(&format!("/resourceGroups/{}", seed::RESOURCE_GROUP))
}

fn place() -> Value {
    json!({"location": "eastus"})
}

#[tokio::test(start_paused = true)]
async fn a_disabled_subscription_can_be_read_and_emptied() {
    let azure = Azure::start().await;
    azure.identity("abc").await;
    let id = seed::SUBSCRIPTION_ID.to_uppercase();
    azure.set(json!({"disabledSubscriptions": [id]})).await;
    let shown = azure.get(&format!("{}?{R}", sub(""))).await.is(200).json();
    assert_eq!(shown["state"], "Disabled");
    let list = azure.get(&format!("/subscriptions?{R}")).await.json();
    assert_eq!(list["value"][0]["state"], "Disabled");
    let refused = azure.put(&uai("new"), place()).await;
    let refused = refused.fails(409, "ReadOnlyDisabledSubscription");
    assert_eq!(
        refused.message(),
        format!(
            "The subscription '{}' is disabled and therefore marked as read only. You cannot perform any write actions on this subscription until it is re-enabled.",
            seed::SUBSCRIPTION_ID
        )
    );
    azure
        .patch(&vm("myVM"), json!({}))
        .await
        .fails(409, "ReadOnlyDisabledSubscription");
    let start = in_group(&format!("Microsoft.Compute/virtualMachines/myVM/start?{C}"));
    azure
        .post(&start, Value::Null)
        .await
        .fails(409, "ReadOnlyDisabledSubscription");
    azure.get(&uai("abc")).await.is(200);
    azure.delete(&uai("abc")).await.is(200);
    azure.set(json!({"disabledSubscriptions": []})).await;
    azure.put(&uai("new"), place()).await.is(201);

    let answer = azure
        .admin(
            Method::PATCH,
            "/settings",
            json!({"disabledSubscriptions": ["x"]}),
        )
        .await
        .is(400);
    assert_eq!(answer.message(), "disabledSubscriptions: there is no 'x'");
}

#[tokio::test(start_paused = true)]
async fn a_policy_that_gives_a_reason_names_itself_in_the_details_alone() {
    let azure = Azure::start().await;
    azure
        .set(json!({"policies": [{
            "name": "eu-only",
            "displayName": "EU regions only",
            "resourceTypes": ["Microsoft.ManagedIdentity/userAssignedIdentities"],
            "allowedLocations": ["West Europe"],
            "reason": "Resources live in the EU, see the wiki.",
        }]}))
        .await;
    let refused = azure.put(&uai("id9"), place()).await;
    let refused = refused.fails(403, "RequestDisallowedByPolicy");
    assert_eq!(
        refused.message(),
        "Resource 'id9' was disallowed by policy. Reasons: 'Resources live in the EU, see the wiki.'. See error details for policy resource IDs."
    );
    let error = &refused.json()["error"];
    assert_eq!(error["target"], "id9");
    assert_eq!(error["additionalInfo"][0]["type"], "PolicyViolation");
    let info = &error["additionalInfo"][0]["info"];
    assert_eq!(info["policyAssignmentDisplayName"], "EU regions only");
    assert_eq!(info["policyDefinitionEffect"], "deny");
    let root = format!(
        "/providers/Microsoft.Management/managementGroups/{}",
        seed::TENANT_ID
    );
    assert_eq!(
        info["policyAssignmentId"],
        format!("{root}/providers/Microsoft.Authorization/policyAssignments/eu-only")
    );
    assert_eq!(
        info["evaluationDetails"]["evaluatedExpressions"][1],
        json!({
            "result": "True", "expressionKind": "Field", "expression": "location",
            "path": "location", "expressionValue": "eastus",
            "targetValue": ["westeurope"], "operator": "NotIn",
        })
    );
    azure
        .put(&uai("id9"), json!({"location": "westeurope"}))
        .await
        .is(201);
    // Another type, and what only reads.
    azure.patch(&vm("myVM"), json!({})).await.is(200);
    azure.get(&uai("id9")).await.is(200);
}

#[tokio::test(start_paused = true)]
async fn a_policy_without_a_reason_is_named_in_the_message() {
    let azure = Azure::start().await;
    azure.identity("there").await;
    azure
        .set(json!({"policies": [{"name": "tag", "scope": group(), "requiredTag": "Dept"}]}))
        .await;
    let refused = azure.put(&uai("abc"), place()).await;
    let refused = refused.fails(403, "RequestDisallowedByPolicy");
    assert_eq!(
        refused.message(),
        format!(
            "Resource 'abc' was disallowed by policy. Policy identifiers: '{}'.",
            json!([{
                "policyAssignment": {
                    "name": "tag",
                    "id": format!("{}/providers/Microsoft.Authorization/policyAssignments/tag", group()),
                },
                "policyDefinition": {
                    "name": "tag",
                    "id": sub("/providers/Microsoft.Authorization/policyDefinitions/tag"),
                },
            }])
        )
    );
    let tagged = json!({"location": "eastus", "tags": {"dept": "a"}});
    azure.put(&uai("abc"), tagged).await.is(201);
    // A PATCH that leaves the tags alone is for a resource that has them or not.
    azure.patch(&uai("abc"), json!({})).await.is(200);
    azure
        .patch(&uai("there"), json!({}))
        .await
        .fails(403, "RequestDisallowedByPolicy");
    azure
        .patch(&uai("abc"), json!({"tags": {}}))
        .await
        .fails(403, "RequestDisallowedByPolicy");
    // What has no location, and another group.
    let other = sub(&format!(
        "/resourceGroups/{}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/abc?{}",
        seed::SECOND_RESOURCE_GROUP,
        crate::support::V
    ));
    azure.put(&other, place()).await.is(201);
    // Nothing but a type: it is denied always.
    azure
        .set(json!({"policies": [{"name": "none", "resourceTypes": ["Microsoft.Resources/subscriptions/resourceGroups"]}]}))
        .await;
    azure
        .put(&format!("{}?{R}", sub("/resourceGroups/new")), place())
        .await
        .fails(403, "RequestDisallowedByPolicy");
    azure.put(&uai("more"), place()).await.is(201);
}

#[tokio::test(start_paused = true)]
async fn a_deny_assignment_denies_what_every_role_allows() {
    let azure = Azure::start().await;
    let id = "11111111-2222-4333-8444-555555555555";
    let deny = json!({
        "id": id,
        "name": "Deny assignment created by Deployment Stack stack1",
        "scope": group(),
        "actions": ["*"],
        "notActions": ["*/read"],
    });
    azure.set(json!({"denyAssignments": [deny.clone()]})).await;
    let machine = in_group("Microsoft.Compute/virtualMachines/myVM");
    let refused = azure.patch(&vm("myVM"), json!({})).await;
    let refused = refused.fails(403, "DenyAssignmentAuthorizationFailed");
    assert_eq!(
        refused.message(),
        format!(
            "The client '{}' with object id '{}' has permission to perform action 'Microsoft.Compute/virtualMachines/write' on scope '{machine}'; however, the access is denied because of the deny assignment with name 'Deny assignment created by Deployment Stack stack1' and Id '{}' at scope '{}'.",
            seed::CLIENT_ID,
            seed::PRINCIPAL_ID,
            id.replace('-', ""),
            group()
        )
    );
    azure.get(&vm("myVM")).await.is(200);
    let all = format!("{machine}/providers/Microsoft.Authorization/denyAssignments");
    let list = azure.get(&format!("{all}?{A}")).await.is(200).json();
    let one = &list["value"][0];
    assert_eq!(one["name"], id);
    assert_eq!(one["properties"]["scope"], group());
    assert_eq!(
        one["properties"]["permissions"][0]["notActions"],
        json!(["*/read"])
    );
    assert_eq!(
        azure.get(&format!("{all}/{id}?{A}")).await.is(200).json(),
        *one
    );
    let at = format!(
        "{}/providers/Microsoft.Authorization/denyAssignments?{A}",
        sub("")
    );
    assert_eq!(
        azure.get(&at).await.json()["value"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let at = format!("{at}&$filter=atScope()");
    assert!(
        azure.get(&at).await.json()["value"]
            .as_array()
            .unwrap()
            .is_empty()
    );

    let mut open = deny;
    open["excludePrincipals"] = json!([seed::PRINCIPAL_ID]);
    azure.set(json!({"denyAssignments": [open]})).await;
    azure.patch(&vm("myVM"), json!({})).await.is(200);
    let bad = json!({"denyAssignments": [{"name": "x", "scope": "/", "actions": []}]});
    azure.admin(Method::PATCH, "/settings", bad).await.is(400);
}
