//! What a provider brings along, and the table that is made of what all bring along.

use serde_json::{Map, Value};

use super::content;
use super::error::ArmError;
use super::versions;
use crate::base::clock::Millis;
use crate::base::http::{Reply, Request};
use crate::model::operation::Effect;
use crate::state::{Parts, State, World, key};

/// What a handler gives back.
pub(crate) type Handled = Result<Reply, ArmError>;

/// A function that answers a call. It runs with the world locked: no waiting in it.
pub(crate) type Handler = fn(&mut World, &Call<'_>) -> Handled;

/// The api-versions that a route takes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Versions {
    /// Any of the form `yyyy-mm-dd` or `yyyy-mm-dd-preview`, from 2014 to 2026.
    Dated,
    /// These and no others.
    Listed(&'static [&'static str]),
}

/// One method on one path.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Route {
    pub(super) method: &'static str,
    pub(super) pattern: &'static str,
    pub(super) handler: Handler,
    pub(super) versions: Versions,
    /// Nothing changes, whatever the method.
    pub(super) asks: bool,
}

impl Route {
    #[cfg(test)]
    pub(crate) fn pattern(&self) -> &'static str {
        self.pattern
    }

    /// Namespace and type of what it is for, as far as its pattern names them.
    pub(super) fn kind(&self) -> String {
        let behind = self.pattern.rsplit_once("/providers/");
        let behind = behind.map_or("", |(_, behind)| behind);
        let mut segments = behind.split('/');
        let namespace = segments.next().unwrap_or_default();
        let types = segments.step_by(2).filter(|one| !one.starts_with('{'));
        std::iter::once(namespace)
            .chain(types)
            .collect::<Vec<_>>()
            .join("/")
    }

    /// The route of a `POST` that only asks.
    pub(crate) const fn asking(mut self) -> Self {
        self.asks = true;
        self
    }
}

/// A route. In `pattern`, `{name}` stands for one segment, and `{scope}` at the beginning for one
/// or more; other segments are compared without regard to casing.
pub(crate) const fn route(
    method: &'static str,
    pattern: &'static str,
    handler: Handler,
    versions: Versions,
) -> Route {
    Route {
        method,
        pattern,
        handler,
        versions,
        asks: false,
    }
}

/// A request that found its route.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) request: &'a Request,
    pub(crate) api_version: String,
    pub(crate) now: Millis,
    /// What else is served here.
    pub(crate) registry: &'static Registry,
    pub(super) parameters: Vec<(&'static str, String)>,
}

impl Call<'_> {
    /// The part of the path that `{name}` of the pattern stands for.
    pub(crate) fn param(&self, name: &str) -> &str {
        self.parameters
            .iter()
            .find(|(key, _)| *key == name)
            .map_or("", |(_, value)| value)
    }

    /// What the keys of everything in the resource group of the path begin with; where the path names
    /// none, those of everything in the subscription.
    pub(crate) fn prefix(&self) -> String {
        let subscription = self.param("subscription");
        match self.param("group") {
            "" => key::in_subscription(subscription),
            group => key::in_group(subscription, group),
        }
    }

    /// The body, which has to be a JSON object.
    pub(crate) fn json(&self) -> Result<Map<String, Value>, ArmError> {
        content::object(self.request)
    }
}

/// Answers a request outside Azure Resource Manager; none when the path is none of the provider's.
pub(crate) type Answer = fn(&mut World, &Request, Millis) -> Option<Reply>;

/// The end of an operation.
pub(crate) struct Ended<'a> {
    /// The id of the operation.
    pub(crate) id: &'a str,
    pub(crate) failed: bool,
    pub(crate) effect: &'a Effect,
}

