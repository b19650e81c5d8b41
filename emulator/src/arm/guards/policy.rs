//! Policies with the effect deny.

use serde_json::{Map, Value, json};

use super::deed::{Deed, Verb};
use crate::arm::error::ArmError;
use crate::arm::route::Call;
use crate::arm::values;
use crate::model::policy::Policy;
use crate::state::World;

/// What a write makes of a resource, as far as policies look at it.
struct Wanted {
    kind: String,
    location: String,
    tags: Map<String, Value>,
}

/// 403 for a write that a policy disallows.
pub(super) fn check(world: &World, call: &Call<'_>, deed: &Deed) -> Result<(), ArmError> {
    let policies = &world.session.settings.policies;
    if policies.is_empty() || deed.verb != Verb::Write {
        return Ok(());
    }
    // What is wrong with a body is the provider's to say.
    let Ok(body) = call.json() else {
        return Ok(());
    };
    let Some(wanted) = wanted(world, call, deed, &body) else {
        return Ok(());
    };
    let scope = deed.scope.to_lowercase();
    let broken = policies
        .iter()
        .filter(|policy| policy.holds_at(&scope) && policy.is_for(&wanted.kind))
        .find_map(|policy| Some((policy, broken_by(policy, &wanted)?)));
    match broken {
        None => Ok(()),
        Some((policy, expressions)) => Err(refusal(policy, deed.name(), &expressions)),
    }
}

/// What the write makes of the resource; none for what has neither a location nor is a resource.
fn wanted(
    world: &World,
    call: &Call<'_>,
    deed: &Deed,
    body: &Map<String, Value>,
) -> Option<Wanted> {
    let key = deed.scope.to_lowercase();
    let resource = world.state.resource(&key);
    let group = world.state.groups.get(&key);
    let there = match (resource, group) {
        (Some(resource), _) => Some((resource.location(), resource.tags())),
        (None, Some(group)) => Some((group.location.as_str(), group.tags.as_ref())),
        (None, None) => None,
    };
    let location = match body.get("location").and_then(Value::as_str) {
        Some(location) => values::normalised(location),
        None => there?.0.to_owned(),
    };
    let had = there.and_then(|(_, tags)| tags).cloned();
    let tags = match body.get("tags") {
        Some(Value::Object(tags)) => tags.clone(),
        _ if call.request.method == "PATCH" => had.unwrap_or_default(),
        _ => Map::new(),
    };
    Some(Wanted {
        kind: deed.kind.clone(),
        location,
        tags,
    })
}

/// The expressions by which the policy disallows it; none where it does not.
fn broken_by(policy: &Policy, wanted: &Wanted) -> Option<Vec<Value>> {
    let field = |name: &str, value: Value, operator: &str, target: Value| {
        json!({
            "result": "True",
            "expressionKind": "Field",
            "expression": name,
            "path": name,
            "expressionValue": value,
            "targetValue": target,
            "operator": operator,
        })
    };
    let mut found = vec![field(
        "type",
        json!(wanted.kind),
        "Equals",
        json!(wanted.kind),
    )];
    let conditions = !policy.allowed_locations.is_empty() || policy.required_tag.is_some();
    let locations: Vec<String> = policy
        .allowed_locations
        .iter()
        .map(|one| values::normalised(one))
        .collect();
    if !locations.is_empty() && !locations.contains(&wanted.location) {
        let value = json!(wanted.location);
        found.push(field("location", value, "NotIn", json!(locations)));
    }
    if let Some(tag) = &policy.required_tag
        && !wanted
            .tags
            .keys()
            .any(|name| name.eq_ignore_ascii_case(tag))
    {
        let name = format!("tags['{tag}']");
        found.push(field(&name, Value::Null, "Exists", json!("false")));
    }
    (found.len() > 1 || !conditions).then_some(found)
}

/// A policy with a reason for people names itself in `additionalInfo` alone; one without in the
/// message, too.
fn refusal(policy: &Policy, resource: &str, expressions: &[Value]) -> ArmError {
    let (assignment, definition) = (policy.assignment_id(), policy.definition_id());
    let display = policy.display_name();
    let message = match &policy.reason {
        Some(reason) => format!(
            "Resource '{resource}' was disallowed by policy. Reasons: '{reason}'. See error details for policy resource IDs."
        ),
        None => {
            let identifiers = json!([{
                "policyAssignment": { "name": display, "id": assignment },
                "policyDefinition": { "name": display, "id": definition },
            }]);
            format!(
                "Resource '{resource}' was disallowed by policy. Policy identifiers: '{identifiers}'."
            )
        }
    };
    ArmError::new(403, "RequestDisallowedByPolicy", message)
        .target(resource)
        .additional_info(
            "PolicyViolation",
            json!({
                "evaluationDetails": { "evaluatedExpressions": expressions },
                "policyDefinitionId": definition,
                "policyDefinitionName": policy.name,
                "policyDefinitionDisplayName": display,
                "policyDefinitionEffect": "deny",
                "policyAssignmentId": assignment,
                "policyAssignmentName": policy.name,
                "policyAssignmentDisplayName": display,
                "policyAssignmentScope": policy.scope(),
                "policyAssignmentParameters": {},
            }),
        )
        .gateway()
}
