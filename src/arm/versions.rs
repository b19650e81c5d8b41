//! api-versions that a cloud does not have yet. A provider that refuses one lists those that it
//! has; the newest that serves the request is used from then on. Source: the messages of
//! `NoRegisteredProviderFound`, `InvalidResourceType` and `InvalidApiVersionParameter`.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::request::{Request, Versions};
use crate::base::{Error, Url, every_other, last_provider};

/// The codes of answers that list the api-versions there are.
const CODES: [&str; 3] = [
    "NoRegisteredProviderFound",
    "InvalidResourceType",
    "InvalidApiVersionParameter",
];

/// The first api-versions that have what this module uses, by type: the map of user-assigned
/// identities, `principalType` of a role assignment, the tables of Resource Graph. Source: the
/// specifications of each provider.
const FLOORS: [(&str, &str); 7] = [
    ("microsoft.compute/virtualmachines", "2018-06-01"),
    ("microsoft.compute/virtualmachinescalesets", "2018-06-01"),
    (
        "microsoft.managedidentity/userassignedidentities",
        "2018-11-30",
    ),
    (
        "microsoft.managedidentity/userassignedidentities/federatedidentitycredentials",
        "2022-01-31",
    ),
    ("microsoft.authorization/roleassignments", "2018-09-01"),
    ("microsoft.resourcegraph/resources", "2020-04-01"),
    ("microsoft.resources/deployments", "2019-10-01"),
];

/// The version of Microsoft.ManagedIdentity before the one that is asked for first. Every public
/// cloud has it, and all but `assignmentRestrictions`.
pub(crate) const EARLIER_IDENTITY_VERSION: &str = "2024-11-30";

/// The version of Microsoft.Compute that every public cloud has, and all that is used of it.
pub(crate) const EARLIER_COMPUTE_VERSION: &str = "2025-04-01";

/// What is asked for where a refusal lists no api-versions, by namespace.
const EARLIER: [(&str, &str); 2] = [
    ("microsoft.compute", EARLIER_COMPUTE_VERSION),
    ("microsoft.managedidentity", EARLIER_IDENTITY_VERSION),
];

/// The api-versions that the providers of one cloud have, as far as they had to list them.
#[derive(Debug, Default)]
pub(super) struct ApiVersions {
    /// By resource type, in lower case.
    listed: Mutex<HashMap<String, Vec<String>>>,
}

impl ApiVersions {
    /// The URL of a request with an api-version that this cloud has.
    pub(super) fn known(&self, request: &Request<'_>) -> Option<Url> {
        let asked = asked(&request.url)?;
        let kind = resource_type(request.url.path());
        let listed = self.listed.lock().unwrap_or_else(PoisonError::into_inner);
        let listed = listed.get(&kind)?;
        if listed.iter().any(|one| one.eq_ignore_ascii_case(&asked)) {
            return None;
        }
        let version = serving(listed, &kind, request.versions)?;
        Some(with_version(&request.url, version))
    }

    /// Takes in what a refusal lists. The api-version to use instead, when there is one; else the
    /// error says which there are.
    ///
    /// # Errors
    /// The refusal itself, where no other api-version serves the request.
    pub(super) fn learn(&self, request: &Request<'_>, refusal: Error) -> Result<String, Error> {
        if !CODES.contains(&refusal.code()) {
            return Err(refusal);
        }
        let kind = resource_type(request.url.path());
        let listed = match listed_in(refusal.message()) {
            listed if !listed.is_empty() => listed,
            _ => match earlier(&kind, request) {
                Some(earlier) => vec![earlier],
                None => return Err(refusal),
            },
        };
        let chosen = serving(&listed, &kind, request.versions).map(str::to_owned);
        let names = listed.join(", ");
        if request.versions.may_change() {
            let mut known = self.listed.lock().unwrap_or_else(PoisonError::into_inner);
            known.insert(kind, listed);
        }
        chosen.ok_or_else(|| {
            let needed = request.versions.needed();
            refusal.advise(format!("This cloud has the api-versions {names}.{needed}"))
        })
    }
}

impl Versions {
    /// Whether another version than the one in the URL can serve the request.
    fn may_change(self) -> bool {
        self != Self::Exact
    }

    /// What a request needs that the cloud does not have, in words.
    fn needed(self) -> String {
        match self {
            Self::Since { version, needed_by } => {
                format!(" {needed_by} needs {version} or a newer one.")
            }
            Self::OneOf(versions) => format!(" The request needs {}.", versions.join(" or ")),
            Self::Any | Self::Exact => String::new(),
        }
    }
}

