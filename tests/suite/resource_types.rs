//! The identity of a resource of each known type, through the real client, on the emulator.

use std::time::Duration;

use emulator::Options;
use managed_identity::base::Category;
use managed_identity::resource::{self, IdentityType, KnownType, known_types};
use serde_json::{Value, json};

use crate::support::{Local, assigned_names as names, change, code, make_identities, named};

const GROUP: &str =
    "/subscriptions/aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e/resourceGroups/myResourceGroup";

/// A known type as a test sees it: by what its row says.
pub struct Type {
    pub known: KnownType,
    pub system: bool,
    pub user: bool,
    pub one: bool,
    pub together: bool,
    pub alone: bool,
    pub without: bool,
}

/// The types whose identity can be changed.
pub fn types() -> Vec<Type> {
    known_types()
        .filter(|known| !known.api_version.is_empty() && known.written != "not changeable")
        .map(|known| {
            let words = known.kinds.split(';').next().unwrap_or_default().to_owned();
            let has = |word: &str| words.contains(word);
            Type {
                system: has("system-assigned"),
                user: has("user-assigned"),
                one: has("one user-assigned"),
                together: has("both"),
                alone: !has("both with"),
                without: !known.kinds.contains("not without"),
                known,
            }
        })
        .collect()
}

/// An emulator with the identities id1 to id3, whose writes take a little.
async fn local(unknown_map: &str) -> Local {
    let local = Local::with(Options {
        operation_time: Duration::from_millis(5),
        ..Options::default()
    })
    .await;
    let settings = json!({ "unknownMap": unknown_map });
    local.admin("PATCH", "settings", settings).await;
    make_identities(&local, &["id1", "id2", "id3"]).await;
    local
}

fn id_of(kind: &str, name: &str) -> String {
    let (namespace, types) = kind.split_once('/').unwrap();
    let types: Vec<&str> = types.split('/').collect();
    let mut id = format!("{GROUP}/providers/{namespace}");
    for (index, one) in types.iter().enumerate() {
        let own = match index + 1 == types.len() {
            true => name,
            false => "parent",
        };
        id.push_str(&format!("/{one}/{own}"));
    }
    id
}

/// Makes a resource as another client would, and what it lies in.
pub async fn make(local: &Local, kind: &str, version: &str, name: &str, more: Value) -> String {
    if let Some((parent, _)) = kind
        .rsplit_once('/')
        .filter(|(parent, _)| parent.contains('/'))
    {
        Box::pin(make(local, parent, version, "parent", json!({}))).await;
    }
    let mut body = json!({
        "location": "eastus", "tags": {"env": "test"}, "sku": {"name": "Standard"},
        "kind": "AzureCLI",
        "properties": {"custom": {"kept": [1, null, "x"]}},
    });
    for (member, value) in more.as_object().into_iter().flatten() {
        body[member] = value.clone();
    }
    let id = id_of(kind, name);
    let (status, answer) = local
        .raw("PUT", &format!("{id}?api-version={version}"), body)
        .await;
    assert!(status < 300, "{kind}: {status} {answer}");
    settled(local, &id, version).await;
    id
}

/// A resource as another client reads it once nothing is under way.
pub async fn settled(local: &Local, id: &str, version: &str) -> Value {
    loop {
        let path = format!("{id}?api-version={version}");
        let (status, answer) = local.raw("GET", &path, Value::Null).await;
        assert_eq!(status, 200, "{answer}");
        let state = answer["properties"]["provisioningState"].as_str();
        if state.is_none_or(|state| state.eq_ignore_ascii_case("succeeded")) {
            return answer;
        }
        tokio::task::yield_now().await;
    }
}

/// What must stay whatever happens to the identity.
fn rest(whole: &Value) -> Value {
    json!([
        whole["tags"],
        whole["location"],
        whole["properties"]["custom"]
    ])
}

