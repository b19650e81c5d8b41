use std::time::Duration;

use emulator::{Options, seed};
use hyper::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Azure, in_group, key, sub, uai, vm};

const D: &str = "api-version=2021-04-01";
const SCHEMA: &str =
    "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#";

fn path(name: &str) -> String {
    in_group(&format!("Microsoft.Resources/deployments/{name}?{D}"))
}

fn behind(name: &str, rest: &str) -> String {
    in_group(&format!(
        "Microsoft.Resources/deployments/{name}/{rest}?{D}"
    ))
}

/// A template with these resources.
fn template(resources: Value) -> Value {
    json!({"$schema": SCHEMA, "contentVersion": "1.0.0.0", "resources": resources})
}

fn with(mut template: Value, more: Value) -> Value {
    for (name, value) in more.as_object().unwrap() {
        template[name] = value.clone();
    }
    template
}

fn body(template: Value, parameters: Value) -> Value {
    json!({"properties": {"mode": "Incremental", "template": template, "parameters": parameters}})
}

fn identity(name: &str) -> Value {
    json!({
        "type": "Microsoft.ManagedIdentity/userAssignedIdentities",
        "apiVersion": "2018-11-30",
        "name": name,
        "location": "[resourceGroup().location]",
    })
}

/// Deploys and waits; what the deployment then is.
async fn deploy(azure: &Azure, name: &str, body: Value) -> Value {
    let answer = azure.put(&path(name), body).await.is(201);
    end(azure, &answer).await;
    azure.get(&path(name)).await.is(200).json()
}

/// The last status of what was started.
async fn end(azure: &Azure, started: &Answer) -> Value {
    let url = started.header("azure-asyncoperation").to_owned();
    for _ in 0..100 {
        let status = azure.get(&url).await.is(200).json();
        if !["Accepted", "Running"].contains(&status["status"].as_str().unwrap()) {
            return status;
        }
        tokio::time::advance(Duration::from_millis(500)).await;
    }
    panic!("the deployment does not end");
}

#[tokio::test(start_paused = true)]
async fn an_identity_by_template() {
    let azure = Azure::start().await;
    let template = with(
        template(json!([identity("[parameters('resourceName')]")])),
        json!({
            "$schema": "https://schema.management.azure.com/schemas/2015-01-01/deploymentTemplate.json#",
            "parameters": {"resourceName": {"type": "string", "metadata": {"description": "x"}}},
            "outputs": {
                "identityName": {"type": "string", "value": "[parameters('resourceName')]"},
                "principal": {"type": "string", "value": "[reference(parameters('resourceName')).principalId]"},
            },
        }),
    );
    let parameters = json!({"resourceName": {"value": "abc"}});
    let made = azure
        .put(&path("First.1"), body(template.clone(), parameters.clone()))
        .await
        .is(201);
    let accepted = made.json();
    assert_eq!(accepted["properties"]["provisioningState"], "Accepted");
    let url = made.header("azure-asyncoperation").to_owned();
    assert!(
        url.contains("/deployments/First.1/operationStatuses/") && url.len() > 2_000,
        "{url}"
    );
    assert_eq!(
        azure.get(&url).await.is(200).json(),
        json!({"status": "Running"})
    );
    azure.get(&url.replace("&s=", "&s=x")).await.is(403);
    // The same again while it runs is refused, and so is its deletion.
    azure
        .put(&path("first.1"), body(template.clone(), parameters.clone()))
        .await
        .fails(409, "DeploymentActive");
    azure
        .delete(&path("first.1"))
        .await
        .fails(409, "DeploymentActive");
    tokio::time::advance(Duration::from_secs(2)).await;
    assert_eq!(
        azure.get(&url).await.is(200).json(),
        json!({"status": "Succeeded"})
    );

    let done = azure.get(&path("first.1")).await.is(200).json();
    let there = azure.get(&uai("abc")).await.is(200).json();
    assert_eq!(there["location"], "eastus");
    let properties = &done["properties"];
    assert_eq!(
        properties["outputs"],
        json!({
            "identityName": {"type": "String", "value": "abc"},
            "principal": {"type": "String", "value": there["properties"]["principalId"]},
        })
    );
    assert_eq!(
        properties["parameters"],
        json!({"resourceName": {"type": "String", "value": "abc"}})
    );
    assert_eq!(properties["outputResources"], json!([{"id": key("abc")}]));
    assert_eq!(
        properties["providers"][0]["namespace"],
        "Microsoft.ManagedIdentity"
    );
    assert!(properties["duration"].as_str().unwrap().starts_with("PT1."));

    let operations = azure
        .get(&behind("first.1", "operations"))
        .await
        .is(200)
        .json();
    let operations = operations["value"].as_array().unwrap();
    assert_eq!(operations.len(), 2);
    let first = &operations[0]["properties"];
    assert_eq!(first["provisioningOperation"], "Create");
    assert_eq!(
        (&first["provisioningState"], &first["statusCode"]),
        (&json!("Succeeded"), &json!("Created"))
    );
    assert_eq!(first["targetResource"]["resourceName"], "abc");
    assert_eq!(
        operations[1]["properties"]["provisioningOperation"],
        "EvaluateDeploymentOutput"
    );
    let one = operations[0]["operationId"].as_str().unwrap();
    let one = azure
        .get(&behind("first.1", &format!("operations/{one}")))
        .await
        .is(200)
        .json();
    assert_eq!(one, operations[0]);
    azure
        .get(&behind("first.1", "operations/none"))
        .await
        .is(404);

    let exported = azure
        .post(&behind("first.1", "exportTemplate"), Value::Null)
        .await
        .is(200)
        .json();
    assert_eq!(exported["template"], template);
    // Once more: the identity stays who it is.
    let again = azure
        .put(&path("first.1"), body(template, parameters))
        .await
        .is(200);
    assert_eq!(end(&azure, &again).await["status"], "Succeeded");
    assert_eq!(azure.get(&uai("abc")).await.json(), there);

    assert_eq!(
        azure
            .send(Method::HEAD, &path("first.1"), &[], Value::Null)
            .await
            .status,
        204
    );
    let listed = azure
        .get(&in_group(&format!("Microsoft.Resources/deployments?{D}")))
        .await
        .is(200);
    assert_eq!(listed.json()["value"][0]["name"], "First.1");
    let gone = azure.delete(&path("first.1")).await.is(202);
    let location = gone.header("location").to_owned();
    azure.get(&location).await.is(202);
    tokio::time::advance(Duration::from_secs(2)).await;
    azure.get(&location).await.is(200);
    azure
        .get(&path("first.1"))
        .await
        .fails(404, "DeploymentNotFound");
    azure.delete(&path("first.1")).await.is(204);
    azure.get(&uai("abc")).await.is(200);
}

