//! What completes a word of a command line, and which requests that takes, on the emulator.

use std::sync::Arc;
use std::time::{Duration, Instant};

use emulator::seed;
use managed_identity::base::Silent;
use managed_identity::completion::{Kind, Memory, Request, Suggestion, complete, known};
use managed_identity::identity::{self, Create, federated};
use managed_identity::{compute, connect};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::support::{GROUP, Local, VM, merge, on, sign_in, target};

const OTHER: &str = "bbbb0b0b-cc1c-dd2d-ee3e-ffffff5f5f5f";
const QUERY: &str = "POST /providers/Microsoft.ResourceGraph/resources";

/// An emulator, and what was asked of it for words.
struct Line {
    local: Local,
    memory: Memory,
}

impl Line {
    async fn start() -> Self {
        let local = Local::start().await;
        local.forget().await;
        Self {
            local,
            memory: Memory::default(),
        }
    }

    async fn complete(&self, request: &Request) -> Vec<Suggestion> {
        complete(&self.memory, &self.local.client, Arc::new(Silent), request).await
    }

    async fn values(&self, request: &Request) -> Vec<String> {
        let found = self.complete(request).await;
        found.into_iter().map(|one| one.value).collect()
    }

    async fn identity(&self, group: &str, name: &str) -> String {
        let mut target = target(name);
        target.resource_group = Some(group.to_owned());
        let wanted = Create {
            target,
            ..Create::default()
        };
        let made = identity::create(&self.local.client, &wanted).await;
        made.unwrap().id
    }

    /// Forgets the requests so far.
    async fn ready(self) -> Self {
        self.local.forget().await;
        self
    }
}

fn request(kind: Kind, word: &str) -> Request {
    Request {
        kind,
        word: word.to_owned(),
        patience: Duration::from_secs(60),
        ..Request::default()
    }
}

fn in_group(kind: Kind, word: &str, group: &str) -> Request {
    Request {
        resource_group: Some(group.to_owned()),
        ..request(kind, word)
    }
}

fn of_type(kind: Kind, word: &str, resource_type: &str) -> Request {
    Request {
        resource_types: vec![resource_type.to_owned()],
        ..request(kind, word)
    }
}

const MACHINES: &str = "Microsoft.Compute/virtualMachines";
const IDENTITIES: &str = "Microsoft.ManagedIdentity/userAssignedIdentities";

#[tokio::test]
async fn groups_come_by_one_request_which_serves_longer_words_too() {
    let line = Line::start().await;
    assert_eq!(
        line.values(&request(Kind::ResourceGroup, "")).await,
        [GROUP, "TestRG"]
    );
    assert_eq!(line.local.requests().await, [QUERY]);
    assert_eq!(
        line.values(&request(Kind::ResourceGroup, "te")).await,
        ["TestRG"]
    );
    assert_eq!(
        line.values(&request(Kind::ResourceGroup, "source")).await,
        [GROUP]
    );
    assert!(
        line.values(&request(Kind::ResourceGroup, "x[*"))
            .await
            .is_empty()
    );
    assert_eq!(line.local.requests().await, [QUERY]);
    let found = line.complete(&request(Kind::ResourceGroup, "test")).await;
    assert!(found[0].detail.contains("eastus"), "{found:?}");
    line.memory.forget();
    assert_eq!(
        line.values(&request(Kind::ResourceGroup, "te")).await,
        ["TestRG"]
    );
    assert_eq!(line.local.requests().await.len(), 2);
}

#[tokio::test]
async fn an_answer_is_good_for_half_a_minute() {
    let line = Line::start().await;
    let groups = request(Kind::ResourceGroup, "");
    assert_eq!(line.values(&groups).await.len(), 2);
    let path = format!(
        "/subscriptions/{}/resourceGroups/new?api-version=2022-09-01",
        seed::SUBSCRIPTION_ID
    );
    line.local
        .raw("PUT", &path, json!({"location": "eastus"}))
        .await;
    assert_eq!(line.values(&groups).await.len(), 2);
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(31)).await;
    tokio::time::resume();
    assert_eq!(line.values(&groups).await, [GROUP, "new", "TestRG"]);
}