/// The story of one type: each step leaves what it does not name.
struct Story<'a> {
    local: &'a Local,
    kind: &'a Type,
    id: String,
}

impl Story<'_> {
    async fn step(
        &self,
        add: &[&str],
        remove: &[&str],
        switch: Option<bool>,
        wanted: (&[&str], bool),
    ) {
        let kind = self.kind.known.resource_type;
        let client = &self.local.client;
        let update = change(&self.id, add, remove, switch);

        self.local.forget().await;
        let plan = resource::plan_update(client, &update).await;
        let plan = plan.unwrap_or_else(|error| panic!("{kind}: {error}"));
        assert!(plan.changes(), "{kind}: {}", plan.description);
        let methods = self.local.methods().await;
        assert!(
            methods.iter().all(|one| one == "GET"),
            "{kind}: {methods:?}"
        );

        let made = resource::update(client, &update).await;
        let made = made.unwrap_or_else(|error| panic!("{kind}: {error}"));
        let (user, system) = wanted;
        assert_eq!(names(&made), user, "{kind}");
        assert_eq!(
            made.identity_type,
            IdentityType::of(system, !user.is_empty()),
            "{kind}"
        );
        let ids = made.assigned.iter().filter(|one| !one.client_id.is_empty());
        let empty_values = kind.starts_with("Microsoft.Network/");
        assert!(empty_values || ids.count() == user.len(), "{kind}");

        self.local.forget().await;
        resource::update(client, &update).await.unwrap();
        assert_eq!(
            self.local.methods().await,
            ["GET"],
            "{kind}: a second time writes nothing"
        );
    }

    async fn refused(&self, add: &[&str], remove: &[&str], switch: Option<bool>) {
        let update = change(&self.id, add, remove, switch);
        self.local.forget().await;
        let error = resource::update(&self.local.client, &update).await;
        let error = error.unwrap_err();
        assert_eq!(error.code(), "IdentityKindNotSupported", "{error}");
        assert_eq!(error.category(), Category::InvalidArgument);
        assert_eq!(self.local.methods().await, ["GET"]);
    }

    /// Azure refuses to take the system-assigned identity off these. Source:
    /// azure-rest-api-specs 16838.
    fn is_on_for_good(&self) -> bool {
        self.kind.known.resource_type == "Microsoft.Sql/managedInstances"
    }

    async fn user_assigned(&self) {
        let both = self.kind.together;
        // Those that can't be without an identity begin with the system-assigned one.
        let on = both && !(self.kind.alone && self.kind.without);
        if !self.kind.alone {
            self.refused(&["id1"], &[], None).await;
            self.step(&[], &[], Some(true), (&[], true)).await;
        }
        self.step(&["id1"], &[], None, (&["id1"], on)).await;
        match self.kind.one {
            true => {
                self.refused(&["id2"], &[], None).await;
                self.step(&["id2"], &["ID1"], None, (&["id2"], on)).await;
            }
            false => {
                self.step(&["id2"], &[], None, (&["id1", "id2"], on)).await;
                self.step(&[], &["ID1"], None, (&["id2"], on)).await;
            }
        }
        if self.is_on_for_good() {
            self.step(&[], &[], Some(true), (&["id2"], true)).await;
            let off = change(&self.id, &[], &[], Some(false));
            let refused = resource::update(&self.local.client, &off).await;
            assert_eq!(code(refused), "CannotSetResourceIdentity");
        } else if both && self.kind.alone {
            for switch in [!on, on] {
                self.step(&[], &[], Some(switch), (&["id2"], switch)).await;
            }
        }
        if !both && self.kind.system {
            self.refused(&[], &[], Some(true)).await;
            self.step(&[], &["id2"], Some(true), (&[], true)).await;
            self.step(&["id3"], &[], Some(false), (&["id3"], false))
                .await;
        }
    }

    async fn play(&self, version: &str) {
        let before = rest(&settled(self.local, &self.id, version).await);
        if self.kind.user {
            self.user_assigned().await;
        } else {
            if self.kind.without {
                self.step(&[], &[], Some(true), (&[], true)).await;
            }
            self.refused(&["id1"], &[], None).await;
        }
        let now = resource::get(&self.local.client, &named(&self.id))
            .await
            .unwrap();
        let held = names(&now);
        match (self.kind.without, now.identity_type.has_system_assigned()) {
            (true, true) if self.is_on_for_good() => {
                self.step(&[], &held, None, (&[], true)).await;
            }
            (true, true) => self.step(&[], &held, Some(false), (&[], false)).await,
            (true, false) => self.step(&[], &held, None, (&[], false)).await,
            (false, true) => self.refused(&[], &held, Some(false)).await,
            (false, false) => self.refused(&[], &held, None).await,
        }
        let after = rest(&settled(self.local, &self.id, version).await);
        assert_eq!(after, before, "{}", self.kind.known.resource_type);
    }
}