/// The version before the one that was refused without a list of others.
fn earlier(kind: &str, request: &Request<'_>) -> Option<String> {
    let asked = asked(&request.url)?;
    let earlier = match request.versions {
        Versions::OneOf(versions) => versions
            .iter()
            .skip_while(|one| **one != asked)
            .nth(1)
            .copied(),
        _ => {
            let namespace = kind.split('/').next().unwrap_or_default();
            let known = EARLIER.iter().find(|(known, _)| *known == namespace);
            known.map(|(_, earlier)| *earlier)
        }
    };
    earlier
        .filter(|earlier| date(earlier) < date(&asked))
        .map(str::to_owned)
}

/// The best of the listed versions that serves a request of a type.
fn serving<'a>(listed: &'a [String], kind: &str, versions: Versions) -> Option<&'a str> {
    let floor = match versions {
        Versions::Exact => return None,
        Versions::OneOf(better) => {
            let find = |wanted: &&str| listed.iter().find(|one| one.eq_ignore_ascii_case(wanted));
            return better.iter().find_map(find).map(String::as_str);
        }
        Versions::Since { version, .. } => version,
        Versions::Any => {
            let floor = FLOORS.iter().find(|(known, _)| *known == kind);
            floor.map_or("", |(_, floor)| floor)
        }
    };
    choose(listed, floor)
}

/// The newest stable version that is not older than `floor`, or else the newest preview.
fn choose<'a>(listed: &'a [String], floor: &str) -> Option<&'a str> {
    let fits = |one: &&String| date(one) >= date(floor);
    let newest = |stable: bool| {
        let fitting = listed.iter().filter(fits);
        let wanted = fitting.filter(|one| (one.len() == date(one).len()) == stable);
        wanted.max_by_key(|one| date(one).to_owned())
    };
    newest(true).or_else(|| newest(false)).map(String::as_str)
}

/// `2024-11-30` of `2024-11-30-preview`.
fn date(version: &str) -> &str {
    version.get(..10).unwrap_or(version)
}