#[tokio::test]
async fn subscriptions_come_by_name_and_by_id() {
    let line = Line::start().await;
    let other = json!({"id": OTHER, "name": "It's [other]"});
    line.local.admin("POST", "subscriptions", other).await;
    for word in ["it's", "OTHER", "bbbb0b"] {
        let found = line.complete(&request(Kind::Subscription, word)).await;
        assert_eq!(found.len(), 1, "{word}: {found:?}");
        assert_eq!(
            (&*found[0].value, &*found[0].label),
            (OTHER, "It's [other]")
        );
    }
    let groups = |subscriptions: &[&str]| Request {
        subscriptions: subscriptions.iter().map(|one| (*one).to_owned()).collect(),
        ..request(Kind::ResourceGroup, "")
    };
    assert_eq!(line.values(&groups(&[OTHER])).await, [GROUP]);
    assert_eq!(line.values(&groups(&["it's [OTHER]"])).await, [GROUP]);
    assert!(line.values(&groups(&["no such"])).await.is_empty());
    let both = line
        .complete(&groups(&[OTHER, seed::SUBSCRIPTION_ID]))
        .await;
    assert_eq!(both.len(), 2);
    assert!(both[0].detail.contains(OTHER), "{both:?}");
    let all = Request {
        all_subscriptions: true,
        ..groups(&["ignored"])
    };
    assert!(line.complete(&all).await[0].detail.contains(OTHER));
}

#[tokio::test]
async fn a_management_group_is_completed_and_limits_the_subscriptions() {
    let line = Line::start().await;
    let other = json!({"id": OTHER, "name": "Other"});
    line.local.admin("POST", "subscriptions", other).await;
    let group = json!({"id": "mg-1", "displayName": "It's [prod]", "subscriptions": [OTHER]});
    line.local.admin("POST", "managementgroups", group).await;
    for word in ["mg", "it's [P", "prod"] {
        let found = line.complete(&request(Kind::ManagementGroup, word)).await;
        assert_eq!(
            (&*found[0].value, &*found[0].label),
            ("mg-1", "It's [prod]"),
            "{word}"
        );
        assert_eq!(found.len(), 1);
    }
    for group in [
        "mg-1",
        "/providers/Microsoft.Management/managementGroups/mg-1",
    ] {
        let groups = Request {
            management_group: Some(group.to_owned()),
            ..request(Kind::ResourceGroup, "")
        };
        let found = line.complete(&groups).await;
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].detail.contains(OTHER));
    }
}

#[tokio::test]
async fn a_group_may_be_a_pattern() {
    let line = Line::start().await;
    line.identity(GROUP, "id1").await;
    line.identity("TestRG", "id2").await;
    let names = Request {
        resource_types: vec![IDENTITIES.to_owned()],
        ..in_group(Kind::Resource, "", "test*")
    };
    assert_eq!(line.values(&names).await, ["id2"]);
}

#[tokio::test]
async fn names_are_those_of_the_type_and_of_the_group() {
    let line = Line::start().await;
    line.identity(GROUP, "id1").await;
    line.identity("TestRG", "id2").await;
    let line = line.ready().await;
    let names = |kind: &str, group: Option<&str>| Request {
        resource_group: group.map(str::to_owned),
        ..of_type(Kind::Resource, "", kind)
    };
    assert_eq!(line.values(&names(IDENTITIES, None)).await, ["id1", "id2"]);
    assert_eq!(
        line.values(&names(IDENTITIES, Some("testrg"))).await,
        ["id2"]
    );
    assert_eq!(line.values(&names(MACHINES, None)).await, [VM]);
    assert_eq!(line.local.requests().await, [QUERY; 3]);
    assert_eq!(
        line.values(&names("Microsoft.*/virtualM*s", None)).await,
        [VM]
    );
    // Without a type, or with patterns of types, the detail tells which.
    for open in [
        in_group(Kind::Resource, "", GROUP),
        names("Microsoft.[CM]*", Some(GROUP)),
    ] {
        let found = line.complete(&open).await;
        assert_eq!((&*found[0].value, &*found[1].value), ("id1", VM));
        assert!(found[1].detail.starts_with(MACHINES), "{found:?}");
    }
}