async fn every_type(unknown_map: &str) {
    let local = local(unknown_map).await;
    let all = types();
    assert!(all.len() > 45);
    for kind in &all {
        let (name, version) = (kind.known.resource_type, kind.known.api_version);
        let more = match name {
            "Microsoft.Compute/virtualMachines" | "Microsoft.Compute/virtualMachineScaleSets" => {
                continue;
            }
            _ if kind.without => json!({}),
            _ => json!({"identity": {"type": "SystemAssigned"}}),
        };
        let id = make(&local, name, version, "thing1", more).await;
        let local = &local;
        Story { local, kind, id }.play(version).await;
    }
}

#[tokio::test]
async fn each_type_takes_and_loses_identities_where_a_patch_merges() {
    every_type("merge").await;
}

#[tokio::test]
async fn each_type_takes_and_loses_identities_where_a_patch_replaces() {
    every_type("replace").await;
}

#[tokio::test]
async fn what_azure_sets_at_creation_alone_is_said_so() {
    let local = local("merge").await;
    let kind = "Microsoft.Resources/deploymentScripts";
    let id = make(&local, kind, "2020-10-01", "script1", json!({})).await;
    local.forget().await;
    let update = change(&id, &["id1"], &[], None);
    let error = resource::update(&local.client, &update).await.unwrap_err();
    assert_eq!(error.code(), "IdentityNotChangeable");
    assert_eq!(local.methods().await, ["GET"]);
}

/// The page in docs/ that lists the known types.
fn page() -> String {
    let mut page = "\
# Resource types

How the module changes the identity of a resource, by its type. A type that is not in this list is \
changed with the newest stable api-version of its resource provider and a PATCH that names everything \
that stays, which is right whether the provider keeps or removes what a PATCH does not name. The \
module reads each resource again after the write.

Sources: Azure's REST API specifications (Azure/azure-rest-api-specs), the recorded traffic in the test \
suites of Azure/azure-cli, the code of azure-cli and of hashicorp/terraform-provider-azurerm, and the \
issues with these numbers in the repositories named. `recordings` are those of azure-cli.

The page is generated from `src/resource/ways.rs` with `MI_BLESS=1 cargo test --test suite resource_types::`.

| Type | api-version | Identities | A change is written with | ETag condition | Source |
| --- | --- | --- | --- | --- | --- |
"
    .to_owned();
    for known in known_types() {
        let version = match known.api_version {
            "" => "newest stable",
            version => version,
        };
        let condition = if known.conditional { "yes" } else { "no" };
        page.push_str(&format!(
            "| {} | {version} | {} | {} | {condition} | {} |\n",
            known.resource_type, known.kinds, known.written, known.source
        ));
    }
    page
}

#[test]
fn the_page_of_types_is_that_of_the_table() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/resource-types.md");
    if std::env::var_os("MI_BLESS").is_some() {
        std::fs::write(&path, page()).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        committed.replace("\r\n", "\n"),
        page(),
        "docs/resource-types.md is out of date"
    );
}