#[tokio::test(start_paused = true)]
async fn a_machine_with_what_it_needs() {
    let azure = Azure::start().await;
    let template = with(
        template(json!([
            {
                "type": "Microsoft.Compute/virtualMachines",
                "apiVersion": "2024-07-01",
                "name": "[parameters('vmName')]",
                "location": "[parameters('location')]",
                "identity": {
                    "type": "SystemAssigned, UserAssigned",
                    "userAssignedIdentities": {
                        "[resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', variables('identity'))]": {},
                    },
                },
                "properties": {
                    "hardwareProfile": {"vmSize": "Standard_B2ms"},
                    "osProfile": {"computerName": "[parameters('vmName')]", "adminUsername": "u", "adminPassword": "[parameters('password')]"},
                    "networkProfile": {"networkInterfaces": [{"id": "[resourceId('Microsoft.Network/networkInterfaces', variables('nic'))]"}]},
                },
                "dependsOn": [
                    "[variables('identity')]",
                    "[resourceId('Microsoft.Network/networkInterfaces', variables('nic'))]",
                ],
                "resources": [{
                    "type": "extensions",
                    "apiVersion": "2024-07-01",
                    "name": "script",
                    "location": "[parameters('location')]",
                    "dependsOn": ["[parameters('vmName')]"],
                    "properties": {"publisher": "p", "type": "t", "protectedSettings": {"key": "[parameters('password')]"}},
                }],
            },
            {
                "type": "Microsoft.Network/networkInterfaces",
                "apiVersion": "2024-05-01",
                "name": "[variables('nic')]",
                "location": "[parameters('location')]",
                "dependsOn": ["Microsoft.Network/virtualNetworks/net"],
                "properties": {"ipConfigurations": [{"name": "one", "properties": {
                    "subnet": {"id": "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'net', 'default')]"},
                }}]},
            },
            {
                "type": "Microsoft.Network/virtualNetworks",
                "apiVersion": "2024-05-01",
                "name": "net",
                "location": "[parameters('location')]",
                "tags": {"a": "b"},
                "properties": {
                    "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
                    "copy": [{"name": "subnets", "count": 2, "input": {
                        "name": "[if(equals(copyIndex('subnets'), 0), 'default', format('subnet{0}', copyIndex('subnets')))]",
                        "properties": {"addressPrefix": "[format('10.0.{0}.0/24', copyIndex('subnets'))]"},
                    }}],
                },
            },
            identity("[variables('identity')]"),
            {
                "type": "Microsoft.Authorization/roleAssignments",
                "apiVersion": "2022-04-01",
                "name": "[guid(resourceGroup().id, parameters('vmName'), 'reader')]",
                "properties": {
                    "roleDefinitionId": "[subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'acdd72a7-3385-48ef-bd42-f606fba81ae7')]",
                    "principalId": "[reference(resourceId('Microsoft.Compute/virtualMachines', parameters('vmName')), '2024-07-01', 'Full').identity.principalId]",
                    "principalType": "ServicePrincipal",
                },
            },
        ])),
        json!({
            "parameters": {
                "vmName": {"type": "string", "defaultValue": "byTemplate"},
                "location": {"type": "string", "defaultValue": "[resourceGroup().location]"},
                "password": {"type": "securestring"},
            },
            "variables": {"identity": "[concat(parameters('vmName'), '-id')]", "nic": "[concat(variables('identity'), '-nic')]"},
            "outputs": {
                "secret": {"type": "secureString", "value": "[parameters('password')]"},
                "subnets": {"type": "array", "value": "[reference('net').subnets]"},
            },
        }),
    );
    let secret = "Pa$$w0rd-that-nobody-sees";
    let done = deploy(
        &azure,
        "d",
        body(template, json!({"password": {"value": secret}})),
    )
    .await;
    assert_eq!(
        done["properties"]["provisioningState"], "Succeeded",
        "{done}"
    );
    let machine = azure.get(&vm("byTemplate")).await.is(200).json();
    assert_eq!(machine["identity"]["type"], "SystemAssigned, UserAssigned");
    assert_eq!(machine["properties"]["provisioningState"], "Succeeded");
    assert!(machine["identity"]["userAssignedIdentities"][key("byTemplate-id")].is_object());
    let roles = azure
        .get(&in_group(
            "Microsoft.Authorization/roleAssignments?api-version=2022-04-01",
        ))
        .await
        .json();
    assert_eq!(
        roles["value"][0]["properties"]["principalId"],
        machine["identity"]["principalId"]
    );
    let subnet =
        in_group("Microsoft.Network/virtualNetworks/net/subnets/default?api-version=2024-05-01");
    let subnet = azure.get(&subnet).await.is(200).json();
    assert_eq!(subnet["properties"]["addressPrefix"], "10.0.0.0/24");
    let outputs = &done["properties"]["outputs"];
    assert_eq!(outputs["secret"], json!({"type": "SecureString"}));
    assert_eq!(outputs["subnets"]["value"][1]["name"], "subnet1");
    assert_eq!(
        done["properties"]["outputResources"]
            .as_array()
            .unwrap()
            .len(),
        6
    );
    let query = json!({"query": "resources | where type startswith 'microsoft.network' and not(name startswith 'myVM') | project name, type, id | order by name asc"});
    let rows = azure
        .post(
            "/providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01",
            query,
        )
        .await
        .is(200)
        .json();
    assert_eq!(rows["count"], 2, "{rows}");
    // The secret is nowhere.
    for url in [
        path("d"),
        behind("d", "operations"),
        vm("byTemplate"),
        in_group(
            "Microsoft.Compute/virtualMachines/byTemplate/extensions/script?api-version=2024-07-01",
        ),
    ] {
        let text = azure.get(&url).await.is(200).json().to_string();
        assert!(!text.contains(secret), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn resources_begin_when_those_before_them_are_through() {
    let azure = Azure::start().await;
    let machine = |name: &str, before: Value| {
        json!({
            "type": "Microsoft.Compute/virtualMachines", "apiVersion": "2024-07-01", "name": name,
            "location": "eastus", "properties": {}, "dependsOn": before,
        })
    };
    let template = template(json!([
        machine("three", json!(["two"])),
        machine("two", json!(["one"])),
        machine("one", json!([])),
    ]));
    let made = azure
        .put(&path("d"), body(template, json!({})))
        .await
        .is(201);
    for (seconds, count) in [(0, 1), (1, 2), (1, 3)] {
        tokio::time::advance(Duration::from_secs(seconds)).await;
        let all = azure
            .get(&in_group(
                "Microsoft.Compute/virtualMachines?api-version=2024-07-01",
            ))
            .await
            .json();
        // myVM is there, too.
        assert_eq!(all["value"].as_array().unwrap().len(), count + 1);
    }
    // Looked at late, it is as if somebody had looked all the time.
    assert_eq!(
        azure.get(made.header("azure-asyncoperation")).await.json()["status"],
        "Running"
    );
    tokio::time::advance(Duration::from_secs(60)).await;
    let done = azure.get(&path("d")).await.json();
    assert_eq!(done["properties"]["provisioningState"], "Succeeded");
    assert_eq!(done["properties"]["duration"], "PT3.000S");
    assert_eq!(
        done["properties"]["dependencies"].as_array().unwrap().len(),
        2
    );
}

#[tokio::test(start_paused = true)]
async fn failures_name_their_causes() {
    let azure = Azure::start().await;
    azure.identity("gone").await;
    azure
        .patch(&vm("myVM"), json!({"identity": {"type": "UserAssigned", "userAssignedIdentities": {key("gone"): {}}}}))
        .await
        .is(200);
    tokio::time::advance(Duration::from_secs(2)).await;
    azure.delete(&uai("gone")).await.is(200);
    let machine = json!({
        "type": "Microsoft.Compute/virtualMachines", "apiVersion": "2024-07-01", "name": "myVM",
        "location": "eastus", "properties": {}, "tags": {"a": "b"},
        "identity": {"type": "UserAssigned", "userAssignedIdentities": {key("gone"): {}}},
    });
    let mut after = identity("after");
    after["dependsOn"] = json!(["-bad-"]);
    let template = template(json!([identity("good"), identity("-bad-"), after, machine]));
    let made = azure
        .put(&path("d"), body(template, json!({})))
        .await
        .is(201);
    let status = end(&azure, &made).await;
    assert_eq!(status["status"], "Failed");
    let error = &status["error"];
    assert_eq!(error["code"], "DeploymentFailed");
    assert_eq!(
        error["target"],
        in_group("Microsoft.Resources/deployments/d")
    );
    assert_eq!(
        error["message"],
        "At least one resource deployment operation failed. Please list deployment operations for details. Please see https://aka.ms/arm-deployment-operations for usage details."
    );
    let details = error["details"].as_array().unwrap();
    assert_eq!(details.len(), 2);
    assert_eq!(details[0]["code"], "InvalidResourceName");
    assert_eq!(details[0]["target"], key("-bad-"));
    assert_eq!(details[1]["code"], "ResourceDeploymentFailure");
    assert_eq!(details[1]["details"][0]["code"], "FailedIdentityOperation");
    let done = azure.get(&path("d")).await.json();
    assert_eq!(done["properties"]["error"], *error);
    assert_eq!(
        done["properties"]["outputResources"],
        json!([{"id": key("good")}])
    );
    // What was made stays, and what was behind the failure was not begun.
    azure.get(&uai("good")).await.is(200);
    azure.get(&uai("after")).await.is(404);
    let operations = azure.get(&behind("d", "operations")).await.json();
    let failed: Vec<&Value> = operations["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["properties"])
        .filter(|one| one["provisioningState"] == "Failed")
        .collect();
    assert_eq!(failed.len(), 2);
    assert_eq!(failed[0]["statusCode"], "BadRequest");
    assert_eq!(
        failed[0]["statusMessage"]["error"]["code"],
        "InvalidResourceName"
    );
}

#[tokio::test(start_paused = true)]
async fn federated_credentials_one_after_the_other_and_not_at_once() {
    let azure = Azure::start().await;
    let credential = |mode: &str| {
        json!({
            "type": "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials",
            "apiVersion": "2024-11-30",
            "name": "[format('abc/fic{0}', copyIndex())]",
            "copy": {"name": "fics", "count": 3, "mode": mode},
            "dependsOn": ["abc"],
            "properties": {"issuer": "https://i", "subject": "[string(copyIndex())]", "audiences": ["a"]},
        })
    };
    let all = |mode: &str| {
        body(
            template(json!([identity("abc"), credential(mode)])),
            json!({}),
        )
    };
    let parallel = deploy(&azure, "parallel", all("parallel")).await;
    let error = &parallel["properties"]["error"]["details"];
    assert_eq!(error.as_array().unwrap().len(), 2);
    assert_eq!(
        error[0]["code"],
        "ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity"
    );
    let serial = deploy(&azure, "serial", all("Serial")).await;
    assert_eq!(
        serial["properties"]["provisioningState"], "Succeeded",
        "{serial}"
    );
    let listed = in_group(
        "Microsoft.ManagedIdentity/userAssignedIdentities/abc/federatedIdentityCredentials?api-version=2024-11-30",
    );
    assert_eq!(
        azure.get(&listed).await.json()["value"]
            .as_array()
            .unwrap()
            .len(),
        3
    );
}

#[tokio::test(start_paused = true)]
async fn conditions_copies_and_symbolic_names() {
    let azure = Azure::start().await;
    azure.identity("there").await;
    let mut skipped = identity("skipped");
    skipped["condition"] = json!("[not(parameters('on'))]");
    let mut many = identity("[concat('many', copyIndex(1))]");
    many["copy"] = json!({"name": "loop", "count": "[length(parameters('names'))]"});
    let mut last = identity("[parameters('names')[1]]");
    last["dependsOn"] = json!(["many", "skipped"]);
    last["tags"] =
        json!({"of": "[resourceInfo('there').name]", "id": "[reference('there').clientId]"});
    let template = with(
        template(json!({
            "skipped": skipped,
            "many": many,
            "last": last,
            "there": {
                "existing": true,
                "type": "Microsoft.ManagedIdentity/userAssignedIdentities",
                "apiVersion": "2023-01-31",
                "name": "there",
            },
        })),
        json!({
            "languageVersion": "2.0",
            "definitions": {"names": {"type": "array", "items": {"type": "string"}, "minLength": 1}},
            "parameters": {
                "on": {"type": "bool", "defaultValue": true},
                "names": {"$ref": "#/definitions/names", "defaultValue": ["one", "two"]},
                "none": {"type": "string", "nullable": true},
            },
            "outputs": {
                "all": {"type": "array", "copy": {"count": 2, "input": "[reference(format('many[{0}]', copyIndex())).principalId]"}},
                "not": {"type": "string", "condition": "[empty(coalesce(parameters('none'), 'x'))]", "value": "x"},
            },
        }),
    );
    let done = deploy(&azure, "d", body(template, json!({}))).await;
    assert_eq!(
        done["properties"]["provisioningState"], "Succeeded",
        "{done}"
    );
    azure.get(&uai("skipped")).await.is(404);
    let two = azure.get(&uai("two")).await.is(200).json();
    let there = azure.get(&uai("there")).await.json();
    assert_eq!(
        two["tags"],
        json!({"of": "there", "id": there["properties"]["clientId"]})
    );
    let mut principals = Vec::new();
    for name in ["many1", "many2"] {
        principals
            .push(azure.get(&uai(name)).await.is(200).json()["properties"]["principalId"].clone());
    }
    assert_eq!(
        done["properties"]["outputs"],
        json!({"all": {"type": "Array", "value": principals}})
    );
}

#[tokio::test(start_paused = true)]
async fn deployments_in_deployments_and_in_a_subscription() {
    let azure = Azure::start().await;
    let inner = with(
        template(json!([identity("[parameters('name')]")])),
        json!({
            "parameters": {"name": {"type": "string"}},
            "outputs": {"id": {"type": "string", "value": "[resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', parameters('name'))]"}},
        }),
    );
    let template = json!({
        "$schema": "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "parameters": {"name": {"type": "string", "defaultValue": "outer"}},
        "resources": [
            {
                "type": "Microsoft.Resources/resourceGroups", "apiVersion": "2022-09-01",
                "name": "made", "location": "[deployment().location]",
            },
            {
                "type": "Microsoft.Resources/deployments", "apiVersion": "2022-09-01", "name": "inner",
                "resourceGroup": "made",
                "dependsOn": ["[subscriptionResourceId('Microsoft.Resources/resourceGroups', 'made')]"],
                "properties": {
                    "mode": "Incremental",
                    "expressionEvaluationOptions": {"scope": "inner"},
                    "parameters": {"name": {"value": "[concat(parameters('name'), '-id')]"}},
                    "template": inner,
                },
            },
        ],
        "outputs": {"id": {"type": "string", "value": "[reference('inner').outputs.id.value]"}},
    });
    let path = sub(&format!("/providers/Microsoft.Resources/deployments/d?{D}"));
    let mut request = body(template, json!({}));
    azure
        .put(&path, request.clone())
        .await
        .fails(400, "LocationRequired");
    request["location"] = json!("westus");
    let made = azure.put(&path, request.clone()).await.is(201);
    let status = end(&azure, &made).await;
    assert_eq!(status, json!({"status": "Succeeded"}));
    let done = azure.get(&path).await.json();
    let id = sub(
        "/resourceGroups/made/providers/Microsoft.ManagedIdentity/userAssignedIdentities/outer-id",
    );
    assert_eq!(done["properties"]["outputs"]["id"]["value"], id);
    assert_eq!(done["location"], "westus");
    assert_eq!(
        done["properties"]["outputResources"],
        json!([{"id": sub("/resourceGroups/made")}, {"id": id}])
    );
    azure
        .get(&format!("{id}?api-version=2024-11-30"))
        .await
        .is(200);
    request["location"] = json!("eastus");
    azure
        .put(&path, request)
        .await
        .fails(400, "InvalidDeploymentLocation");
    azure
        .get(&sub(&format!(
            "/resourceGroups/made/providers/Microsoft.Resources/deployments/inner?{D}"
        )))
        .await
        .is(200);
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_at_once() {
    let azure = Azure::start().await;
    let one = |resource: Value| body(template(json!([resource])), json!({}));
    let parameter = |declared: Value, given: Value| {
        body(
            with(template(json!([])), json!({"parameters": {"p": declared}})),
            given,
        )
    };
    let changed = |name: &str, value: Value| {
        let mut resource = identity("abc");
        resource[name] = value;
        one(resource)
    };
    let mut wrong_type = identity("abc");
    wrong_type["type"] = json!("Microsoft.ManagedIdentity/nonsense");
    let mut wrong_namespace = identity("abc");
    wrong_namespace["type"] = json!("Microsoft.Nonsense/things");
    let (mut first, mut second) = (identity("one"), identity("two"));
    first["dependsOn"] = json!(["two"]);
    second["dependsOn"] = json!(["one"]);
    let text = json!({"type": "string"});
    for (body, code, part) in [
        (json!({}), "InvalidRequestContent", "properties"),
        (
            json!({"properties": {"template": template(json!([]))}}),
            "InvalidRequestContent",
            "mode",
        ),
        (
            json!({"properties": {"mode": "Complete", "template": template(json!([]))}}),
            "InvalidDeploymentMode",
            "Complete",
        ),
        (
            json!({"properties": {"mode": "Incremental"}}),
            "InvalidTemplate",
            "not provided",
        ),
        (
            json!({"properties": {"mode": "Incremental", "templateLink": {"uri": "https://x"}}}),
            "InvalidTemplateDeployment",
            "templateLink",
        ),
        (
            json!({"properties": {"mode": "Incremental", "template": {}}}),
            "InvalidTemplate",
            "$schema",
        ),
        (
            body(
                with(
                    template(json!([])),
                    json!({"outputs": {"o": {"type": "string", "value": "[listKeys('x', 'y')]"}}}),
                ),
                json!({}),
            ),
            "InvalidTemplate",
            "output 'o' is not valid",
        ),
        (
            body(
                with(template(json!([])), json!({"resource": []})),
                json!({}),
            ),
            "InvalidTemplate",
            "'resource'",
        ),
        (
            body(
                with(
                    template(json!([])),
                    json!({"functions": [{"namespace": "x"}]}),
                ),
                json!({}),
            ),
            "InvalidTemplate",
            "'functions'",
        ),
        (
            parameter(text.clone(), json!({})),
            "InvalidTemplate",
            "'p' is not provided",
        ),
        (
            parameter(text.clone(), json!({"q": {"value": 1}})),
            "InvalidTemplate",
            "'q'",
        ),
        (
            parameter(text.clone(), json!({"p": {"value": 1}})),
            "InvalidTemplate",
            "Expected 'String'",
        ),
        (
            parameter(
                json!({"type": "string", "allowedValues": ["a"]}),
                json!({"p": {"value": "b"}}),
            ),
            "InvalidTemplate",
            "allowed value(s): 'a'",
        ),
        (
            parameter(
                json!({"type": "string", "minLength": 3}),
                json!({"p": {"value": "b"}}),
            ),
            "InvalidTemplate",
            "greater than or equal to '3'",
        ),
        (
            parameter(
                json!({"type": "int", "maxValue": 3}),
                json!({"p": {"value": 4}}),
            ),
            "InvalidTemplate",
            "less than or equal to '3'",
        ),
        (
            parameter(json!({"type": "nonsense"}), json!({"p": {"value": 4}})),
            "InvalidTemplate",
            "nonsense",
        ),
        (
            parameter(
                json!({"type": "string", "defaultValue": "[parameters('p')]"}),
                json!({}),
            ),
            "InvalidTemplate",
            "itself",
        ),
        (
            changed("name", json!("[nonsense()]")),
            "InvalidTemplate",
            "'nonsense' is not valid",
        ),
        (changed("name", json!("[concat('a'")), "", ""),
        (
            changed("name", json!("[concat('a']")),
            "InvalidTemplate",
            "language expression",
        ),
        (
            changed("tags", json!({"a": "[listKeys('x', 'y')]"})),
            "InvalidTemplate",
            "not supported by the emulator",
        ),
        (
            changed("name", json!("a/b")),
            "InvalidTemplate",
            "incorrect segment lengths",
        ),
        (
            changed("nonsense", json!(1)),
            "InvalidTemplate",
            "'nonsense'",
        ),
        (
            changed("dependsOn", json!(["nobody"])),
            "InvalidTemplate",
            "'nobody' is not defined",
        ),
        (
            changed("apiVersion", json!("2010-01-01")),
            "InvalidApiVersionParameter",
            "2010-01-01",
        ),
        (
            changed("apiVersion", json!("2020-01-01")),
            "NoRegisteredProviderFound",
            "2020-01-01",
        ),
        (one(wrong_type), "InvalidResourceType", "nonsense"),
        (
            one(wrong_namespace),
            "InvalidResourceNamespace",
            "Microsoft.Nonsense",
        ),
        (
            body(
                template(json!([identity("a-b"), identity("A-B")])),
                json!({}),
            ),
            "InvalidTemplate",
            "multiple times",
        ),
        (
            body(template(json!([first, second])), json!({})),
            "InvalidTemplate",
            "Circular dependency",
        ),
    ] {
        if code.is_empty() {
            continue;
        }
        for (method, url) in [
            (Method::PUT, path("d")),
            (Method::POST, behind("d", "validate")),
            (Method::POST, behind("d", "whatIf")),
        ] {
            let answer = azure
                .send(method, &url, &[], body.clone())
                .await
                .fails(400, code);
            assert!(answer.message().contains(part), "{part}: {answer:?}");
        }
    }
    azure
        .put(&path(&"x".repeat(65)), one(identity("abc")))
        .await
        .fails(400, "InvalidDeploymentName");
    azure
        .put(&path("a%20b"), one(identity("abc")))
        .await
        .fails(400, "InvalidDeploymentName");
    azure.get(&path("d")).await.fails(404, "DeploymentNotFound");
    let secret = parameter(
        json!({"type": "secureString", "allowedValues": ["a"]}),
        json!({"p": {"value": "hidden"}}),
    );
    let answer = azure
        .put(&path("d"), secret)
        .await
        .fails(400, "InvalidTemplate");
    assert!(!answer.message().contains("hidden"), "{answer:?}");
}

#[tokio::test(start_paused = true)]
async fn outputs_that_have_no_value() {
    let azure = Azure::start().await;
    let template = with(
        template(json!([identity("abc")])),
        json!({"outputs": {
            "good": {"type": "string", "value": "x"},
            "bad": {"type": "string", "value": "[reference('abc').nonsense]"},
            "wrong": {"type": "int", "value": "x"},
        }}),
    );
    let done = deploy(&azure, "d", body(template, json!({}))).await;
    let error = &done["properties"]["error"];
    assert_eq!(error["code"], "DeploymentOutputEvaluationFailed");
    assert_eq!(error["details"].as_array().unwrap().len(), 2);
    assert!(
        error["details"][0]["message"]
            .as_str()
            .unwrap()
            .contains("principalId"),
        "{error}"
    );
    azure.get(&uai("abc")).await.is(200);
}

#[tokio::test(start_paused = true)]
async fn what_would_change() {
    let azure = Azure::start().await;
    for name in ["same", "other", "changed"] {
        azure.identity(name).await;
    }
    let mut changed = identity("changed");
    changed["tags"] = json!({"a": "b"});
    let role = json!({
        "type": "Microsoft.Authorization/roleAssignments", "apiVersion": "2022-04-01",
        "name": "11111111-2222-3333-4444-555555555555",
        "properties": {
            "roleDefinitionId": "[subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'acdd72a7-3385-48ef-bd42-f606fba81ae7')]",
            "principalId": "[reference('new').principalId]",
        },
    });
    let template = template(json!([identity("same"), changed, identity("new"), role]));
    let ask = async |settings: Value| {
        let mut body = body(template.clone(), json!({}));
        body["properties"]["whatIfSettings"] = settings;
        let asked = azure.post(&behind("d", "whatIf"), body).await.is(202);
        let location = asked.header("location").to_owned();
        azure.get(&location).await.is(202);
        tokio::time::advance(Duration::from_secs(2)).await;
        let answer = azure.get(&location).await.is(200).json();
        assert_eq!(answer["status"], "Succeeded");
        answer["properties"]["changes"].as_array().unwrap().clone()
    };
    let changes = ask(Value::Null).await;
    let of = |changes: &[Value], end: &str| {
        let found = changes
            .iter()
            .find(|c| c["resourceId"].as_str().unwrap().ends_with(end));
        found
            .unwrap_or_else(|| panic!("{end} in {changes:?}"))
            .clone()
    };
    for (end, kind) in [
        ("/same", "NoChange"),
        ("/changed", "Modify"),
        ("/new", "Create"),
        ("/other", "Ignore"),
        ("/myVM", "Ignore"),
        ("-555555555555", "Create"),
    ] {
        assert_eq!(of(&changes, end)["changeType"], kind, "{end}");
    }
    // And the disks and the network of the machine.
    assert_eq!(changes.len(), 12);
    assert_eq!(
        of(&changes, "/changed")["delta"],
        json!([{"path": "tags", "propertyChangeType": "Create", "before": null, "after": {"a": "b"}}])
    );
    // What is not there yet cannot be told.
    assert_eq!(
        of(&changes, "-555555555555")["after"]["properties"]["principalId"],
        "[reference('new').principalId]"
    );
    assert_eq!(of(&changes, "/new")["after"]["location"], "eastus");
    azure.get(&uai("new")).await.is(404);
    azure.get(&path("d")).await.is(404);

    let ids = ask(json!({"resultFormat": "ResourceIdOnly"})).await;
    assert_eq!(of(&ids, "/same")["changeType"], "Deploy");
    assert!(of(&ids, "/new").get("after").is_none());
    let mut wrong = body(template.clone(), json!({}));
    wrong["properties"]["whatIfSettings"] = json!({"resultFormat": "Nonsense"});
    azure
        .post(&behind("d", "whatIf"), wrong)
        .await
        .fails(400, "InvalidRequestContent");

    // After it has been deployed nothing changes any more.
    let done = deploy(&azure, "d", body(template.clone(), json!({}))).await;
    assert_eq!(
        done["properties"]["provisioningState"], "Succeeded",
        "{done}"
    );
    for change in ask(Value::Null).await {
        let kind = change["changeType"].as_str().unwrap();
        assert!(["NoChange", "Ignore"].contains(&kind), "{change}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_would_change_tells_no_secrets() {
    let azure = Azure::start().await;
    let mut tagged = identity("abc");
    tagged["tags"] = json!({"a": "[parameters('p')]", "b": "[concat('x', parameters('o').deep)]"});
    let template = with(
        template(json!([tagged])),
        json!({"parameters": {"p": {"type": "securestring"}, "o": {"type": "secureObject"}}}),
    );
    let given = json!({"p": {"value": "hidden-1"}, "o": {"value": {"deep": "hidden-2"}}});
    let asked = azure
        .post(&behind("d", "whatIf"), body(template, given))
        .await
        .is(202);
    tokio::time::advance(Duration::from_secs(2)).await;
    let answer = azure.get(asked.header("location")).await.is(200).json();
    let text = answer.to_string();
    assert!(
        !text.contains("hidden") && text.contains("x*******"),
        "{text}"
    );
}

#[tokio::test(start_paused = true)]
async fn validating_makes_nothing() {
    let azure = Azure::start().await;
    let request = body(template(json!([identity("abc")])), json!({}));
    let valid = azure
        .post(&behind("d", "validate"), request)
        .await
        .is(200)
        .json();
    assert_eq!(valid["properties"]["provisioningState"], "Succeeded");
    assert_eq!(
        valid["properties"]["validatedResources"],
        json!([{"id": key("abc")}])
    );
    azure.get(&uai("abc")).await.is(404);
    azure.get(&path("d")).await.is(404);
}

#[tokio::test(start_paused = true)]
async fn a_deployment_is_cancelled() {
    let azure = Azure::start().await;
    let machine = json!({
        "type": "Microsoft.Compute/virtualMachines", "apiVersion": "2024-07-01", "name": "new",
        "location": "eastus", "properties": {},
    });
    let mut after = identity("after");
    after["dependsOn"] = json!(["new"]);
    let made = azure
        .put(
            &path("d"),
            body(template(json!([machine, after])), json!({})),
        )
        .await
        .is(201);
    azure.get(&vm("new")).await.is(200);
    azure
        .post(&behind("d", "cancel"), Value::Null)
        .await
        .is(204);
    assert_eq!(end(&azure, &made).await["status"], "Canceled");
    tokio::time::advance(Duration::from_secs(5)).await;
    azure.get(&uai("after")).await.is(404);
    azure
        .post(&behind("d", "cancel"), Value::Null)
        .await
        .fails(409, "DeploymentCannotBeCancelled");
    azure.delete(&path("d")).await.is(202);
}

#[tokio::test]
async fn a_state_file_keeps_deployments_and_no_secrets() {
    let file =
        std::env::temp_dir().join(format!("emulator-deployments-{}.json", std::process::id()));
    let options = || Options {
        state_path: Some(file.clone()),
        operation_time: Duration::from_secs(60),
        ..Options::default()
    };
    let azure = Azure::with(options()).await;
    let template = with(
        template(json!([identity("abc")])),
        json!({"parameters": {"p": {"type": "securestring"}}}),
    );
    let request = body(template, json!({"p": {"value": "hidden-value"}}));
    azure.put(&path("d"), request).await.is(201);
    azure.get(&uai("abc")).await.is(200);
    azure.emulator.stop().await;
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(!text.contains("hidden-value"));
    let azure = Azure::with(options()).await;
    let done = azure.get(&path("d")).await.is(200).json();
    assert_eq!(done["properties"]["provisioningState"], "Failed");
    assert_eq!(done["properties"]["error"]["code"], "DeploymentFailed");
    azure.get(&uai("abc")).await.is(200);
    azure.emulator.stop().await;
    let _ = std::fs::remove_file(file);
    assert_eq!(seed::RESOURCE_GROUP, "myResourceGroup");
}