#[tokio::test]
async fn a_word_limits_what_the_service_is_asked_for() {
    let line = Line::start().await;
    let many = json!({
        "subscriptionId": seed::SUBSCRIPTION_ID, "resourceGroup": GROUP, "prefix": "fleet", "count": 2000,
    });
    line.local.admin("POST", "identities", many).await;
    line.identity(GROUP, "my-fleet01999").await;
    let line = line.ready().await;
    let names = |word: &str| of_type(Kind::Resource, word, IDENTITIES);
    assert_eq!(line.values(&names("")).await.len(), 100);
    // The answer to the shorter word was cut off, so it does not serve.
    let found = line.values(&names("FLEET0199")).await;
    assert_eq!(found[..2], ["fleet01990", "fleet01991"]);
    assert_eq!(
        found.last().unwrap(),
        "my-fleet01999",
        "it has the word elsewhere"
    );
    assert_eq!(line.local.requests().await.len(), 2);
    assert_eq!(
        line.values(&names("fleet01999")).await,
        ["fleet01999", "my-fleet01999"]
    );
    assert_eq!(
        line.local.requests().await.len(),
        2,
        "that was in the last answer"
    );
}

#[tokio::test]
async fn identities_count_by_name_in_the_group_and_by_id_elsewhere() {
    let line = Line::start().await;
    let near = line.identity(GROUP, "id9").await;
    let far = line.identity("TestRG", "id1").await;
    let line = line.ready().await;
    let found = line
        .complete(&in_group(Kind::Identity, "", "MYRESOURCEGROUP"))
        .await;
    assert_eq!((&*found[0].value, &*found[1].value), ("id9", &*far));
    assert!(
        found[0].detail.contains(&near) && found[1].label == "id1",
        "{found:?}"
    );
    assert_eq!(
        line.values(&request(Kind::Identity, "ID")).await,
        [far.clone(), near.clone()]
    );
    assert_eq!(
        line.values(&request(Kind::Identity, &near[..near.len() - 1]))
            .await
            .len(),
        1
    );
    assert_eq!(line.local.requests().await.len(), 3);
}

#[tokio::test]
async fn what_a_machine_has_is_read_from_it() {
    let line = Line::start().await;
    for name in ["id1", "id2", "id3"] {
        line.identity(GROUP, name).await;
    }
    let far = line.identity("TestRG", "far").await;
    let update = merge(&["id1", "id3", &far], &[], None);
    compute::update(&line.local.client, &update).await.unwrap();
    let line = line.ready().await;
    let path = format!(
        "/subscriptions/{}/resourceGroups/{GROUP}/providers/{MACHINES}/{VM}",
        seed::SUBSCRIPTION_ID
    );
    let named = |names: &[&str], ids: &[&str]| Request {
        resource_types: vec![MACHINES.to_owned()],
        names: names.iter().map(|name| (*name).to_owned()).collect(),
        ids: ids.iter().map(|id| (*id).to_owned()).collect(),
        ..in_group(Kind::AssignedIdentity, "", GROUP)
    };
    let one = line.values(&named(&[VM], &[])).await;
    assert_eq!(one[..2], ["id1", "id3"]);
    assert_eq!(one.len(), 3);
    assert!(one[2].eq_ignore_ascii_case(&far), "{one:?}");
    assert_eq!(line.local.requests().await, [format!("GET {path}")]);
    line.local.forget().await;
    let by_id = Request {
        resource_group: None,
        ..named(&[], &[&path])
    };
    let ids = line.values(&by_id).await;
    assert!(
        ids.iter().all(|id| id.starts_with("/subscriptions/")),
        "{ids:?}"
    );
    assert_eq!(ids.len(), 3);
    // Of several machines Resource Graph knows it in one request.
    line.local.forget().await;
    assert_eq!(line.values(&named(&[VM, "other"], &[])).await.len(), 3);
    assert_eq!(line.local.requests().await, [QUERY]);
    // Where a pipeline or a pattern names the machines, any identity may be meant.
    for open in [named(&["my*"], &[]), named(&[], &[])] {
        assert_eq!(line.values(&open).await.len(), 4);
    }
}

