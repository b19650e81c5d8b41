//! Resources of many subscriptions: where to look for them, which are wanted, and who is asked.
//!
//! The provider lists what is in one subscription or one group. Everything else Azure Resource Graph
//! lists, a thousand resources a request whatever subscription they are in, and a little late.

use std::collections::BTreeMap;
use std::vec::IntoIter;

use futures_util::StreamExt;
use futures_util::stream;
use serde::de::DeserializeOwned;

use super::client::Client;
use super::kql::{any_of, has_tag, may_match};
use super::paging::Pages;
use super::resource_graph::{Reach, Rows};
use super::scope::Scope;
use crate::base::{
    Error, ResourceType, Result, check_resource_group, check_subscription_id, same_name,
};

/// How many subscriptions one query may name.
const MOST_SUBSCRIPTIONS: usize = 1000;

/// Which resources are wanted, of whatever type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fleet {
    /// Where to look.
    pub within: Within,
    /// The resource group, or a pattern; all when not given.
    pub resource_group: Option<String>,
    /// Names and patterns of names; all when there are none. What comes may be more: the caller
    /// compares.
    pub names: Vec<String>,
    /// The tags that each must have.
    pub tags: Vec<TagFilter>,
    /// Whether each that a query finds is read from its provider.
    pub fresh: bool,
    /// How many are read from their providers at once.
    pub at_once: usize,
}

/// Where to look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Within {
    /// In these subscriptions, by their ids; in the connection's when there are none.
    Subscriptions(Vec<String>),
    /// In all that the sign-in sees.
    AllSubscriptions,
    /// In the subscriptions of a management group and of those below it, by its name or its id.
    ManagementGroup(String),
}

impl Default for Within {
    fn default() -> Self {
        Self::Subscriptions(Vec::new())
    }
}

/// A tag that resources must have. Azure compares the names of tags in any casing, and their values in
/// their own (<https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources>).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagFilter {
    /// Its name.
    pub name: String,
    /// Its value; any when not given.
    pub value: Option<String>,
}

impl TagFilter {
    fn fits(&self, tags: &BTreeMap<String, String>) -> bool {
        let is_this = |(name, value): (&String, &String)| {
            same_name(name, &self.name) && self.value.as_ref().is_none_or(|wanted| wanted == value)
        };
        tags.iter().any(is_this)
    }
}

/// The types of the resources that are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Types {
    /// Types, such as `Microsoft.Web/sites/slots`, and patterns of types; all when there are none.
    pub patterns: Vec<String>,
    /// What else must hold for each, in the language of queries.
    pub condition: Option<String>,
}

/// The resources that have a table of their own: its name, and their type.
const OTHER_TABLES: [(&str, &str); 1] = [(
    "policyresources",
    "Microsoft.Authorization/policyAssignments",
)];

impl Types {
    /// One type alone.
    pub fn of(kind: ResourceType) -> Self {
        Self {
            patterns: vec![kind.to_string()],
            condition: None,
        }
    }

    /// Whether any of them may be of this type.
    fn may_have(&self, kind: &str) -> bool {
        let patterns = &self.patterns;
        patterns.is_empty() || patterns.iter().any(|pattern| may_match(pattern, kind))
    }

    /// Whether all of them are of types that are in no other: those of others may have the other's name
    /// in theirs or not.
    fn are_flat(&self) -> bool {
        let is_flat = |kind: &String| kind.matches('/').count() == 1 && !is_pattern(kind);
        !self.patterns.is_empty() && self.patterns.iter().all(is_flat)
    }

    /// The tables that have them.
    fn tables(&self) -> String {
        let others = OTHER_TABLES.iter().filter(|(_, kind)| self.may_have(kind));
        let others =
            others.map(|(table, kind)| format!(" | union ({table} | where type =~ '{kind}')"));
        format!("resources{}", others.collect::<String>())
    }
}

