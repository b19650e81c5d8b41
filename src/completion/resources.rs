//! What Azure Resource Graph knows: one request for all that a word needs.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::found::Found;
use super::types;
use crate::arm::Client;
use crate::arm::kql::{any_of, quoted};
use crate::arm::resource_graph::{Reach, Rows};
use crate::base::{Result, last_provider, same_name};
use crate::identity::USER_ASSIGNED_IDENTITY;

/// The version in which subscriptions and their regions are read.
pub(super) const API_VERSION: &str = "2022-12-01";

/// The most rows that are asked for: where there are no more, longer words need no request.
const MOST: usize = 500;

/// Which resources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Among {
    /// The subscriptions that they are in.
    pub place: Reach,
    /// The resource group that they are in, or a pattern.
    pub resource_group: Option<String>,
    /// Their types, or patterns; any when there is none.
    pub resource_types: Vec<String>,
    /// Their names; any when there is none.
    pub names: Vec<String>,
    /// Their ids; any when there is none.
    pub ids: Vec<String>,
    /// Whether their ids are wanted, and not their names.
    pub by_id: bool,
}

/// Whether a text is one of PowerShell's patterns: it names no single resource.
pub(super) fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '[', ']'])
}

/// A resource group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Group {
    pub subscription: String,
    pub name: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Row {
    id: String,
    name: String,
    location: String,
    subscription_id: String,
    #[serde(rename = "type")]
    resource_type: String,
}

/// A query: what must hold, and what comes first.
struct Query<'a> {
    table: &'static str,
    conditions: Vec<String>,
    word: &'a str,
    /// What comes first among what fits the word as well.
    near: Option<String>,
}

impl<'a> Query<'a> {
    fn new(table: &'static str, word: &'a str) -> Self {
        Self {
            table,
            conditions: Vec::new(),
            word,
            near: None,
        }
    }

    fn where_is(mut self, condition: impl Into<String>) -> Self {
        self.conditions.push(condition.into());
        self
    }

    /// Those whose name has the word. The name of a child is its own, or has those of its parents
    /// before it.
    fn named_by_word(self) -> Self {
        match self.word.rsplit_once('/') {
            _ if self.word.is_empty() => self,
            None => {
                let condition = format!("name contains {}", quoted(self.word));
                self.where_is(condition)
            }
            Some((parents, own)) => {
                let parent = parents.rsplit('/').next().unwrap_or_default();
                let parent = quoted(&format!("/{parent}/"));
                let condition = format!("name contains {} and id contains {parent}", quoted(own));
                self.where_is(condition)
            }
        }
    }

    fn text(&self) -> String {
        let mut text = self.table.to_owned();
        if !self.conditions.is_empty() {
            text += &format!(" | where {}", self.conditions.join(" and "));
        }
        let mut keys = Vec::new();
        if !self.word.is_empty() {
            text += &format!(" | extend begins = name startswith {}", quoted(self.word));
            keys.push("begins desc, ");
        }
        if let Some(near) = &self.near {
            text += &format!(" | extend near = {near}");
            keys.push("near desc, ");
        }
        let keys = keys.concat();
        text + &format!(
            " | order by {keys}name asc, id asc | take {MOST} \
             | project id, name, type, location, subscriptionId"
        )
    }

    /// The rows, and whether there are no others.
    async fn rows(&self, client: &Client, place: &Reach) -> Result<(Vec<Row>, bool)> {
        let rows = page(client, self.text(), place).await?;
        let is_whole = rows.len() < MOST;
        Ok((rows, is_whole))
    }
}

/// The first page of what a query yields.
async fn page<T: DeserializeOwned>(
    client: &Client,
    query: String,
    place: &Reach,
) -> Result<Vec<T>> {
    let rows = Rows::within(client, query, place.clone()).next().await?;
    Ok(rows.unwrap_or_default())
}

pub(super) async fn subscriptions(client: &Client, word: &str) -> Result<(Vec<Found>, bool)> {
    let mut query = Query::new("resourcecontainers", word)
        .where_is("type =~ 'microsoft.resources/subscriptions'");
    if !word.is_empty() {
        let word = quoted(word);
        let condition = format!("(name contains {word} or subscriptionId startswith {word})");
        query = query.where_is(condition);
    }
    let (rows, is_whole) = query.rows(client, &Reach::Tenant).await?;
    let found = rows.into_iter().map(|row| Found {
        label: row.name.clone(),
        detail: format!("{} ({})", row.name, row.subscription_id),
        value: row.subscription_id,
        ..Found::default()
    });
    Ok((found.collect(), is_whole))
}

pub(super) async fn groups(
    client: &Client,
    place: &Reach,
    word: &str,
) -> Result<(Vec<Found>, bool)> {
    let query = Query::new("resourcecontainers", word)
        .where_is("type =~ 'microsoft.resources/subscriptions/resourcegroups'")
        .named_by_word();
    let (rows, is_whole) = query.rows(client, place).await?;
    let found = rows.into_iter().map(|row| {
        let detail = told(&[&row.location, &row.subscription_id]);
        Found::named(row.name, detail)
    });
    Ok((found.collect(), is_whole))
}