#[tokio::test]
async fn children_are_named_below_their_parents() {
    let line = Line::start().await;
    let id1 = line.identity(GROUP, "id1").await;
    let app = format!(
        "/subscriptions/{}/resourceGroups/{GROUP}/providers/Microsoft.Web/sites/app",
        seed::SUBSCRIPTION_ID
    );
    let slot = format!("{app}/slots/staging");
    for path in [&app, &slot] {
        let identity = json!({"type": "UserAssigned", "userAssignedIdentities": {&id1: {}}});
        let body = json!({"location": "eastus", "properties": {}, "identity": identity});
        let path = format!("{path}?api-version=2023-12-01");
        let (status, answer) = line.local.raw("PUT", &path, body).await;
        assert!(status < 300, "{answer}");
    }
    let line = line.ready().await;
    let slots = "microsoft.web/sites/slots";
    for word in ["", "app/", "APP/st", "stag"] {
        let found = line.values(&of_type(Kind::Resource, word, slots)).await;
        assert_eq!(found, ["app/staging"], "{word}");
    }
    assert_eq!(
        line.values(&of_type(Kind::Resource, "", "Microsoft.Web/sites"))
            .await,
        ["app"]
    );
    let ids = line
        .complete(&of_type(Kind::ResourceId, "stag", slots))
        .await;
    assert_eq!((&*ids[0].value, &*ids[0].label), (&*slot, "app/staging"));
    line.local.forget().await;
    // What it has is read from it, whatever its type.
    let named = Request {
        resource_types: vec!["Microsoft.Web/sites/slots".to_owned()],
        names: vec!["app/staging".to_owned()],
        ..in_group(Kind::AssignedIdentity, "", GROUP)
    };
    assert_eq!(line.values(&named).await, ["id1"]);
    assert_eq!(line.local.requests().await, [format!("GET {slot}")]);
    // The type of what is named.
    let types = Request {
        kind: Kind::ResourceType,
        resource_types: Vec::new(),
        ..named
    };
    assert_eq!(line.values(&types).await[0], "Microsoft.Web/sites/slots");
}

#[tokio::test]
async fn locations_and_roles_are_asked_for_once() {
    let line = Line::start().await;
    let found = line.values(&request(Kind::Location, "east us")).await;
    assert!(found.contains(&"eastus".to_owned()), "{found:?}");
    assert!(
        line.values(&request(Kind::Location, "west"))
            .await
            .contains(&"westus".to_owned())
    );
    let roles = line.complete(&request(Kind::Role, "read")).await;
    assert_eq!(roles[0].value, "Reader");
    assert!(!roles[0].detail.is_empty());
    assert_eq!(
        line.values(&request(Kind::Role, "managed identity o"))
            .await,
        ["Managed Identity Operator"]
    );
    let own = format!("/subscriptions/{}", seed::SUBSCRIPTION_ID);
    let provider = "providers/Microsoft.Authorization/roleDefinitions";
    let expected = [
        format!("GET {own}/locations"),
        format!("GET {own}/{provider}"),
    ];
    assert_eq!(line.local.requests().await, expected);
    // A role of the scope that is named.
    let there = Request {
        scope: Some(format!("{own}/resourceGroups/{GROUP}")),
        ..request(Kind::Role, "reader")
    };
    assert_eq!(line.values(&there).await[0], "Reader");
    assert_eq!(
        line.values(&in_group(Kind::Role, "reader", GROUP)).await[0],
        "Reader"
    );
    let asked = line.local.requests().await;
    assert_eq!(
        asked[2..],
        [format!("GET {own}/resourceGroups/{GROUP}/{provider}")]
    );
}

