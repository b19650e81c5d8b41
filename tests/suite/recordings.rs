//! Answers that Azure gave to other clients, recorded by public test suites, replayed to this one:
//! what it reads in them, what it writes where they wrote, and where it ends.

use std::collections::BTreeSet;

use managed_identity::resource::{
    self, IdentityType, Named, ResourceIdentity, Update, Wanted, update,
};
use serde_json::{Value, json};

use crate::replay::{Replay, Story, TENANT, Written};
use crate::support::by_id;

/// What a state of a recording is to be read as.
struct Seen {
    kind: IdentityType,
    /// The system-assigned identity's object id.
    principal: &'static str,
    /// The user-assigned identities: name, object id, application id.
    assigned: &'static [(&'static str, &'static str, &'static str)],
}

/// A change that leads from one state of a recording to the next.
struct Step {
    add: &'static [&'static str],
    remove: &'static [&'static str],
    switch: Option<bool>,
}

const fn step(
    add: &'static [&'static str],
    remove: &'static [&'static str],
    switch: Option<bool>,
) -> Step {
    Step {
        add,
        remove,
        switch,
    }
}

const fn seen(
    kind: IdentityType,
    principal: &'static str,
    assigned: &'static [(&'static str, &'static str, &'static str)],
) -> Seen {
    Seen {
        kind,
        principal,
        assigned,
    }
}

/// A recorded story with what it means.
struct Case {
    story: Story,
    resource_type: &'static str,
    name: &'static str,
    method: &'static str,
    seen: Vec<Seen>,
    steps: Vec<Step>,
}

const WEB: &str = "58b7dafd-d0bc-4dee-95ac-a46cf56cec04";
const APP: &str = "b1893a80-7cb9-406f-8a1a-d23e1de02604";

fn sites() -> Case {
    use IdentityType::{None as Without, SystemAndUserAssigned, SystemAssigned};
    let id1 = &[(
        "id1000004",
        "64263a1d-c12e-4a1f-9c2c-68c6e7035862",
        "6138cbb8-e579-4d56-af29-e19f898aa40b",
    )];
    Case {
        story: Story::all("sites").remove(0),
        resource_type: "Microsoft.Web/sites",
        name: "web-msi000003",
        method: "PATCH",
        seen: vec![
            seen(Without, "", &[]),
            seen(SystemAssigned, WEB, &[]),
            seen(SystemAndUserAssigned, WEB, id1),
            seen(SystemAssigned, WEB, &[]),
        ],
        steps: vec![
            step(&[], &[], Some(true)),
            step(&["id1000004"], &[], None),
            step(&[], &["ID1000004"], None),
        ],
    }
}

fn container_apps() -> Case {
    use IdentityType::{None as Without, SystemAndUserAssigned, SystemAssigned};
    let own = &[(
        "containerapp000004",
        "fc247fa2-10dc-4753-ba91-1c1c147c396b",
        "2acfe6e3-58aa-4465-a105-f52b222e2204",
    )];
    Case {
        story: Story::all("containerApps").remove(0),
        resource_type: "Microsoft.App/containerApps",
        name: "containerapp000003",
        method: "PATCH",
        seen: vec![
            seen(SystemAssigned, APP, &[]),
            seen(SystemAndUserAssigned, APP, own),
            seen(SystemAssigned, APP, &[]),
            seen(Without, "", &[]),
        ],
        steps: vec![
            step(&["containerapp000004"], &[], None),
            step(&[], &["containerapp000004"], None),
            step(&[], &[], Some(false)),
        ],
    }
}

/// A cluster that gets another identity, and one that has had a service principal.
fn managed_clusters() -> [Case; 2] {
    use IdentityType::{None as Without, SystemAssigned, UserAssigned};
    let [swapped, migrated]: [Story; 2] = Story::all("managedClusters").try_into().ok().unwrap();
    let case = |story, name, seen, step| Case {
        story,
        resource_type: "Microsoft.ContainerService/managedClusters",
        name,
        method: "PUT",
        seen,
        steps: vec![step],
    };
    let held = vec![
        seen(
            UserAssigned,
            "",
            &[(
                "cli000003",
                "00000000-0000-0000-0000-000000000032",
                "00000000-0000-0000-0000-000000000031",
            )],
        ),
        seen(
            UserAssigned,
            "",
            &[(
                "cli000004",
                "00000000-0000-0000-0000-000000000042",
                "00000000-0000-0000-0000-000000000041",
            )],
        ),
    ];
    let system = vec![
        seen(Without, "", &[]),
        seen(SystemAssigned, "00000000-0000-0000-0000-000000000022", &[]),
    ];
    let swap = step(&["cli000004"], &["cli000003"], None);
    let enable = step(&[], &[], Some(true));
    [
        case(swapped, "cliakstest000001", held, swap),
        case(migrated, "cliakstest000003", system, enable),
    ]
}