/// A resource that can be found in this way.
pub trait Member: DeserializeOwned + Send + Sync {
    /// What is asked of Resource Graph, in the names of the provider's own answers.
    const COLUMNS: &'static str;

    /// Its id.
    fn id(&self) -> &str;

    /// Its tags.
    fn tags(&self) -> &BTreeMap<String, String>;

    /// Reads the one with this id from its provider.
    ///
    /// # Errors
    /// Those of the request.
    fn read(client: &Client, id: &str) -> impl Future<Output = Result<Self>> + Send;
}

/// A list of resources, a part at a time.
pub struct Listing<T> {
    client: Client,
    source: Source<T>,
    tags: Vec<TagFilter>,
    /// What is still to be read from its provider.
    waiting: IntoIter<T>,
    /// How many are read at once; none when the list itself is what is wanted.
    at_once: Option<usize>,
}

enum Source<T> {
    Provider(Pages<T>),
    Graph(Rows<T>),
}

impl<T: Member> Listing<T> {
    /// The resources of one type. Nothing is asked yet.
    ///
    /// # Errors
    /// What breaks a rule, by the name of its parameter.
    pub fn of(
        client: &Client,
        kind: ResourceType,
        api_version: &str,
        fleet: &Fleet,
    ) -> Result<Self> {
        match fleet.provider_scope()? {
            Some(scope) => {
                let path = scope.path(client, kind)?;
                let pages = Pages::new(client, &path, api_version, &path);
                Ok(Self::from(client, Source::Provider(pages), fleet))
            }
            None => Self::of_types(client, &Types::of(kind), fleet),
        }
    }

    /// The resources of any of these types, by Resource Graph.
    ///
    /// # Errors
    /// What breaks a rule, by the name of its parameter.
    pub fn of_types(client: &Client, types: &Types, fleet: &Fleet) -> Result<Self> {
        let reach = fleet.reach(client)?;
        let query = fleet.query(types, T::COLUMNS);
        let rows = Rows::within(client, query, reach);
        Ok(Self::from(client, Source::Graph(rows), fleet))
    }

    fn from(client: &Client, source: Source<T>, fleet: &Fleet) -> Self {
        let reads = fleet.fresh && matches!(source, Source::Graph(_));
        Self {
            client: client.clone(),
            source,
            tags: fleet.tags.clone(),
            waiting: Vec::new().into_iter(),
            at_once: reads.then_some(fleet.at_once.max(1)),
        }
    }

    /// The next part, or `None` after the last. One of them that could not be read is an error of its
    /// own.
    ///
    /// # Errors
    /// Those of the list.
    pub async fn next(&mut self) -> Result<Option<Vec<Result<T>>>> {
        let Some(at_once) = self.at_once else {
            let page = self.page().await?;
            return Ok(page.map(|page| page.into_iter().map(Ok).collect()));
        };
        // Read before the host takes them: what it takes its time over holds up no request.
        if self.waiting.len() == 0 {
            match self.page().await? {
                Some(page) => self.waiting = page.into_iter(),
                None => return Ok(None),
            }
        }
        let next: Vec<T> = self.waiting.by_ref().take(4 * at_once).collect();
        let looks = next.into_iter().map(|one| self.fresh(one));
        let read: Vec<_> = stream::iter(looks).buffered(at_once).collect().await;
        Ok(Some(read.into_iter().flatten().collect()))
    }

    /// The next page of the list, of what has the tags.
    async fn page(&mut self) -> Result<Option<Vec<T>>> {
        let page = match &mut self.source {
            Source::Provider(pages) => pages.next().await?,
            Source::Graph(rows) => rows.next().await?,
        };
        Ok(page.map(|mut page| {
            page.retain(|one| self.has_tags(one));
            page
        }))
    }

    fn has_tags(&self, one: &T) -> bool {
        self.tags.iter().all(|tag| tag.fits(one.tags()))
    }

