//! What a request does to what.

use crate::base::http::Request;

/// The kinds of what a request does.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Verb {
    Read,
    Write,
    Delete,
    /// A `POST`: the last segment of its path.
    Action(String),
}

/// What a request does to what.
#[derive(Debug, PartialEq)]
pub(crate) struct Deed {
    /// The path without the action of a `POST`, as it was sent.
    pub(crate) scope: String,
    /// Namespace and type, in the casing of the route.
    pub(crate) kind: String,
    pub(crate) verb: Verb,
    /// A `POST` that only asks.
    pub(crate) asks: bool,
}

impl Deed {
    /// `pattern` is that of the route, and tells types from names.
    pub(crate) fn of(request: &Request, pattern: &str, asks: bool) -> Self {
        let literals: Vec<&str> = pattern.split('/').filter(|s| !s.is_empty()).collect();
        let mut path: Vec<&str> = request.segments.iter().map(String::as_str).collect();
        let mut spelt = path.clone();
        // From the end: a scope at the beginning of a pattern stands for any number of segments.
        for (literal, word) in literals.iter().rev().zip(spelt.iter_mut().rev()) {
            if !literal.starts_with('{') {
                *word = literal;
            }
        }
        let mut verb = match request.method.as_str() {
            "GET" | "HEAD" => Verb::Read,
            "DELETE" => Verb::Delete,
            "POST" => Verb::Action(String::new()),
            _ => Verb::Write,
        };
        if let Verb::Action(name) = &mut verb {
            path.pop();
            *name = spelt.pop().unwrap_or_default().to_owned();
        }
        Deed {
            scope: format!("/{}", path.join("/")),
            kind: kind_of(&spelt),
            verb,
            asks,
        }
    }

    /// The name of what it is done to.
    pub(crate) fn name(&self) -> &str {
        self.scope.rsplit('/').next().unwrap_or_default()
    }

    /// The action, as roles and deny assignments name it.
    pub(crate) fn action(&self) -> String {
        match &self.verb {
            Verb::Read => format!("{}/read", self.kind),
            Verb::Write => format!("{}/write", self.kind),
            Verb::Delete => format!("{}/delete", self.kind),
            Verb::Action(name) => format!("{}/{name}/action", self.kind),
        }
    }
}

/// Namespace and type of a path: those behind its last `providers`, or of the subscription or the
/// resource group that it is.
fn kind_of(path: &[&str]) -> String {
    let provider = path
        .iter()
        .rposition(|segment| segment.eq_ignore_ascii_case("providers"));
    match provider.map(|at| &path[at + 1..]) {
        Some([namespace, behind @ ..]) => {
            let types = behind.iter().step_by(2).copied();
            std::iter::once(*namespace)
                .chain(types)
                .collect::<Vec<_>>()
                .join("/")
        }
        _ if path.len() > 2 => "Microsoft.Resources/subscriptions/resourceGroups".to_owned(),
        _ => "Microsoft.Resources/subscriptions".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use hyper::{HeaderMap, Method};

    #[test]
    fn deeds() {
        let group = "/subscriptions/{subscription}/resourcegroups/{group}";
        let vm = format!("{group}/providers/Microsoft.Compute/virtualMachines/{{name}}");
        let start = format!("{vm}/start");
        let assignment = "{scope}/providers/Microsoft.Authorization/roleAssignments/{name}";
        for (method, path, pattern, scope, action) in [
            (
                "PATCH",
                "/subscriptions/S/resourceGroups/g/providers/microsoft.compute/VIRTUALMACHINES/v",
                vm.as_str(),
                "/subscriptions/S/resourceGroups/g/providers/microsoft.compute/VIRTUALMACHINES/v",
                "Microsoft.Compute/virtualMachines/write",
            ),
            (
                "POST",
                "/subscriptions/S/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v/START",
                &start,
                "/subscriptions/S/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v",
                "Microsoft.Compute/virtualMachines/start/action",
            ),
            (
                "DELETE",
                "/subscriptions/S/resourceGroups/g/providers/a.b/c/d/providers/microsoft.authorization/roleassignments/x",
                assignment,
                "/subscriptions/S/resourceGroups/g/providers/a.b/c/d/providers/microsoft.authorization/roleassignments/x",
                "Microsoft.Authorization/roleAssignments/delete",
            ),
            (
                "PUT",
                "/subscriptions/S/resourceGroups/g",
                group,
                "/subscriptions/S/resourceGroups/g",
                "Microsoft.Resources/subscriptions/resourceGroups/write",
            ),
            (
                "POST",
                "/subscriptions/S/providers/a.b/register",
                "/subscriptions/{subscription}/providers/{namespace}/register",
                "/subscriptions/S/providers/a.b",
                "a.b/register/action",
            ),
            (
                "HEAD",
                "/subscriptions/S",
                "/subscriptions/{subscription}",
                "/subscriptions/S",
                "Microsoft.Resources/subscriptions/read",
            ),
        ] {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let request = Request::new(method, path, "", HeaderMap::new(), Bytes::new());
            let deed = Deed::of(&request, pattern, false);
            assert_eq!(
                (deed.scope.as_str(), deed.action().as_str()),
                (scope, action)
            );
        }
    }
}