fn cases() -> Vec<Case> {
    let [swapped, migrated] = managed_clusters();
    vec![sites(), container_apps(), swapped, migrated]
}

impl Case {
    fn named(&self) -> Named {
        Named {
            target: by_id(self.story.id()),
            ..Named::default()
        }
    }

    fn update(&self, at: usize) -> Update {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let step = &self.steps[at];
        Update {
            resource: self.named(),
            wanted: Wanted::Merge {
                add: owned(step.add),
                remove: owned(step.remove),
                system_assigned: step.switch,
                remove_missing: false,
            },
            no_wait: false,
            force: false,
        }
    }

    fn check(&self, at: usize, found: &ResourceIdentity) {
        let (seen, told) = (&self.seen[at], format!("{} {at}", self.story.recording));
        assert_eq!(found.id, self.story.id(), "{told}");
        assert_eq!(found.name, self.name, "{told}");
        assert_eq!(found.resource_type, self.resource_type, "{told}");
        assert_eq!(found.provisioning_state, "Succeeded", "{told}");
        assert!(!found.is_changing(), "{told}");
        assert_eq!(found.identity_type, seen.kind, "{told}");
        assert_eq!(found.principal_id, seen.principal, "{told}");
        let tenant = match seen.principal {
            "" => "",
            _ => TENANT,
        };
        assert_eq!(found.tenant_id, tenant, "{told}");
        let assigned = found.assigned.iter();
        let assigned = assigned.map(|one| (one.name(), &*one.principal_id, &*one.client_id));
        assert_eq!(assigned.collect::<Vec<_>>(), seen.assigned, "{told}");
    }

    /// Makes the change from a state to the next. What was written.
    async fn play(&self, story: &Story, at: usize) -> Written {
        let replay = Replay::at(story, at).await;
        let made = update(&replay.client, &self.update(at)).await;
        let made = made.unwrap_or_else(|error| panic!("{} {at}: {error}", story.recording));
        self.check(at + 1, &made);
        let mut written = replay.written();
        assert_eq!(written.len(), 1, "{written:?}");
        let one = written.remove(0);
        assert_eq!(one.method, self.method);
        one
    }
}

/// The kinds and the user-assigned identities of a resource, the latter in lower case.
type Held = (IdentityType, BTreeSet<String>);

fn held_by(identity: &Value) -> Held {
    let kind = IdentityType::read(identity["type"].as_str().unwrap_or("None"));
    let map = identity["userAssignedIdentities"].as_object();
    let named = map.into_iter().flatten();
    let ids = named.filter(|(_, value)| !value.is_null());
    let ids = ids.map(|(id, _)| id.to_lowercase()).collect();
    (kind, ids)
}

/// What a write leaves where the map replaces the one that is there.
fn replaced(sent: &Value) -> Held {
    let (kind, ids) = held_by(sent);
    match kind.has_user_assigned() {
        true => (kind, ids),
        false => (kind, BTreeSet::new()),
    }
}

/// The same where ids that are not named stay.
fn merged(before: &Value, sent: &Value) -> Held {
    let (kind, mut ids) = replaced(sent);
    if kind.has_user_assigned() {
        let map = sent["userAssignedIdentities"].as_object();
        let named = map.into_iter().flatten().map(|(id, _)| id.to_lowercase());
        let named: BTreeSet<_> = named.collect();
        ids.extend(held_by(before).1.difference(&named).cloned());
    }
    (kind, ids)
}

#[tokio::test]
async fn each_recorded_state_is_read_as_what_it_is() {
    for case in cases() {
        for at in 0..case.seen.len() {
            let replay = Replay::at(&case.story, at).await;
            let found = resource::get(&replay.client, &case.named()).await.unwrap();
            case.check(at, &found);
            assert!(replay.written().is_empty());
        }
    }
}

