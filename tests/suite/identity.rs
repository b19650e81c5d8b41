//! User-assigned identities through the real client, against the emulator.

use std::time::Duration;

use emulator::Options;
use managed_identity::arm::{Scope, Target};
use managed_identity::base::Category;
use managed_identity::identity::{self, Create, Update, UserAssignedIdentity};
use serde_json::json;

use crate::support::{self, GROUP, Local, by_id, code, on, tags, target};

fn create(name: &str) -> Create {
    Create {
        target: target(name),
        ..Create::default()
    }
}

#[tokio::test]
async fn a_machine_without_a_system_assigned_identity_is_told_from_none() {
    let local = Local::start().await;
    let id = |kind: &str, name: &str| {
        format!(
            "/subscriptions/{}/resourceGroups/{GROUP}/providers/Microsoft.Compute/{kind}/{name}",
            emulator::seed::SUBSCRIPTION_ID
        )
    };
    let of = |scope: String| {
        let client = local.client.clone();
        async move {
            identity::system_assigned(&client, &scope)
                .await
                .unwrap_err()
        }
    };
    let error = of(id("virtualMachines", support::VM)).await;
    assert_eq!(error.code(), "NoSystemAssignedIdentity");
    assert_eq!(error.category(), Category::ObjectNotFound);
    assert_eq!(
        error.to_string(),
        format!(
            "The virtual machine '{}' has no system-assigned identity. Enable it with \
             Update-VmIdentity -EnableSystemAssigned.",
            support::VM
        )
    );
    let error = of(id("virtualmachines", "nope")).await;
    assert_eq!(error.code(), "ResourceNotFound");
    let says = format!("There is no virtual machine 'nope' in resource group '{GROUP}'");
    assert_eq!(error.message(), says);
    // Where the list can't be read, it may be either.
    let refused = json!({"status": 403, "code": "AuthorizationFailed", "message": "m"});
    local.fault(on("GET", "/resources", refused)).await;
    let error = of(id("virtualMachines", support::VM)).await;
    assert_eq!(error.code(), "ResourceNotFound");
    let says = "has no system-assigned identity, or does not exist";
    assert!(error.message().ends_with(says), "{error}");
}

#[tokio::test]
async fn an_identity_lives_and_dies() {
    let local = Local::start().await;
    let client = &local.client;

    let made = identity::create(client, &create("id1")).await.unwrap();
    assert_eq!(made.name, "id1");
    assert_eq!(made.location, "eastus", "the group's");
    assert!(!made.properties.principal_id.is_empty());

    let read = identity::get(client, &by_id(&made.id)).await.unwrap();
    assert_eq!(read, made);

    identity::delete(client, &by_id(&made.id)).await.unwrap();
    assert_eq!(
        code(identity::get(client, &target("id1")).await),
        "ResourceNotFound"
    );
    let error = identity::delete(client, &target("id1")).await.unwrap_err();
    assert_eq!(error.code(), "ResourceNotFound");
    assert_eq!(error.category(), Category::ObjectNotFound);
    assert!(error.to_string().contains("nothing was deleted"));
}

#[tokio::test]
async fn lists_follow_every_page() {
    let local = Local::with(Options {
        page_size: 3,
        ..Options::default()
    })
    .await;
    let client = &local.client;
    for n in 0..8 {
        let wanted = create(&format!("id{n}"));
        identity::create(client, &wanted).await.unwrap();
    }
    for resource_group in [Some(GROUP.to_owned()), None] {
        let scope = Scope {
            resource_group,
            ..Scope::default()
        };
        local.forget().await;
        let mut pages = identity::list(client, &scope).unwrap();
        let mut names = Vec::new();
        while let Some(page) = pages.next().await.unwrap() {
            names.extend(page.into_iter().map(|identity| identity.name));
        }
        names.sort();
        let wanted: Vec<_> = (0..8).map(|n| format!("id{n}")).collect();
        assert_eq!(names, wanted);
        assert_eq!(local.methods().await, ["GET", "GET", "GET"]);
    }
}

