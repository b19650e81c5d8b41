//! Groups of the directory, in Microsoft Graph: who is in them.

use std::time::Duration;

use serde_json::json;

use super::directory::{Object, PAGE, UNKNOWN};
use super::principal::ResolvedPrincipal;
use super::replication::Replication;
use super::role::quoted;
use crate::arm::{Client, Pages, Plan, Reply, Request, is_known_principal};
use crate::base::{Category, Error, Method, Result, is_guid};

/// A principal in a group, or one that is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The group: its object id, or its display name.
    pub group: String,
    /// The object id of the member.
    pub principal_id: String,
    /// How long to wait for a principal that is unknown: see
    /// [`Assign::principal_wait`](super::Assign::principal_wait).
    pub principal_wait: Option<Duration>,
}

/// A direct member of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupMember {
    /// The object id of the group.
    pub group_id: String,
    /// Its display name.
    pub group_name: String,
    /// The object id of the member.
    pub id: String,
    /// The display name of the member; empty where the sign-in may not see it.
    pub display_name: String,
    /// `ServicePrincipal`, `User`, `Group` or `Device`.
    pub kind: String,
    /// The application id of a service principal; empty for others.
    pub app_id: String,
}

/// A group that was looked up.
#[derive(Clone, Debug)]
struct Group {
    id: String,
    name: String,
}

/// Adds a member to a group. One that is there already stays. A service principal that the
/// directory does not know yet is waited for.
///
/// # Errors
/// What breaks a rule, before any request; `GroupNotFound`, `AmbiguousGroupName`;
/// `Request_ResourceNotFound` when the principal is still unknown after the wait.
pub async fn add_member(client: &Client, wanted: &Membership) -> Result<()> {
    check(wanted)?;
    let group = find(client, &wanted.group).await?;
    let principal = ResolvedPrincipal::parse(&wanted.principal_id, None)?;
    let mut replication = Replication::begin(&principal, wanted.principal_wait, client.retry());
    loop {
        match post(client, &group, &principal.id).await {
            Ok(_) => return Ok(()),
            Err(error) if error.code() == UNKNOWN => {
                replication.wait(client, error, "the directory").await?;
            }
            // What Azure says is prose: whether the member is there is read.
            Err(error) if error.status() == Some(400) => {
                let is_member = is_member(client, &group, &principal.id).await;
                let is_member =
                    is_member.map_err(|unread| unread.perhaps_done_if(error.may_be_done()))?;
                return match is_member {
                    true => Ok(()),
                    false => Err(error),
                };
            }
            Err(error) => return Err(error),
        }
    }
}

/// What [`add_member`] would do.
///
/// # Errors
/// Those of [`add_member`], as far as reading finds them.
pub async fn plan_add_member(client: &Client, wanted: &Membership) -> Result<Plan> {
    plan(client, wanted, true).await
}

/// Removes a member from a group. One that is not there is not there.
///
/// # Errors
/// Those of [`add_member`], but for the unknown principal.
pub async fn remove_member(client: &Client, wanted: &Membership) -> Result<()> {
    check(wanted)?;
    let group = find(client, &wanted.group).await?;
    let path = format!(
        "/v1.0/groups/{}/members/{}/$ref",
        group.id, wanted.principal_id
    );
    let url = client.graph_url(&path).await?;
    let sent = client
        .send(Request::new(Method::DELETE, url, &wanted.principal_id))
        .await;
    match sent {
        // The group was found: the member was not.
        Err(error) if error.code() == UNKNOWN => Ok(()),
        sent => sent.map(|_| ()),
    }
}

/// What [`remove_member`] would do.
///
/// # Errors
/// Those of [`remove_member`], as far as reading finds them.
pub async fn plan_remove_member(client: &Client, wanted: &Membership) -> Result<Plan> {
    plan(client, wanted, false).await
}

/// The direct members of a group, read a page at a time.
pub struct Members {
    group: Group,
    objects: Pages<Object>,
}

/// The direct members of a group.
///
/// # Errors
/// Those of looking the group up.
pub async fn members(client: &Client, group: &str) -> Result<Members> {
    check_group(group)?;
    let group = find(client, group).await?;
    let path = format!("/v1.0/groups/{}/members", group.id);
    let mut url = client.graph_url(&path).await?;
    url.set_query(Some(&format!("$select=id,displayName,appId&$top={PAGE}")));
    Ok(Members {
        objects: Pages::at(client, url, &group.id),
        group,
    })
}

impl Members {
    /// The next page, or `None` after the last.
    ///
    /// # Errors
    /// Those of the requests.
    pub async fn next(&mut self) -> Result<Option<Vec<GroupMember>>> {
        let page = self.objects.next().await?;
        let member = |object: Object| GroupMember {
            group_id: self.group.id.clone(),
            group_name: self.group.name.clone(),
            kind: object.kind(),
            id: object.id,
            display_name: object.display_name.unwrap_or_default(),
            app_id: object.app_id.unwrap_or_default(),
        };
        Ok(page.map(|objects| objects.into_iter().map(member).collect()))
    }
}

fn check(wanted: &Membership) -> Result<()> {
    check_group(&wanted.group)?;
    match is_guid(&wanted.principal_id) {
        true => Ok(()),
        false => Err(Error::invalid(
            "InvalidPrincipalId",
            "PrincipalId",
            &wanted.principal_id,
            "it must be the object id (a GUID) of a principal.",
        )),
    }
}

fn check_group(group: &str) -> Result<()> {
    // Source: the limit of displayName in the documentation of Microsoft Graph.
    match (1..=256).contains(&group.trim().chars().count()) {
        true => Ok(()),
        false => Err(Error::invalid(
            "InvalidGroup",
            "Group",
            group,
            "it must be the object id of a group, or its display name of 1 to 256 characters.",
        )),
    }
}