pub(super) async fn management_groups(client: &Client, word: &str) -> Result<(Vec<Found>, bool)> {
    #[derive(Default, Deserialize)]
    #[serde(rename_all = "camelCase", default)]
    struct Row {
        id: String,
        name: String,
        display_name: String,
    }
    let mut conditions = "type =~ 'microsoft.management/managementgroups'".to_owned();
    if !word.is_empty() {
        let word = quoted(word);
        conditions += &format!(
            " and (name contains {word} or tostring(properties.displayName) contains {word})"
        );
    }
    let query = format!(
        "resourcecontainers | where {conditions} | order by name asc, id asc | take {MOST} \
         | project id, name, displayName = tostring(properties.displayName)"
    );
    let rows: Vec<Row> = page(client, query, &Reach::Tenant).await?;
    let is_whole = rows.len() < MOST;
    let found = rows.into_iter().map(|row| Found {
        alias: row.name.clone(),
        detail: told(&[&row.display_name, &row.id]),
        label: row.display_name,
        value: row.name,
        near: false,
    });
    Ok((found.collect(), is_whole))
}

pub(super) async fn resources(
    client: &Client,
    among: &Among,
    word: &str,
) -> Result<(Vec<Found>, bool)> {
    let mut query = Query::new("resources", word).named_by_word();
    query.conditions.extend(among.conditions());
    let (rows, is_whole) = query.rows(client, &among.place).await?;
    let found = rows.into_iter().map(|row| match among.by_id {
        true => by_id(row),
        false => {
            let place = [group_of(&row.id), &row.location, &row.subscription_id];
            let detail = match among.is_of_one_type() {
                true => told(&place),
                false => told(&[&[types::cased(&row.resource_type)], &place[..]].concat()),
            };
            Found::named(names_of(&row.id).unwrap_or(row.name), detail)
        }
    });
    Ok((found.collect(), is_whole))
}

/// The resources whose ids begin with a word.
pub(super) async fn below(
    client: &Client,
    among: &Among,
    word: &str,
) -> Result<(Vec<Found>, bool)> {
    let mut query = Query::new("resources", "").where_is(format!("id startswith {}", quoted(word)));
    query.conditions.extend(among.conditions());
    let (rows, is_whole) = query.rows(client, &among.place).await?;
    Ok((rows.into_iter().map(by_id).collect(), is_whole))
}

/// The identities that the sign-in sees: those of the group first, then those of the subscription.
pub(super) async fn identities(
    client: &Client,
    group: Option<&Group>,
    subscription: &str,
    word: &str,
) -> Result<(Vec<Found>, bool)> {
    let mut near = format!("subscriptionId =~ {}", quoted(subscription));
    if let Some(group) = group {
        near += &format!(" and resourceGroup =~ {}", quoted(&group.name));
    }
    let mut query = Query::new("resources", word)
        .where_is(format!("type =~ '{USER_ASSIGNED_IDENTITY}'"))
        .named_by_word();
    query.near = Some(near);
    let (rows, is_whole) = query.rows(client, &Reach::Tenant).await?;
    let found = rows.into_iter().map(|row| {
        let near = same_name(&row.subscription_id, subscription);
        let found = identity(&row.id, &row.location, group);
        Found {
            near: found.near || (group.is_none() && near),
            ..found
        }
    });
    Ok((found.collect(), is_whole))
}

/// An identity: where it is in the group, its name is enough.
pub(super) fn identity(id: &str, location: &str, group: Option<&Group>) -> Found {
    let name = names_of(id).unwrap_or_else(|| id.to_owned());
    let near = group.is_some_and(|group| {
        let parts: Vec<&str> = id.split('/').collect();
        let is = |at: usize, own: &str| parts.get(at).is_some_and(|part| same_name(part, own));
        is(2, &group.subscription) && is(4, &group.name)
    });
    Found {
        value: match near {
            true => name.clone(),
            false => id.to_owned(),
        },
        label: name,
        alias: String::new(),
        detail: told(&[location, id]),
        near,
    }
}

/// The ids of the identities that resources have.
pub(super) async fn assigned(client: &Client, among: &Among) -> Result<Vec<String>> {
    #[derive(Default, Deserialize)]
    #[serde(rename_all = "camelCase", default)]
    struct Row {
        identity_id: String,
    }
    let mut conditions = vec!["isnotempty(identity.userAssignedIdentities)".to_owned()];
    conditions.extend(among.conditions());
    let query = format!(
        "resources | where {} \
         | mv-expand identityId = bag_keys(identity.userAssignedIdentities) limit {MOST} \
         | project identityId = tostring(identityId) | distinct identityId | take {MOST}",
        conditions.join(" and ")
    );
    let rows: Vec<Row> = page(client, query, &among.place).await?;
    Ok(rows.into_iter().map(|row| row.identity_id).collect())
}