/// "… The supported api-versions are 'a, b'." or "… The supported versions are 'a,b'."
fn listed_in(message: &str) -> Vec<String> {
    let lower = message.to_ascii_lowercase();
    let list = ["supported api-versions are '", "supported versions are '"]
        .iter()
        .find_map(|words| {
            let start = lower.find(words)? + words.len();
            let end = message[start..].find('\'')? + start;
            Some(&message[start..end])
        });
    let is_version = |text: &&str| {
        text.len() >= 10
            && text.as_bytes()[..4].iter().all(u8::is_ascii_digit)
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    list.unwrap_or_default()
        .split(',')
        .map(str::trim)
        .filter(is_version)
        .map(str::to_owned)
        .collect()
}

/// `namespace/type/subtype` of a path, in lower case; what is no provider's goes by what it lists,
/// such as `resourcegroups`.
fn resource_type(path: &str) -> String {
    let path = path.to_ascii_lowercase();
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    match last_provider(&parts) {
        Some((_, namespace, [])) => namespace.to_owned(),
        Some((_, namespace, rest)) => format!("{namespace}/{}", every_other(rest)),
        None => every_other(&parts),
    }
}

fn is_version_name(name: &str) -> bool {
    name.eq_ignore_ascii_case("api-version")
}

fn asked(url: &Url) -> Option<String> {
    let mut pairs = url.query_pairs();
    let (_, version) = pairs.find(|(name, _)| is_version_name(name))?;
    Some(version.into_owned())
}

/// The URL with another api-version; the rest of the query stays as it is written.
pub(super) fn with_version(url: &Url, version: &str) -> Url {
    let pairs = url.query().unwrap_or_default().split('&').map(|pair| {
        let name = pair.split('=').next().unwrap_or_default();
        match is_version_name(name) {
            true => format!("{name}={version}"),
            false => pair.to_owned(),
        }
    });
    let query: Vec<String> = pairs.collect();
    let mut changed = url.clone();
    changed.set_query(Some(&query.join("&")));
    changed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Category, Method};

    const PATH: &str = "https://x/subscriptions/s/resourceGroups/g/providers/\
                        Microsoft.ManagedIdentity/userAssignedIdentities/id1";

    fn request(versions: Versions) -> Request<'static> {
        let url = format!("{PATH}?api-version=2024-11-30&a=b")
            .parse()
            .unwrap();
        Request::new(Method::GET, url, "x").versions(versions)
    }

    fn since(version: &'static str) -> Versions {
        Versions::Since {
            version,
            needed_by: "-Some",
        }
    }

    fn asking(version: &str, versions: Versions) -> Request<'static> {
        let url = with_version(&request(Versions::Any).url, version);
        Request::new(Method::GET, url, "x").versions(versions)
    }

    fn refusal(message: &str) -> Error {
        Error::new(
            Category::InvalidOperation,
            "InvalidResourceType",
            "x",
            message,
        )
    }

    const LISTED: &str = "The resource type could not be found. The supported api-versions are \
                          '2015-08-31-PREVIEW, 2018-11-30, 2023-01-31, 2023-07-31-preview'.";

    #[test]
    fn the_newest_stable_version_is_used_from_then_on() {
        let versions = ApiVersions::default();
        assert_eq!(versions.known(&request(Versions::Any)), None);
        let chosen = versions.learn(&request(Versions::Any), refusal(LISTED));
        assert_eq!(chosen.unwrap(), "2023-01-31");
        let url = versions.known(&request(Versions::Any)).unwrap();
        assert_eq!(url.query(), Some("api-version=2023-01-31&a=b"));
    }

    #[test]
    fn what_a_request_needs_is_not_given_up() {
        let versions = ApiVersions::default();
        let needs = request(since("2024-11-30"));
        let error = versions.learn(&needs, refusal(LISTED)).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("has the api-versions 2015-08-31-PREVIEW, 2018-11-30")
        );
        assert!(error.to_string().contains("-Some needs 2024-11-30"));
        assert_eq!(versions.known(&needs), None);
        assert!(versions.known(&request(Versions::Any)).is_some());
        let needs = request(since("2023-02-01"));
        assert_eq!(
            versions.learn(&needs, refusal(LISTED)).unwrap(),
            "2023-07-31-preview"
        );
        let exact = request(Versions::Exact);
        assert!(versions.learn(&exact, refusal(LISTED)).is_err());
        assert_eq!(versions.known(&exact), None);
    }

    #[test]
    fn one_of_several_previews_is_used_and_no_other_version() {
        const PREVIEWS: Versions = Versions::OneOf(&["2025-05-31-preview", "2025-01-31-preview"]);
        let lists = |list: &str| refusal(&format!("The supported api-versions are '{list}'."));
        let versions = ApiVersions::default();
        let asked = asking("2025-05-31-preview", PREVIEWS);
        let older = versions.learn(&asked, lists("2025-01-31-preview, 2026-05-31"));
        assert_eq!(older.unwrap(), "2025-01-31-preview");
        let url = versions.known(&asked).unwrap();
        assert_eq!(url.query(), Some("api-version=2025-01-31-preview&a=b"));
        let stable = lists("2024-11-30, 2026-05-31");
        let error = versions.learn(&asked, stable).unwrap_err().to_string();
        assert!(
            error.contains("needs 2025-05-31-preview or 2025-01-31-preview."),
            "{error}"
        );
        // Without a list, the next one.
        let next = ApiVersions::default().learn(&asked, refusal("No."));
        assert_eq!(next.unwrap(), "2025-01-31-preview");
        let last = asking("2025-01-31-preview", PREVIEWS);
        assert!(versions.learn(&last, refusal("No.")).is_err());
    }

    #[test]
    fn without_a_list_the_version_before_is_used_where_it_serves() {
        let versions = ApiVersions::default();
        let asked = asking("2026-05-31", Versions::Any);
        let chosen = versions.learn(&asked, refusal("No."));
        assert_eq!(chosen.unwrap(), "2024-11-30");
        let url = versions.known(&asked).unwrap();
        assert_eq!(url.query(), Some("api-version=2024-11-30&a=b"));
        let needs = asking("2026-05-31", since("2026-05-31"));
        let error = versions.learn(&needs, refusal("No.")).unwrap_err();
        assert!(error.to_string().contains("-Some needs 2026-05-31"));
        assert!(versions.learn(&asked, refusal("No.")).is_ok());
    }

    #[test]
    fn a_refusal_without_a_list_stays() {
        let versions = ApiVersions::default();
        for message in [
            "No.",
            "The supported api-versions are ''.",
            "The supported versions are 'x",
        ] {
            let error = versions
                .learn(&request(Versions::Any), refusal(message))
                .unwrap_err();
            assert_eq!(error.message(), message);
        }
        assert_eq!(
            listed_in(
                "The api-version 'x' is invalid. The supported versions are '2024-01-01,2023-01-01'."
            ),
            ["2024-01-01", "2023-01-01"]
        );
    }

    #[test]
    fn types_are_read_of_any_path() {
        let kinds = [
            (PATH, "microsoft.managedidentity/userassignedidentities"),
            (
                "/subscriptions/s/resourcegroups/g",
                "subscriptions/resourcegroups",
            ),
            (
                "/subscriptions/s/providers/Microsoft.ManagedIdentity/userAssignedIdentities",
                "microsoft.managedidentity/userassignedidentities",
            ),
        ];
        for (path, kind) in kinds {
            let path = path.trim_start_matches("https://x");
            assert_eq!(resource_type(path), kind);
        }
    }
}