#[tokio::test]
async fn a_scope_is_completed_part_by_part_and_by_name() {
    let line = Line::start().await;
    let id1 = line.identity(GROUP, "id1").await;
    let line = line.ready().await;
    let own = format!("/subscriptions/{}", seed::SUBSCRIPTION_ID);
    let scopes = |word: &str| request(Kind::Scope, word);
    for word in [
        "/",
        "/subs",
        "/subscriptions/aaaa",
        "/subscriptions/emulator",
    ] {
        assert_eq!(line.values(&scopes(word)).await, [&*own], "{word}");
    }
    let group = format!("{own}/resourceGroups/{GROUP}");
    for word in [
        format!("{own}/"),
        format!("{own}/res"),
        format!("{own}/resourcegroups/my"),
    ] {
        assert_eq!(line.values(&scopes(&word)).await[0], group, "{word}");
    }
    let machine = format!("{group}/providers/{MACHINES}/{VM}");
    assert_eq!(
        line.values(&scopes(&format!("{group}/"))).await[..2],
        [id1.clone(), machine.clone()]
    );
    assert_eq!(
        line.values(&scopes(&machine.to_lowercase())).await,
        [&*machine]
    );
    let typed = of_type(Kind::ResourceId, &format!("{group}/"), MACHINES);
    assert_eq!(line.values(&typed).await, [&*machine]);
    assert_eq!(
        line.values(&scopes("")).await,
        [own.clone(), group, format!("{own}/resourceGroups/TestRG")]
    );
    assert_eq!(line.values(&scopes("emu")).await, [own]);
    assert_eq!(line.values(&scopes("ID1")).await, [id1]);
    assert!(line.values(&scopes("/nowhere/x/")).await.is_empty());
    assert!(line.values(&scopes("/subscriptions/x/")).await.is_empty());
}

#[tokio::test]
async fn groups_of_the_directory_come_by_the_beginning_of_their_names() {
    let line = Line::start().await;
    let ids = ["1", "2", "3"].map(|digit| OTHER.replace('b', digit));
    for (id, name) in ids.iter().zip(["It's a [team] \u{1b}[31m", "Twin", "TWIN"]) {
        let group = json!({"id": id, "type": "Group", "displayName": name});
        line.local.admin("POST", "principals", group).await;
    }
    let line = line.ready().await;
    assert_eq!(
        line.values(&request(Kind::DirectoryGroup, "MYG")).await,
        ["myGroup"]
    );
    assert_eq!(
        line.local.requests().await.last().unwrap(),
        "GET /v1.0/groups"
    );
    let asked = line.local.requests().await.len();
    assert_eq!(
        line.values(&request(Kind::DirectoryGroup, "mygr")).await,
        ["myGroup"]
    );
    assert_eq!(
        line.local.requests().await.len(),
        asked,
        "it was in the last answer"
    );
    assert!(
        line.values(&request(Kind::DirectoryGroup, "group"))
            .await
            .is_empty()
    );
    // A name that two have names neither.
    let twins = line.complete(&request(Kind::DirectoryGroup, "tw")).await;
    assert_eq!(
        twins.iter().map(|one| &one.value).collect::<Vec<_>>(),
        [&ids[1], &ids[2]]
    );
    assert_eq!(twins[0].label, "Twin");
    // An escape sequence is no argument.
    assert!(
        line.values(&request(Kind::DirectoryGroup, "it's a"))
            .await
            .is_empty()
    );
}