/// The types of the resources that are named; of those that have an identity, when none is.
pub(super) async fn types(client: &Client, among: &Among) -> Result<(Vec<Found>, bool)> {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Row {
        #[serde(rename = "type")]
        resource_type: String,
    }
    let mut conditions = among.conditions();
    if among.names.is_empty() && among.ids.is_empty() {
        conditions.push("isnotempty(identity.type)".to_owned());
    }
    let query = format!(
        "resources | where {} | distinct type | order by type asc | take {MOST}",
        conditions.join(" and ")
    );
    let rows: Vec<Row> = page(client, query, &among.place).await?;
    let found = rows.into_iter().map(|row| {
        let name = types::cased(&row.resource_type);
        Found {
            near: true,
            ..Found::named(name, String::new())
        }
    });
    Ok((found.collect(), true))
}

impl Among {
    /// All in a place.
    pub(super) fn all_in(place: Reach) -> Self {
        Self {
            place,
            resource_group: None,
            resource_types: Vec::new(),
            names: Vec::new(),
            ids: Vec::new(),
            by_id: false,
        }
    }

    /// The subscription that they are in, where it is one.
    pub(super) fn subscription(&self) -> Option<&str> {
        match &self.place {
            Reach::Subscriptions(ids) => ids.first().map(String::as_str),
            Reach::Tenant | Reach::ManagementGroup(_) => None,
        }
    }

    fn is_of_one_type(&self) -> bool {
        matches!(&self.resource_types[..], [one] if !is_pattern(one))
    }

    fn conditions(&self) -> Vec<String> {
        let list = |texts: &[String]| {
            let quoted: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
            quoted.join(", ")
        };
        let mut conditions = Vec::new();
        let group = self.resource_group.as_slice();
        for (column, patterns) in [("type", &self.resource_types[..]), ("resourceGroup", group)] {
            let condition = any_of(column, patterns);
            conditions.extend(condition.map(|condition| format!("({condition})")));
        }
        if !self.names.is_empty() {
            conditions.push(format!("name in~ ({})", list(&self.names)));
        }
        if !self.ids.is_empty() {
            conditions.push(format!("id in~ ({})", list(&self.ids)));
        }
        conditions
    }
}

fn by_id(row: Row) -> Found {
    let name = names_of(&row.id).unwrap_or(row.name);
    Found {
        detail: told(&[types::cased(&row.resource_type), &row.location, &row.id]),
        label: name,
        value: row.id,
        ..Found::default()
    }
}

/// The name of a resource with those of its parents before it, as in `app/staging`.
fn names_of(id: &str) -> Option<String> {
    let parts: Vec<&str> = id.trim_matches('/').split('/').collect();
    let (_, _, pairs) = last_provider(&parts)?;
    let names: Vec<&str> = pairs.iter().skip(1).step_by(2).copied().collect();
    (!names.is_empty()).then(|| names.join("/"))
}

/// The resource group of an id, in its casing there: the column of Resource Graph has it in lower
/// case.
fn group_of(id: &str) -> &str {
    id.split('/').nth(4).unwrap_or_default()
}

/// Facts in one text, but for those that are not known.
fn told(facts: &[&str]) -> String {
    let known: Vec<&str> = facts
        .iter()
        .filter(|fact| !fact.is_empty())
        .copied()
        .collect();
    known.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_those_of_the_parents_before_them() {
        let id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Web/sites/app";
        assert_eq!(names_of(id).as_deref(), Some("app"));
        let slot = format!("{id}/slots/staging");
        assert_eq!(names_of(&slot).as_deref(), Some("app/staging"));
        assert_eq!(names_of("/subscriptions/s"), None);
        assert_eq!(names_of("/providers/x"), None);
    }

    #[test]
    fn an_identity_counts_by_its_name_in_its_own_group_alone() {
        let group = Group {
            subscription: "S1".to_owned(),
            name: "RG".to_owned(),
        };
        let id = |subscription: &str, group: &str| {
            format!(
                "/subscriptions/{subscription}/resourcegroups/{group}/providers/\
                 {USER_ASSIGNED_IDENTITY}/id1"
            )
        };
        let value = |id: &str| identity(id, "eastus", Some(&group)).value;
        assert_eq!(value(&id("s1", "rg")), "id1");
        for other in [id("s2", "rg"), id("s1", "rg2")] {
            assert_eq!(value(&other), other);
            assert_eq!(identity(&other, "", None).label, "id1");
        }
    }

    #[test]
    fn a_word_stays_a_text_in_a_query() {
        let query = Query::new("resources", r"a'b\ | take 1").named_by_word();
        let text = query.text();
        assert!(
            text.starts_with(r"resources | where name contains 'a\'b\\ | take 1' | extend"),
            "{text}"
        );
    }
}