/// Looks a group up, by id or by name: once however many members are on their way.
async fn find(client: &Client, group: &str) -> Result<Group> {
    let key = format!("group {group}");
    let look = async {
        let Group { id, name } = look_up(client, group).await?;
        Ok(format!("{id} {name}"))
    };
    let found = client.shared_answer(&key, Box::pin(look)).await?;
    let (id, name) = found.split_once(' ').unwrap_or((&found, ""));
    Ok(Group {
        id: id.to_owned(),
        name: name.to_owned(),
    })
}

async fn look_up(client: &Client, group: &str) -> Result<Group> {
    const SELECT: &str = "$select=id,displayName";
    let found = if is_guid(group) {
        let mut url = client.graph_url(&format!("/v1.0/groups/{group}")).await?;
        url.set_query(Some(SELECT));
        match client.get_url(url, group).await {
            Ok(reply) => vec![reply.json::<Object>(group)?],
            Err(error) if error.code() == UNKNOWN => Vec::new(),
            Err(error) => return Err(error),
        }
    } else {
        let mut url = client.graph_url("/v1.0/groups").await?;
        url.set_query(Some(SELECT));
        let filter = format!("displayName eq {}", quoted(group));
        url.query_pairs_mut().append_pair("$filter", &filter);
        Pages::at(client, url, group).all().await?
    };
    match &found[..] {
        [] => Err(not_found(group)),
        [one] => Ok(Group {
            id: one.id.clone(),
            name: one.display_name.clone().unwrap_or_default(),
        }),
        several => Err(ambiguous(group, several)),
    }
}

fn not_found(group: &str) -> Error {
    let message = format!("The directory has no group '{group}'");
    Error::new(Category::ObjectNotFound, "GroupNotFound", group, message).advise(
        "Check that -Group is a full display name or an object id, and that this sign-in \
         has permission to read groups.",
    )
}

fn ambiguous(group: &str, several: &[Object]) -> Error {
    let ids: Vec<_> = several.iter().map(|one| one.id.as_str()).collect();
    Error::invalid(
        "AmbiguousGroupName",
        "Group",
        group,
        &format!(
            "{} groups have that name; specify the id of one: {}.",
            ids.len(),
            ids.join(", ")
        ),
    )
}

async fn post(client: &Client, group: &Group, principal_id: &str) -> Result<Reply> {
    let object = client
        .graph_url(&format!("/v1.0/directoryObjects/{principal_id}"))
        .await?;
    let url = client
        .graph_url(&format!("/v1.0/groups/{}/members/$ref", group.id))
        .await?;
    let body = json!({ "@odata.id": object.as_str() });
    // A member that is there already is refused, and nothing is added twice.
    let request = Request::new(Method::POST, url, principal_id).repeatable();
    client.send(request.body(&body)).await
}

async fn is_member(client: &Client, group: &Group, principal_id: &str) -> Result<bool> {
    let mut members = members(client, &group.id).await?;
    while let Some(page) = members.next().await? {
        if page
            .iter()
            .any(|one| one.id.eq_ignore_ascii_case(principal_id))
        {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn plan(client: &Client, wanted: &Membership, add: bool) -> Result<Plan> {
    check(wanted)?;
    let group = find(client, &wanted.group).await?;
    let is_there = is_member(client, &group, &wanted.principal_id).await?;
    if add && !is_there {
        require(client, &wanted.principal_id).await?;
    }
    let Group { id, name } = &group;
    let principal = &wanted.principal_id;
    let description = match (add, is_there) {
        (true, false) => format!("Add principal '{principal}' to group '{name}' ({id})"),
        (true, true) => {
            format!("No change needed: principal '{principal}' is already in group '{name}' ({id})")
        }
        (false, true) => format!("Remove principal '{principal}' from group '{name}' ({id})"),
        (false, false) => {
            format!("No change needed: principal '{principal}' is not in group '{name}' ({id})")
        }
    };
    Ok(Plan {
        details: Vec::new(),
        resource: id.clone(),
        effects: (add != is_there)
            .then(|| description.clone())
            .into_iter()
            .collect(),
        description,
    })
}

/// Checks that the directory knows a principal. One that may not be read passes, and so does that of
/// an identity, which exists.
async fn require(client: &Client, principal: &str) -> Result<()> {
    if is_known_principal(principal) {
        return Ok(());
    }
    let path = format!("/v1.0/directoryObjects/{principal}");
    let url = client.graph_url(&path).await?;
    match client.get_url(url, principal).await {
        Err(error) if error.code() == UNKNOWN => Err(error
            .reworded(format!("The directory has no principal '{principal}'"))
            .advise(
                "Check -PrincipalId. A new principal can take a few minutes to appear in the \
                 directory.",
            )),
        Err(error) if error.status().is_none() => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRINCIPAL: &str = "aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e";

    #[test]
    fn groups_and_principals_are_checked() {
        let of = |group: &str, principal_id: &str| {
            check(&Membership {
                group: group.to_owned(),
                principal_id: principal_id.to_owned(),
                principal_wait: None,
            })
        };
        assert!(of("my 'group'", PRINCIPAL).is_ok());
        for bad in ["", "  ", &"x".repeat(257)] {
            assert_eq!(of(bad, PRINCIPAL).unwrap_err().code(), "InvalidGroup");
        }
        for bad in ["", "id1", "../groups"] {
            let error = of("g", bad).unwrap_err();
            assert_eq!(error.code(), "InvalidPrincipalId", "{bad}");
        }
    }
}