#[tokio::test]
async fn federated_credentials_are_those_of_the_identity() {
    let line = Line::start().await;
    let id = line.identity(GROUP, "id1").await;
    let wanted = federated::Create {
        target: federated::CredentialTarget {
            identity: target("id1"),
            name: Some("main".to_owned()),
            ..Default::default()
        },
        source: federated::Source {
            issuer: Some("https://issuer.example".to_owned()),
            subject: Some("s".to_owned()),
            ..Default::default()
        },
        audiences: Vec::new(),
    };
    federated::create(&line.local.client, &wanted)
        .await
        .unwrap();
    let named = Request {
        names: vec!["id1".to_owned()],
        ..in_group(Kind::FederatedCredential, "m", GROUP)
    };
    let found = line.complete(&named).await;
    assert_eq!(
        (&*found[0].value, &*found[0].detail),
        ("main", "https://issuer.example s")
    );
    let by_id = Request {
        ids: vec![id],
        ..request(Kind::FederatedCredential, "")
    };
    assert_eq!(line.values(&by_id).await, ["main"]);
    assert!(
        line.values(&request(Kind::FederatedCredential, ""))
            .await
            .is_empty()
    );
}

#[tokio::test]
async fn types_are_the_known_ones_and_those_in_use() {
    let line = Line::start().await;
    let web = ["Microsoft.Web/sites", "Microsoft.Web/sites/slots"];
    let types = request(Kind::ResourceType, "microsoft.web");
    assert_eq!(line.values(&types).await, web);
    let names: Vec<String> = known(&types).into_iter().map(|one| one.value).collect();
    assert_eq!(names, web);
    assert!(known(&request(Kind::ResourceGroup, "")).is_empty());
    line.local
        .fault(on("POST", "ResourceGraph", json!({"status": 403})))
        .await;
    line.memory.forget();
    assert_eq!(line.values(&types).await, web);
}

#[tokio::test]
async fn a_service_that_fails_is_asked_once_and_says_nothing() {
    for status in [400, 403, 429, 500, 503] {
        let line = Line::start().await;
        let fault = json!({
            "times": 1000, "pathContains": "ResourceGraph",
            "action": {"status": status, "headers": {"Retry-After": "0"}},
        });
        line.local.fault(fault).await;
        assert!(
            line.values(&request(Kind::ResourceGroup, ""))
                .await
                .is_empty()
        );
        assert!(
            line.values(&request(Kind::ResourceGroup, "te"))
                .await
                .is_empty()
        );
        assert_eq!(line.local.requests().await, [QUERY], "{status}");
    }
}

#[tokio::test]
async fn no_provider_is_registered_for_a_word() {
    let line = Line::start().await;
    let settings = json!({"unregistered": ["Microsoft.ManagedIdentity", "Microsoft.Compute"]});
    line.local.admin("PATCH", "settings", settings).await;
    let named = Request {
        resource_types: vec![MACHINES.to_owned()],
        names: vec![VM.to_owned()],
        ..in_group(Kind::AssignedIdentity, "", GROUP)
    };
    line.values(&named).await;
    let asked = line.local.requests().await;
    assert!(
        asked.iter().all(|one| !one.contains("register")),
        "{asked:?}"
    );
}

#[tokio::test]
async fn an_answer_that_is_late_serves_the_next_word() {
    let line = Line::start().await;
    line.local
        .fault(on("POST", "ResourceGraph", json!({"delayMs": 300})))
        .await;
    let hasty = Request {
        patience: Duration::ZERO,
        ..request(Kind::ResourceGroup, "te")
    };
    assert!(line.values(&hasty).await.is_empty());
    assert!(line.values(&hasty).await.is_empty());
    assert_eq!(
        line.values(&request(Kind::ResourceGroup, "te")).await,
        ["TestRG"]
    );
    assert_eq!(line.values(&hasty).await, ["TestRG"]);
    assert_eq!(line.local.requests().await, [QUERY]);
}