#[tokio::test]
async fn creating_one_that_exists_keeps_its_tags() {
    let local = Local::start().await;
    let client = &local.client;
    let mut wanted = create("id1");
    wanted.tags = tags(&[("env", "prod"), ("owner", "ann")]);
    identity::create(client, &wanted).await.unwrap();

    local.forget().await;
    let again = identity::create(client, &create("ID1")).await.unwrap();
    assert_eq!(again.tags, wanted.tags);
    assert_eq!(local.methods().await, ["GET"], "nothing to write");

    wanted.tags = tags(&[("cost", "7")]);
    let more = identity::create(client, &wanted).await.unwrap();
    let all = tags(&[("cost", "7"), ("env", "prod"), ("owner", "ann")]);
    assert_eq!(more.tags, all);

    wanted.location = Some("West US".to_owned());
    let error = identity::create(client, &wanted).await.unwrap_err();
    assert_eq!(error.code(), "InvalidResourceLocation");
    assert_eq!(error.category(), Category::ResourceExists);
    wanted.location = Some("East US".to_owned());
    identity::create(client, &wanted).await.unwrap();
}

#[tokio::test]
async fn tags_are_replaced_and_the_scope_set() {
    let local = Local::start().await;
    let client = &local.client;
    let mut wanted = create("id1");
    wanted.tags = tags(&[("env", "prod")]);
    wanted.isolation_scope = Some("regional".to_owned());
    let made = identity::create(client, &wanted).await.unwrap();
    assert_eq!(made.properties.isolation_scope.as_deref(), Some("Regional"));

    let mut update = Update {
        target: target("id1"),
        tags: Some(tags(&[("owner", "ann")])),
        isolation_scope: None,
        assignment_restriction: None,
    };
    let changed = identity::update(client, &update).await.unwrap();
    assert_eq!(changed.tags, tags(&[("owner", "ann")]));
    assert_eq!(
        changed.properties.isolation_scope.as_deref(),
        Some("Regional")
    );

    local.forget().await;
    identity::update(client, &update).await.unwrap();
    assert_eq!(local.methods().await, ["GET"], "it is so already");

    update.tags = Some(tags(&[]));
    update.isolation_scope = Some("None".to_owned());
    let cleared = identity::update(client, &update).await.unwrap();
    assert!(cleared.tags.is_empty());
    assert_ne!(
        cleared.properties.isolation_scope.as_deref(),
        Some("Regional")
    );

    update.tags = None;
    update.isolation_scope = None;
    assert_eq!(
        code(identity::update(client, &update).await),
        "MissingParameter"
    );
}

#[tokio::test]
async fn restrictions_are_kept_replaced_and_cleared() {
    let local = Local::start().await;
    let client = &local.client;
    let texts = |given: &[&str]| {
        given
            .iter()
            .map(|one| (*one).to_owned())
            .collect::<Vec<_>>()
    };
    let mut wanted = create("id1");
    wanted.assignment_restriction = Some(texts(&["Microsoft.Compute", "Microsoft.Web/sites"]));
    let plan = identity::plan_create(client, &wanted).await.unwrap();
    let words = "assignable to Microsoft.Compute, Microsoft.Web/sites only";
    assert!(plan.description.contains(words), "{}", plan.description);
    let made = identity::create(client, &wanted).await.unwrap();
    let restriction = |made: &UserAssignedIdentity| made.properties.assignment_restriction.clone();
    assert_eq!(Some(restriction(&made)), wanted.assignment_restriction);

    // The same in another order and casing, and what says nothing of it, changes nothing.
    local.forget().await;
    wanted.assignment_restriction = Some(texts(&["microsoft.web/Sites", "Microsoft.Compute"]));
    identity::create(client, &wanted).await.unwrap();
    identity::create(client, &create("id1")).await.unwrap();
    assert_eq!(local.methods().await, ["GET", "GET"]);

    let mut update = Update {
        target: target("id1"),
        tags: Some(tags(&[("env", "prod")])),
        isolation_scope: Some("Regional".to_owned()),
        ..Update::default()
    };
    let kept = identity::update(client, &update).await.unwrap();
    assert_eq!(
        restriction(&kept),
        ["Microsoft.Compute", "Microsoft.Web/sites"]
    );

    update.assignment_restriction = Some(texts(&["Microsoft.App"]));
    let plan = identity::plan_update(client, &update).await.unwrap();
    assert!(
        plan.description
            .ends_with("make it assignable to Microsoft.App only"),
        "{}",
        plan.description
    );
    let replaced = identity::update(client, &update).await.unwrap();
    assert_eq!(restriction(&replaced), ["Microsoft.App"]);

    update.assignment_restriction = Some(Vec::new());
    let plan = identity::plan_update(client, &update).await.unwrap();
    assert!(
        plan.description
            .ends_with("make it assignable to resources of all types")
    );
    let cleared = identity::update(client, &update).await.unwrap();
    assert_eq!(restriction(&cleared), Vec::<String>::new());
    assert_eq!(
        cleared.properties.isolation_scope.as_deref(),
        Some("Regional")
    );

    local.forget().await;
    identity::update(client, &update).await.unwrap();
    assert_eq!(local.methods().await, ["GET"], "it is so already");
    update.assignment_restriction = Some(texts(&["Microsoft.Web/*"]));
    let error = identity::update(client, &update).await;
    assert_eq!(code(error), "InvalidAssignmentRestriction");
}