    /// What its provider says of one; none when that is not what is wanted any more.
    async fn fresh(&self, one: T) -> Option<Result<T>> {
        match T::read(&self.client, one.id()).await {
            Ok(read) => self.has_tags(&read).then_some(Ok(read)),
            Err(error) if error.status() == Some(404) => {
                let observer = self.client.observer();
                observer.verbose(format!("Skipped '{}': it no longer exists.", one.id()));
                None
            }
            Err(error) => Some(Err(error)),
        }
    }
}

impl Fleet {
    /// The one subscription and the one group that it names.
    pub fn one_place(&self) -> Scope {
        let subscription_id = match &self.within {
            Within::Subscriptions(named) => named.first().cloned(),
            Within::AllSubscriptions | Within::ManagementGroup(_) => None,
        };
        Scope {
            subscription_id,
            resource_group: self.resource_group.clone(),
        }
    }

    /// The place whose provider lists it, where there is one.
    fn provider_scope(&self) -> Result<Option<Scope>> {
        let Within::Subscriptions(named) = &self.within else {
            return Ok(None);
        };
        let group = self.resource_group.as_deref();
        let is_one = named.len() < 2 && !group.is_some_and(is_pattern);
        if !is_one || !self.tags.is_empty() {
            return Ok(None);
        }
        Ok(Some(self.one_place()))
    }

    fn reach(&self, client: &Client) -> Result<Reach> {
        self.check()?;
        Ok(match &self.within {
            Within::AllSubscriptions => Reach::Tenant,
            Within::ManagementGroup(given) => Reach::ManagementGroup(management_group(given)?),
            Within::Subscriptions(named) => Reach::Subscriptions(match named.as_slice() {
                [] => {
                    let own = client.subscription_or(None)?;
                    check_subscription_id(&own)?;
                    vec![own]
                }
                some => some.to_vec(),
            }),
        })
    }

    fn check(&self) -> Result<()> {
        if let Within::Subscriptions(named) = &self.within {
            named.iter().try_for_each(|id| check_subscription_id(id))?;
            if named.len() > MOST_SUBSCRIPTIONS {
                let rule = "it must name at most 1000 subscriptions. Use -AllSubscriptions or \
                            -ManagementGroupId for more.";
                let count = format!("{} subscriptions", named.len());
                return Err(Error::invalid(
                    "InvalidSubscriptionId",
                    "SubscriptionId",
                    &count,
                    rule,
                ));
            }
        }
        match self.resource_group.as_deref() {
            Some(group) if !is_pattern(group) => check_resource_group(group)?,
            _ => {}
        }
        match self.tags.iter().find(|tag| tag.name.trim().is_empty()) {
            Some(tag) => {
                let rule = "the name of a tag must not be empty.";
                Err(Error::invalid("InvalidTag", "Tag", &tag.name, rule))
            }
            None => Ok(()),
        }
    }

    /// The query for the resources of these types.
    fn query(&self, types: &Types, columns: &str) -> String {
        let group = self.resource_group.as_ref();
        let mut conditions = vec![
            any_of("type", &types.patterns),
            self.named(types),
            group.and_then(|one| any_of("resourceGroup", std::slice::from_ref(one))),
            types.condition.clone(),
        ];
        let tags = self.tags.iter();
        conditions.extend(tags.map(|tag| Some(has_tag("tags", &tag.name, tag.value.as_deref()))));
        let wanted: String = conditions
            .into_iter()
            .flatten()
            .map(|condition| format!(" | where {condition}"))
            .collect();
        let tables = types.tables();
        format!("{tables}{wanted} | project {columns} | order by id asc")
    }

    /// The condition that a resource has one of the names. What is in another resource passes.
    fn named(&self, types: &Types) -> Option<String> {
        let named = any_of("name", &self.names)?;
        Some(match types.are_flat() {
            true => named,
            false => format!("{named} or type matches regex '^[^/]+/[^/]+/'"),
        })
    }
}