#[tokio::test]
async fn each_recorded_change_is_made_and_no_other() {
    for case in cases() {
        for at in 0..case.steps.len() {
            let sent = &case.play(&case.story, at).await.body["identity"];
            let [before, after] = [at, at + 1].map(|at| &case.story.states[at].body["identity"]);
            let wanted = held_by(after);
            assert_eq!(replaced(sent), wanted, "{sent}");
            // Whether a PATCH merges or replaces is nowhere said of these types.
            if case.method == "PATCH" {
                assert_eq!(merged(before, sent), wanted, "{sent}");
            }
            let recorded = &case.story.changes[at].request.identity;
            assert_eq!(replaced(recorded), wanted, "{recorded}");
        }
    }
}

#[tokio::test]
async fn the_whole_story_goes_through_and_a_second_time_writes_nothing() {
    for case in cases() {
        let replay = Replay::at(&case.story, 0).await;
        for at in 0..case.steps.len() {
            let change = case.update(at);
            let plan = resource::plan_update(&replay.client, &change)
                .await
                .unwrap();
            assert!(plan.changes() && replay.written().is_empty());
            case.check(at + 1, &update(&replay.client, &change).await.unwrap());
            assert_eq!(replay.written().len(), 1);
            case.check(at + 1, &update(&replay.client, &change).await.unwrap());
            assert!(replay.written().is_empty());
        }
    }
}

/// A resource without what its provider alone says and without its identity.
fn settings(whole: &Value) -> Value {
    let mut rest = whole.clone();
    for member in ["id", "name", "type", "systemData", "identity"] {
        rest.as_object_mut().unwrap().remove(member);
    }
    let properties = rest["properties"].as_object_mut().unwrap();
    properties.remove("provisioningState");
    rest
}

/// Whether a value has all that another has, with the same values.
fn has(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => {
            let mut members = part.iter();
            members.all(|(name, value)| whole.get(name).is_some_and(|own| has(own, value)))
        }
        (Value::Array(whole), Value::Array(part)) => {
            whole.len() == part.len() && whole.iter().zip(part).all(|(own, value)| has(own, value))
        }
        (whole, part) => whole == part,
    }
}

#[tokio::test]
async fn a_put_of_a_cluster_is_the_cluster_as_it_was_read_with_another_identity() {
    for case in managed_clusters() {
        let written = case.play(&case.story, 0).await;
        let (read, recorded) = (&case.story.states[0].body, &case.story.changes[0].request);
        assert_eq!(settings(&written.body), settings(read));
        // All that the recorded client sent is in it.
        let recorded = settings(&recorded.body);
        assert!(has(&written.body, &recorded), "{}", written.body);
        let kubelet = "/properties/identityProfile/kubeletidentity";
        assert_eq!(written.body.pointer(kubelet), read.pointer(kubelet));
    }
}

#[tokio::test]
async fn the_old_identity_in_the_answer_of_a_write_is_not_the_result() {
    for case in cases() {
        let mut story = case.story.clone();
        for at in 0..case.steps.len() {
            let old = story.states[at].body["identity"].clone();
            story.changes[at].answer.body["identity"] = old;
            case.play(&story, at).await;
        }
    }
}

#[tokio::test]
async fn a_write_that_is_accepted_and_not_made_is_told() {
    for case in cases() {
        let replay = Replay::stuck_at(&case.story, 0).await;
        let error = update(&replay.client, &case.update(0)).await.unwrap_err();
        assert_eq!(error.code(), "IdentityNotApplied", "{error}");
        assert!(replay.written().len() > 1);
    }
}

#[tokio::test]
async fn a_write_is_conditional_where_the_type_allows_it_and_the_answer_has_an_etag() {
    // Web apps answer with an ETag; that they heed a condition is nowhere said.
    let web = sites();
    assert_eq!(web.play(&web.story, 0).await.if_match, None);
    // The recorded clusters have none; those of the specification have it in the body.
    for case in managed_clusters() {
        assert_eq!(case.play(&case.story, 0).await.if_match, None);
        let mut story = case.story.clone();
        story.states[0].body["eTag"] = json!("5f1c");
        let written = case.play(&story, 0).await;
        assert_eq!(written.if_match.as_deref(), Some("5f1c"));
    }
}