/// What happens as time passes, without a request.
#[derive(Clone, Copy)]
pub(crate) struct Timer {
    /// When something happens next.
    pub(crate) next_due: fn(&World) -> Option<Millis>,
    /// Does what is due at that time.
    pub(crate) advance: fn(&'static Registry, &mut World, Millis),
}

/// What a provider brings along. Everything is optional: `..Provider::NOTHING`.
pub(crate) struct Provider {
    /// Its routes in Azure Resource Manager. Where two patterns fit a path, the earlier one answers.
    pub(crate) routes: &'static [&'static [Route]],
    /// Makes more of its routes, once, of data.
    pub(crate) made_routes: Option<fn() -> Vec<Route>>,
    /// Answers requests outside Azure Resource Manager.
    pub(crate) answer: Option<Answer>,
    /// The resource type, in Azure's casing, if its resources have to exist to be referred to.
    pub(crate) resource_type: Option<fn(&str) -> Option<&'static str>>,
    /// Adds what it remembers of the run.
    pub(crate) parts: &'static [fn(&mut Parts)],
    /// Does what the end of its operations does.
    pub(crate) operation_ended: Option<fn(&mut State, &Ended<'_>)>,
    pub(crate) timer: Option<Timer>,
    /// Told when a state was loaded from a file.
    pub(crate) loaded: Option<fn(&mut State)>,
    /// Told after the state has changed.
    pub(crate) state_changed: Option<fn(&mut World, Millis)>,
    /// Told after the settings have changed.
    pub(crate) settings_changed: Option<fn(&mut World, Millis)>,
}

impl Provider {
    pub(crate) const NOTHING: Provider = Provider {
        routes: &[],
        made_routes: None,
        answer: None,
        resource_type: None,
        parts: &[],
        operation_ended: None,
        timer: None,
        loaded: None,
        state_changed: None,
        settings_changed: None,
    };
}

struct Prepared {
    route: Route,
    segments: Vec<&'static str>,
}

/// All providers, and their routes in one table.
pub(crate) struct Registry {
    pub(crate) providers: &'static [Provider],
    routes: Vec<Prepared>,
}

impl std::fmt::Debug for Registry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} routes", self.routes.len())
    }
}

/// A route and what its parameters stand for.
pub(super) type Found = (Route, Vec<(&'static str, String)>);

/// Why no route answers a request.
pub(super) enum NoRoute {
    /// The path has routes for other methods.
    OtherMethods,
    Unknown,
}

impl Registry {
    /// Nothing is served.
    #[cfg(test)]
    pub(crate) fn empty() -> &'static Self {
        static EMPTY: Registry = Registry {
            providers: &[],
            routes: Vec::new(),
        };
        &EMPTY
    }

    pub(crate) fn new(providers: &'static [Provider]) -> Self {
        let routes = providers
            .iter()
            .flat_map(|provider| {
                let listed = provider
                    .routes
                    .iter()
                    .flat_map(|table| table.iter().copied());
                let made = provider.made_routes.map(|make| make()).unwrap_or_default();
                listed.chain(made)
            })
            .map(|route| Prepared {
                route,
                segments: route.pattern.split('/').filter(|s| !s.is_empty()).collect(),
            })
            .collect();
        Registry { providers, routes }
    }

    pub(super) fn find(&self, request: &Request) -> Result<Found, NoRoute> {
        let mut other_methods = false;
        for prepared in &self.routes {
            if let Some(parameters) = matches(&prepared.segments, &request.segments) {
                if prepared.route.method == request.method.as_str() {
                    return Ok((prepared.route, parameters));
                }
                other_methods = true;
            }
        }
        Err(if other_methods {
            NoRoute::OtherMethods
        } else {
            NoRoute::Unknown
        })
    }

    /// The resource type in Azure's casing, if it is one whose resources have to exist to be
    /// referred to.
    pub(crate) fn resource_type(&self, name: &str) -> Option<&'static str> {
        self.providers
            .iter()
            .filter_map(|provider| provider.resource_type)
            .find_map(|known| known(name))
    }

    /// The namespaces that the routes know, in the order of the providers.
    pub(crate) fn namespaces(&self) -> impl Iterator<Item = &'static str> {
        let mut seen: Vec<&'static str> = vec!["Microsoft.Resources"];
        seen.extend(
            self.routes
                .iter()
                .filter_map(|p| namespace(p.route.pattern)),
        );
        let mut unique = Vec::new();
        for namespace in seen {
            if !unique.contains(&namespace) {
                unique.push(namespace);
            }
        }
        unique.into_iter()
    }

    /// What the routes of a namespace do, as roles name it: `Namespace/type/read`.
    pub(crate) fn actions(&self, namespace: &str) -> Vec<String> {
        self.routes
            .iter()
            .filter_map(|prepared| {
                let (_, behind) = prepared.route.pattern.rsplit_once("/providers/")?;
                let mut path: Vec<&str> = behind.split('/').collect();
                let verb = match prepared.route.method {
                    "GET" | "HEAD" => "read".to_owned(),
                    "DELETE" => "delete".to_owned(),
                    "POST" => format!("{}/action", path.pop()?),
                    _ => "write".to_owned(),
                };
                let (first, types) = path.split_first()?;
                let types = types.iter().step_by(2).copied();
                let words: Vec<&str> = std::iter::once(*first).chain(types).collect();
                let literal = !words.iter().any(|word| word.starts_with('{'));
                (*first == namespace && literal).then(|| format!("{}/{verb}", words.join("/")))
            })
            .collect()
    }

    /// The resource types of a namespace and the api-versions to show for each.
    pub(crate) fn resource_types(&self, namespace: &str) -> Vec<(String, Vec<&'static str>)> {
        let mut types: Vec<(String, Vec<&'static str>)> = Vec::new();
        for prepared in &self.routes {
            // A POST is an action, not a type.
            if prepared.route.method == "POST" {
                continue;
            }
            let Some((_, behind)) = prepared.route.pattern.rsplit_once("/providers/") else {
                continue;
            };
            let mut segments = behind.split('/');
            if segments.next() != Some(namespace) {
                continue;
            }
            let kind: Vec<&str> = segments
                .step_by(2)
                .filter(|s| !s.starts_with('{'))
                .collect();
            let kind = kind.join("/");
            if kind.is_empty() || types.iter().any(|(known, _)| *known == kind) {
                continue;
            }
            let shown = match prepared.route.versions {
                Versions::Listed(list) => list,
                Versions::Dated => versions::of(&format!("{namespace}/{kind}")),
            };
            types.push((kind, shown.to_vec()));
        }
        types
    }
}