#[tokio::test]
async fn tokens_are_revoked() {
    let local = Local::start().await;
    let client = &local.client;
    let made = identity::create(client, &create("id1")).await.unwrap();
    local.forget().await;
    let plan = identity::plan_revoke_tokens(client, &target("id1"))
        .await
        .unwrap();
    assert!(plan.effects[0].ends_with(&format!("principal {}", made.properties.principal_id)));
    identity::revoke_tokens(client, &target("id1"))
        .await
        .unwrap();
    assert_eq!(local.methods().await, ["GET", "POST"]);
    let missing = identity::revoke_tokens(client, &target("none")).await;
    assert_eq!(code(missing), "ResourceNotFound");

    // A failure in passing is no reason to leave it at that: to revoke twice comes to the same.
    local
        .fault(on("POST", "revokeTokens", json!({"status": 500})))
        .await;
    identity::revoke_tokens(client, &target("id1"))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_plan_changes_nothing() {
    let local = Local::start().await;
    let client = &local.client;
    identity::create(client, &create("id1")).await.unwrap();
    local.forget().await;

    let plan = identity::plan_create(client, &create("id2")).await.unwrap();
    assert!(plan.changes());
    assert!(plan.description.contains("Create") && plan.description.contains("eastus"));
    let plan = identity::plan_create(client, &create("id1")).await.unwrap();
    assert!(!plan.changes());
    let update = Update {
        target: target("id1"),
        tags: Some(tags(&[("env", "prod")])),
        isolation_scope: None,
        assignment_restriction: None,
    };
    let plan = identity::plan_update(client, &update).await.unwrap();
    assert!(plan.changes() && plan.description.contains("env"));
    let plan = identity::plan_delete(client, &target("id1")).await.unwrap();
    assert!(plan.changes() && plan.description.contains("Delete"));
    assert_eq!(
        code(identity::plan_delete(client, &target("id9")).await),
        "ResourceNotFound"
    );

    assert!(local.methods().await.iter().all(|method| method == "GET"));
}

#[tokio::test]
async fn names_beside_an_id_agree_with_it_and_so_does_the_type() {
    let local = Local::start().await;
    let id = identity::create(&local.client, &create("id1"))
        .await
        .unwrap()
        .id;
    local.forget().await;
    let beside = |change: fn(&mut Target)| {
        let mut target = Target {
            parameter: Some("InputObject".to_owned()),
            ..by_id(&id)
        };
        change(&mut target);
        target
    };
    let same = beside(|target| {
        target.resource_group = Some("MYRESOURCEGROUP".to_owned());
        target.name = Some("ID1".to_owned());
    });
    identity::get(&local.client, &same).await.unwrap();
    local.forget().await;

    for (parameter, other) in [
        (
            "ResourceGroupName",
            beside(|target| target.resource_group = Some("TestRG".to_owned())),
        ),
        (
            "Name",
            beside(|target| target.name = Some("id2".to_owned())),
        ),
        (
            "SubscriptionId",
            beside(|target| {
                target.subscription_id = Some("22222222-0000-1111-2222-333333333333".to_owned());
            }),
        ),
    ] {
        let error = identity::get(&local.client, &other).await.unwrap_err();
        assert_eq!(error.code(), "ContradictoryName", "{parameter}");
        assert_eq!(error.category(), Category::InvalidArgument);
        let named = format!("but -{parameter} is '");
        assert!(error.to_string().contains(&named), "{error}");
    }
    let machine = Target {
        resource_type: Some("microsoft.compute/virtualmachines".to_owned()),
        parameter: Some("InputObject".to_owned()),
        ..target("id1")
    };
    let error = identity::get(&local.client, &machine).await.unwrap_err();
    assert_eq!(error.code(), "InvalidResourceId");
    assert!(
        error.to_string().starts_with(
            "Virtual machine 'id1' is not a user-assigned identity: -InputObject must"
        ),
        "{error}"
    );
    assert!(local.methods().await.is_empty());
}

#[tokio::test]
async fn the_groups_region_is_asked_for_once_by_many() {
    let local = Local::with(Options {
        latency: Duration::from_millis(20),
        ..Options::default()
    })
    .await;
    local.forget().await;
    let wanted: Vec<_> = (0..20).map(|n| create(&format!("id{n}"))).collect();
    let all = wanted
        .iter()
        .map(|wanted| identity::create(&local.client, wanted));
    for made in futures_util::future::join_all(all).await {
        made.unwrap();
    }
    let groups = local.requests().await;
    let groups = groups.iter().filter(|line| line.ends_with(GROUP));
    assert_eq!(groups.count(), 1);
}

#[tokio::test]
async fn bad_input_never_reaches_azure() {
    let local = Local::start().await;
    let client = &local.client;
    local.forget().await;
    let long = "a".repeat(129);
    for name in ["", "ab", &long, "a b", "-ab", "a/b", "é22"] {
        let error = identity::create(client, &create(name)).await.unwrap_err();
        assert_eq!(error.code(), "InvalidName", "{name}");
        assert_eq!(error.category(), Category::InvalidArgument);
        assert!(error.to_string().contains("-Name"), "{error}");
        assert!(error.to_string().contains("3 to 128"), "{error}");
    }
    let vm = "/subscriptions/aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e/resourceGroups/g/providers/\
              Microsoft.Compute/virtualMachines/myVM";
    for id in [vm, "", "id1", "/subscriptions/x"] {
        assert_eq!(
            code(identity::get(client, &by_id(id)).await),
            "InvalidResourceId"
        );
    }
    let mut elsewhere = target("id1");
    elsewhere.subscription_id = Some("not-a-guid".to_owned());
    assert_eq!(
        code(identity::get(client, &elsewhere).await),
        "InvalidSubscriptionId"
    );
    let no_group = Target {
        name: Some("id1".to_owned()),
        ..Target::default()
    };
    assert_eq!(
        code(identity::get(client, &no_group).await),
        "MissingParameter"
    );
    let mut scoped = create("id1");
    scoped.isolation_scope = Some("Global".to_owned());
    assert_eq!(
        code(identity::create(client, &scoped).await),
        "InvalidIsolationScope"
    );
    let scope = Scope {
        resource_group: Some("bad/group".to_owned()),
        ..Scope::default()
    };
    assert_eq!(
        identity::list(client, &scope).err().unwrap().code(),
        "InvalidResourceGroupName"
    );
    assert_eq!(local.requests().await, Vec::<String>::new());
}

#[tokio::test]
async fn azures_errors_keep_their_code_and_id() {
    let local = Local::start().await;
    let mut wanted = create("id1");
    wanted.target.resource_group = Some("nowhere".to_owned());
    let error = identity::create(&local.client, &wanted).await.unwrap_err();
    assert_eq!(error.code(), "ResourceGroupNotFound");
    assert_eq!(error.category(), Category::ObjectNotFound);
    assert_eq!(error.status(), Some(404));
    assert!(!error.request_id().is_empty());
    assert!(!error.request_id().is_empty());
    assert!(!error.to_string().contains(error.request_id()));
    assert!(error.to_string().contains("Check -ResourceGroupName"));
}

#[tokio::test]
async fn a_delete_whose_answer_was_lost_is_not_called_missing() {
    let local = Local::start().await;
    identity::create(&local.client, &create("id1"))
        .await
        .unwrap();
    local
        .fault(on("DELETE", "id1", json!({"close": "after"})))
        .await;
    identity::delete(&local.client, &target("id1"))
        .await
        .unwrap();
}
