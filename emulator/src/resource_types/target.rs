//! The resource or the resources that a call is about.

use crate::arm::error::{ArmError, group_not_found, resource_not_found};
use crate::arm::route::Call;
use crate::model::resource_type::{self, Level, ResourceType};
use crate::state::{World, key};

/// What a path names.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) row: &'static ResourceType,
    /// With the words of it as they are usually written; of a list, that of what the resources are
    /// in.
    pub(super) id: String,
    pub(super) subscription: String,
    pub(super) group: String,
    /// With the name of what it is in; of a list, that alone.
    pub(super) name: String,
}

impl Target {
    /// What the path of a call names.
    pub(super) fn of(call: &Call<'_>) -> Result<Target, ArmError> {
        Target::at(&call.request.segments)
    }

    /// The resource in the path of an action.
    pub(super) fn of_action(call: &Call<'_>) -> Result<Target, ArmError> {
        let segments = &call.request.segments;
        Target::at(&segments[..segments.len().saturating_sub(1)])
    }

    fn at(segments: &[String]) -> Result<Target, ArmError> {
        let at = segments
            .iter()
            .rposition(|segment| segment.eq_ignore_ascii_case("providers"))
            .unwrap_or(segments.len());
        let behind: Vec<&str> = segments[at..].iter().skip(1).map(String::as_str).collect();
        let [namespace, types_and_names @ ..] = &behind[..] else {
            return Err(unknown(""));
        };
        let types: Vec<&str> = types_and_names.iter().step_by(2).copied().collect();
        let names: Vec<&str> = types_and_names.iter().skip(1).step_by(2).copied().collect();
        let kind = format!("{namespace}/{}", types.join("/"));
        let row = resource_type::find(&kind).ok_or_else(|| unknown(&kind))?;
        let (subscription, group, scope) = place(&segments[..at]);
        let (namespace, types) = row.split();
        let mut id = format!("{scope}/providers/{namespace}");
        for (kind, name) in types.split('/').zip(&names) {
            id.push_str(&format!("/{kind}/{name}"));
        }
        Ok(Target {
            row,
            id,
            subscription,
            group,
            name: names.join("/"),
        })
    }

    pub(super) fn key(&self) -> String {
        self.id.to_lowercase()
    }

    pub(super) fn not_found(&self) -> ArmError {
        resource_not_found(self.row.kind, &self.name, &self.group)
    }

    /// What the resource is in or on has to be there.
    pub(super) fn check_place(&self, world: &World) -> Result<(), ArmError> {
        if self.row.level == Level::Scope {
            return self.check_scope(world);
        }
        let (Some(kind), Some((parent, _))) = (self.row.parent(), self.name.rsplit_once('/'))
        else {
            return Ok(());
        };
        let parent = key::resource(&self.subscription, &self.group, kind, parent);
        if world.state.has_resource(&parent) {
            return Ok(());
        }
        let types = self.row.split().1;
        Err(ArmError::new(
            404,
            "ParentResourceNotFound",
            format!(
                "Failed to perform 'write' on resource(s) of type '{types}', because the parent resource '{parent}' could not be found."
            ),
        )
        .gateway())
    }

    /// A resource group or a management group in the scope has to be there. (The router has seen to
    /// the subscription.)
    fn check_scope(&self, world: &World) -> Result<(), ArmError> {
        if self.subscription.is_empty() {
            let id = self.id.split('/').nth(4).unwrap_or_default();
            return match world
                .state
                .management_groups
                .contains_key(&id.to_lowercase())
            {
                true => Ok(()),
                false => Err(ArmError::new(
                    404,
                    "ManagementGroupNotFound",
                    format!("The management group '{id}' could not be found."),
                )),
            };
        }
        if self.group.is_empty() {
            return Ok(());
        }
        let group = key::group(&self.subscription, &self.group);
        match world.state.groups.contains_key(&group) {
            true => Ok(()),
            false => Err(group_not_found(&self.group)),
        }
    }
}

fn unknown(kind: &str) -> ArmError {
    ArmError::new(
        404,
        "InvalidResourceType",
        format!("The resource type '{kind}' could not be found."),
    )
    .gateway()
}

/// The subscription and the resource group in a path, empty where there is none, and the path with
/// the words of it as they are usually written.
fn place(segments: &[String]) -> (String, String, String) {
    const WORDS: [&str; 5] = [
        "subscriptions",
        "resourceGroups",
        "providers",
        "Microsoft.Management",
        "managementGroups",
    ];
    let mut id = String::new();
    for segment in segments {
        let word = WORDS
            .into_iter()
            .find(|word| word.eq_ignore_ascii_case(segment));
        id.push('/');
        id.push_str(word.unwrap_or(segment));
    }
    let named = |at: usize, word: &str| -> String {
        segments
            .get(at)
            .filter(|segment| segment.eq_ignore_ascii_case(word))
            .and_then(|_| segments.get(at + 1).cloned())
            .unwrap_or_default()
    };
    let subscription = named(0, "subscriptions");
    let group = named(2, "resourceGroups");
    (subscription, group, id)
}