/// The parameters, if the pattern fits the path.
fn matches(pattern: &[&'static str], path: &[String]) -> Option<Vec<(&'static str, String)>> {
    let (scope, pattern, path) = match pattern.first() {
        Some(&"{scope}") => {
            let tail = pattern.len() - 1;
            let split = path.len().checked_sub(tail).filter(|split| *split > 0)?;
            let (scope, rest) = path.split_at(split);
            (Some(scope), &pattern[1..], rest)
        }
        _ => (None, pattern, path),
    };
    let fits = |(expected, found): (&&str, &String)| {
        expected.starts_with('{') || expected.eq_ignore_ascii_case(found)
    };
    if pattern.len() != path.len() || !pattern.iter().zip(path).all(fits) {
        return None;
    }
    let mut parameters = Vec::new();
    if let Some(scope) = scope {
        parameters.push(("scope", format!("/{}", scope.join("/"))));
    }
    for (expected, found) in pattern.iter().zip(path) {
        if let Some(name) = expected
            .strip_prefix('{')
            .and_then(|name| name.strip_suffix('}'))
        {
            parameters.push((name, found.clone()));
        }
    }
    Some(parameters)
}

/// The namespace in a pattern, behind its last `providers`.
pub(super) fn namespace(pattern: &'static str) -> Option<&'static str> {
    let (_, behind) = pattern.rsplit_once("/providers/")?;
    let namespace = behind.split('/').next()?;
    (!namespace.starts_with('{')).then_some(namespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> Vec<String> {
        text.split('/')
            .filter(|s| !s.is_empty())
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn patterns_fit_in_any_casing() {
        let found = matches(
            &[
                "subscriptions",
                "{subscription}",
                "resourcegroups",
                "{group}",
            ],
            &path("/SUBSCRIPTIONS/x/resourceGroups/Rg"),
        );
        assert_eq!(
            found,
            Some(vec![
                ("subscription", "x".to_owned()),
                ("group", "Rg".to_owned())
            ])
        );
        assert_eq!(matches(&["a", "{b}"], &path("/a")), None);
        assert_eq!(matches(&["a"], &path("/a/b")), None);
    }

    #[test]
    fn a_scope_is_everything_before_the_rest() {
        let pattern = ["{scope}", "providers", "X.Y", "things", "default"];
        assert_eq!(
            matches(
                &pattern,
                &path("/subscriptions/s/providers/x.y/THINGS/default")
            ),
            Some(vec![("scope", "/subscriptions/s".to_owned())])
        );
        assert_eq!(
            matches(&pattern, &path("/providers/x.y/things/default")),
            None
        );
    }
}