/// Whether a text is a pattern and no name.
fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '['])
}

/// The name of a management group, from its name or its id.
///
/// # Errors
/// `InvalidManagementGroupId`, which names the rule.
fn management_group(given: &str) -> Result<String> {
    const ID: &str = "/providers/microsoft.management/managementgroups/";
    let text = given.trim().trim_end_matches('/');
    let name = match text.get(..ID.len()) {
        Some(start) if start.eq_ignore_ascii_case(ID) => &text[ID.len()..],
        _ => text,
    };
    // Source: the naming rules of Azure resources, Microsoft.Management.
    let is_valid = (1..=90).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && !name.ends_with('.')
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_().".contains(c));
    match is_valid {
        true => Ok(name.to_owned()),
        false => Err(Error::invalid(
            "InvalidManagementGroupId",
            "ManagementGroupId",
            given,
            "it must be the name of a management group (1 to 90 letters, digits, '-', '_', '.', '(' or \
             ')'), or its id, /providers/Microsoft.Management/managementGroups/<name>.",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arm::Settings;
    use crate::auth::{Credential, StaticTokens};
    use crate::base::{Cloud, Http, Proxy, RetryPolicy};
    use std::sync::Arc;

    const ONE: &str = "aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e";
    const TWO: &str = "bbbb0b0b-cc1c-dd2d-ee3e-ffffff5f5f5f";

    fn client() -> Client {
        let given = StaticTokens::new(&"t".to_owned().into(), None).unwrap();
        Client::new(Settings {
            cloud: Cloud::named("AzureCloud").unwrap(),
            credential: Credential::AccessToken(given),
            first: None,
            subscription_id: Some(ONE.to_owned()),
            http: Arc::new(Http::new(Proxy::System)),
            retry: RetryPolicy::default(),
        })
    }

    fn in_subscriptions(ids: &[&str]) -> Fleet {
        Fleet {
            within: Within::Subscriptions(ids.iter().map(|id| (*id).to_owned()).collect()),
            ..Fleet::default()
        }
    }

    fn of_type(pattern: &str) -> Types {
        Types {
            patterns: vec![pattern.to_owned()],
            condition: None,
        }
    }

    fn env() -> TagFilter {
        TagFilter {
            name: "env".to_owned(),
            value: None,
        }
    }

    #[test]
    fn the_provider_lists_one_place_and_the_graph_everything_else() {
        let by_provider = |fleet: &Fleet| fleet.provider_scope().unwrap().is_some();
        let one = in_subscriptions(&[ONE]);
        assert!(by_provider(&Fleet::default()) && by_provider(&one));
        let with_group = |group: &str| Fleet {
            resource_group: Some(group.to_owned()),
            ..one.clone()
        };
        assert!(by_provider(&with_group("rg")) && !by_provider(&with_group("rg-*")));
        assert!(!by_provider(&in_subscriptions(&[ONE, TWO])));
        let tagged = Fleet {
            tags: vec![env()],
            ..one
        };
        assert!(!by_provider(&tagged));
        for within in [
            Within::AllSubscriptions,
            Within::ManagementGroup("mg".to_owned()),
        ] {
            assert!(!by_provider(&Fleet {
                within,
                ..Fleet::default()
            }));
        }
    }

    #[test]
    fn what_is_wanted_is_in_the_query() {
        let fleet = Fleet {
            resource_group: Some("rg".to_owned()),
            names: vec!["a'b".to_owned(), "web-*".to_owned()],
            tags: vec![env()],
            ..Fleet::default()
        };
        assert_eq!(
            fleet.query(&of_type("Microsoft.Web/sites"), "id, name"),
            r#"resources | where type in~ ('Microsoft.Web/sites') | where name in~ ('a\'b') or name matches regex '(?is)^(?:web\\-.*)$' | where resourceGroup in~ ('rg') | where tostring(tags) matches regex '(?s)"(?i:env)"\\s*:' | project id, name | order by id asc"#
        );
        let query = |types: &Types| Fleet::default().query(types, "id");
        assert_eq!(
            query(&of_type("Microsoft.Web/*")),
            "resources | where type matches regex '(?is)^(?:Microsoft\\\\.Web\\\\/.*)$' | project id | order by id asc"
        );
        let with_identity = Types {
            condition: Some("isnotempty(identity)".to_owned()),
            ..Types::default()
        };
        assert_eq!(
            query(&with_identity),
            "resources | union (policyresources | where type =~ 'Microsoft.Authorization/policyAssignments') | where isnotempty(identity) | project id | order by id asc"
        );
    }

    #[test]
    fn the_name_of_what_is_in_another_resource_is_not_decided_by_the_query() {
        let fleet = Fleet {
            names: vec!["app*".to_owned()],
            ..Fleet::default()
        };
        let passes = |types: &str| fleet.named(&of_type(types)).unwrap().contains(" or type ");
        assert!(!passes("Microsoft.Web/sites"));
        assert!(passes("Microsoft.Web/sites/slots") && passes("Microsoft.Web/*"));
        assert!(
            fleet
                .named(&Types::default())
                .unwrap()
                .contains(" or type ")
        );
    }

    #[test]
    fn what_breaks_a_rule_is_named_before_any_request() {
        let code = |fleet: &Fleet| {
            let reach = fleet.reach(&client());
            reach.map_err(|error| error.code().to_owned())
        };
        assert_eq!(
            code(&Fleet::default()),
            Ok(Reach::Subscriptions(vec![ONE.to_owned()]))
        );
        assert_eq!(
            code(&in_subscriptions(&[ONE, "x"])),
            Err("InvalidSubscriptionId".to_owned())
        );
        assert_eq!(
            code(&in_subscriptions(&vec![ONE; 1001])),
            Err("InvalidSubscriptionId".to_owned())
        );
        let group = |group: &str| Fleet {
            resource_group: Some(group.to_owned()),
            ..in_subscriptions(&[ONE, TWO])
        };
        assert_eq!(
            code(&group("a/b")),
            Err("InvalidResourceGroupName".to_owned())
        );
        assert!(code(&group("a*")).is_ok());
        let nameless = Fleet {
            tags: vec![TagFilter {
                name: " ".to_owned(),
                value: None,
            }],
            ..Fleet::default()
        };
        assert_eq!(code(&nameless), Err("InvalidTag".to_owned()));
    }

    #[test]
    fn a_management_group_is_a_name_or_an_id() {
        for good in [
            "mg-1",
            "/providers/Microsoft.Management/managementGroups/mg-1",
            "/PROVIDERS/microsoft.management/MANAGEMENTGROUPS/mg-1/",
        ] {
            assert_eq!(management_group(good).unwrap(), "mg-1", "{good}");
        }
        let long = "a".repeat(91);
        for bad in [
            "",
            "-a",
            "a.",
            "a b",
            "a/b",
            "é",
            "/providers/x",
            &long,
            "/subscriptions/s",
        ] {
            let error = management_group(bad).unwrap_err();
            assert_eq!(error.code(), "InvalidManagementGroupId", "{bad}");
        }
    }

    #[test]
    fn tags_have_names_in_any_casing_and_values_in_their_own() {
        let tags = BTreeMap::from([("Env".to_owned(), "prod".to_owned())]);
        let fits = |name: &str, value: Option<&str>| {
            let value = value.map(str::to_owned);
            TagFilter {
                name: name.to_owned(),
                value,
            }
            .fits(&tags)
        };
        assert!(fits("env", None) && fits("ENV", Some("prod")));
        assert!(!fits("env", Some("Prod")) && !fits("en", None) && !fits("env", Some("")));
    }
}