#[tokio::test]
async fn the_oldest_answers_are_forgotten() {
    let line = Line::start().await;
    let of = |number: u32| of_type(Kind::Resource, "", &format!("contoso.test/things{number}"));
    for number in 0..40 {
        assert!(line.values(&of(number)).await.is_empty());
    }
    assert_eq!(line.local.requests().await.len(), 40);
    line.values(&of(39)).await;
    assert_eq!(line.local.requests().await.len(), 40);
    line.values(&of(0)).await;
    assert_eq!(line.local.requests().await.len(), 41);
}

#[tokio::test]
async fn a_word_does_not_wait_for_a_service_that_is_slow() {
    let line = Line::start().await;
    line.local
        .fault(on("POST", "ResourceGraph", json!({"delayMs": 600_000})))
        .await;
    let started = Instant::now();
    let groups = Request {
        patience: Duration::from_millis(50),
        ..request(Kind::ResourceGroup, "")
    };
    assert!(line.values(&groups).await.is_empty());
    // The service takes ten minutes.
    assert!(started.elapsed() < Duration::from_secs(300));
}

/// A server that reads what it is sent and says nothing, and tells when its peer has gone.
#[tokio::test]
async fn what_is_under_way_stops_with_the_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let subscription =
        json!({"subscriptionId": seed::SUBSCRIPTION_ID, "displayName": "s", "state": "Enabled"})
            .to_string();
    let (asked, mut was_asked) = tokio::sync::oneshot::channel();
    let (gone, was_gone) = tokio::sync::oneshot::channel();
    tokio::spawn(async move {
        let mut asked = Some(asked);
        let mut gone = Some(gone);
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut buffer = vec![0; 65536];
            loop {
                let read = stream.read(&mut buffer).await.unwrap_or(0);
                let text = String::from_utf8_lossy(&buffer[..read]).into_owned();
                if read == 0 {
                    break;
                }
                if text.contains("ResourceGraph") {
                    let _ = asked.take().unwrap().send(());
                    while stream.read(&mut buffer).await.unwrap_or(0) > 0 {}
                    let _ = gone.take().unwrap().send(());
                    break;
                }
                let answer = format!(
                    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{subscription}",
                    subscription.len()
                );
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        }
    });
    let mut wanted = sign_in(&endpoint);
    wanted.subscription_id = Some(seed::SUBSCRIPTION_ID.to_owned());
    wanted.sign_in = connect::SignIn::AccessToken {
        token: "t".to_owned().into(),
        graph: None,
        account: None,
    };
    let connection = connect::connect(wanted, Arc::new(Silent)).await.unwrap();
    let memory = Memory::default();
    let groups = Request {
        patience: Duration::from_millis(1),
        ..request(Kind::ResourceGroup, "")
    };
    while was_asked.try_recv().is_err() {
        let found = complete(&memory, &connection.client, Arc::new(Silent), &groups).await;
        assert!(found.is_empty());
    }
    memory.close();
    was_gone.await.unwrap();
    // And nothing begins any more.
    let long = request(Kind::ResourceGroup, "");
    let found = complete(&memory, &connection.client, Arc::new(Silent), &long).await;
    assert!(found.is_empty());
}

#[tokio::test]
async fn a_connection_without_a_token_for_the_directory_asks_nobody() {
    let local = Local::start().await;
    let mut wanted = sign_in(local.emulator.endpoint());
    wanted.sign_in = connect::SignIn::AccessToken {
        token: local.token().await.into(),
        graph: None,
        account: None,
    };
    let connection = connect::connect(wanted, Arc::new(Silent)).await.unwrap();
    local.forget().await;
    let memory = Memory::default();
    let groups = request(Kind::DirectoryGroup, "my");
    let found = complete(&memory, &connection.client, Arc::new(Silent), &groups).await;
    assert!(found.is_empty());
    let asked = local.requests().await;
    assert!(
        asked.iter().all(|one| !one.contains("/v1.0/groups")),
        "{asked:?}"
    );
}
